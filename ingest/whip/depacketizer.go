package whip

import (
	"errors"
	"fmt"

	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpav1"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph264"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph265"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpvp8"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpvp9"
	"github.com/pion/rtp"

	"vantage/media"
)

// errMore says that the access unit is not complete yet.
var errMore = errors.New("more packets are needed")

// depacketizer collects the packets of one access unit. Packets come in order; it keeps them until the unit is complete.
type depacketizer func(p *rtp.Packet) (parts [][]byte, err error)

func newDepacketizer(c media.Codec) (depacketizer, error) {
	switch c {
	case media.H264:
		d := &rtph264.Decoder{PacketizationMode: 1}
		return units(d.Decode, rtph264.ErrMorePacketsNeeded, rtph264.ErrNonStartingPacketAndNoPrevious), d.Init()
	case media.H265:
		d := &rtph265.Decoder{}
		return units(d.Decode, rtph265.ErrMorePacketsNeeded, rtph265.ErrNonStartingPacketAndNoPrevious), d.Init()
	case media.AV1:
		d := &rtpav1.Decoder{}
		return units(d.Decode, rtpav1.ErrMorePacketsNeeded, rtpav1.ErrNonStartingPacketAndNoPrevious), d.Init()
	case media.VP8:
		d := &rtpvp8.Decoder{}
		return units(frames(d.Decode), rtpvp8.ErrMorePacketsNeeded, rtpvp8.ErrNonStartingPacketAndNoPrevious), d.Init()
	case media.VP9:
		d := &rtpvp9.Decoder{}
		return units(frames(d.Decode), rtpvp9.ErrMorePacketsNeeded, rtpvp9.ErrNonStartingPacketAndNoPrevious), d.Init()
	case media.Opus, media.PCMU, media.PCMA:
		return func(p *rtp.Packet) ([][]byte, error) {
			if len(p.Payload) == 0 {
				return nil, errMore // padding alone
			}
			return [][]byte{p.Payload}, nil
		}, nil
	default:
		return nil, fmt.Errorf("no RTP payload format for %s", c)
	}
}

// units maps what a decoder says while it waits. A fragment without a beginning is the rest of what was lost, and is told already.
func units(decode func(*rtp.Packet) ([][]byte, error), waits ...error) depacketizer {
	return func(p *rtp.Packet) ([][]byte, error) {
		if len(p.Payload) == 0 {
			return nil, errMore // padding that probes the bandwidth
		}
		parts, err := decode(p)
		for _, w := range waits {
			if errors.Is(err, w) {
				return nil, errMore
			}
		}
		return parts, err
	}
}

func frames(decode func(*rtp.Packet) ([]byte, error)) func(*rtp.Packet) ([][]byte, error) {
	return func(p *rtp.Packet) ([][]byte, error) {
		frame, err := decode(p)
		if err != nil {
			return nil, err
		}
		return [][]byte{frame}, nil
	}
}
