package fanout

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

// Sizes of packets, in bytes.
const (
	// MaxPacketBytes is the largest RTP packet before encryption: that of browsers. With the 16 bytes of AES-GCM, UDP and IPv6 it
	// stays under the 1,280 that every path carries (RFC 8200 §5).
	MaxPacketBytes = 1200

	// MaxPayloadBytes leaves room for the RTP header, one-byte header extensions to come (transport-wide sequence number), and the
	// original sequence number of RTX.
	MaxPayloadBytes = MaxPacketBytes - 12 - 8 - 2

	// maxBurstPackets bounds one access unit: 40,000 packets would be a sequence number space of their own.
	maxBurstPackets = 1 << 13
)

var errTooLarge = errors.New("access unit needs more packets than allowed")

// payloader turns the parts of a unit into RTP payloads.
type payloader interface {
	encode(parts [][]byte) ([]*rtp.Packet, error)
}

// packetizer makes bursts of the units of one codec. One goroutine uses it.
type packetizer struct {
	codec media.Codec
	enc   payloader // nil: the unit is one payload, or several equal ones (audio)
}

func newPacketizer(c media.Codec) (*packetizer, error) {
	p := &packetizer{codec: c}
	var err error
	switch c {
	case media.H264:
		e := &rtph264.Encoder{PayloadMaxSize: MaxPayloadBytes, PacketizationMode: 1}
		p.enc, err = nalEncoder(e.Encode), e.Init()
	case media.H265:
		e := &rtph265.Encoder{PayloadMaxSize: MaxPayloadBytes}
		p.enc, err = nalEncoder(e.Encode), e.Init()
	case media.AV1:
		e := &rtpav1.Encoder{PayloadMaxSize: MaxPayloadBytes}
		p.enc, err = nalEncoder(e.Encode), e.Init()
	case media.VP8:
		e := &rtpvp8.Encoder{PayloadMaxSize: MaxPayloadBytes}
		p.enc, err = frameEncoder(e.Encode), e.Init()
	case media.VP9:
		e := &rtpvp9.Encoder{PayloadMaxSize: MaxPayloadBytes}
		p.enc, err = frameEncoder(e.Encode), e.Init()
	case media.Opus, media.PCMU, media.PCMA:
	default:
		return nil, fmt.Errorf("no RTP payload format for %s", c)
	}
	if err != nil {
		return nil, fmt.Errorf("packetise %s: %w", c, err)
	}
	return p, nil
}

// fill packetises u into b, whose packets it replaces.
func (p *packetizer) fill(b *burst, u *media.Unit) error {
	b.pts, b.random, b.captured, b.arrived = u.PTS, u.RandomAccess, u.Captured, u.Arrived
	if len(u.Parts) == 0 {
		return errors.New("unit without parts")
	}
	if p.enc == nil {
		return p.fillAudio(b, u)
	}
	packets, err := p.enc.encode(u.Parts)
	if err != nil {
		return fmt.Errorf("packetise %s: %w", p.codec, err)
	}
	if len(packets) > maxBurstPackets {
		return errTooLarge
	}
	for _, k := range packets {
		b.add(k.Payload, 0, k.Marker)
	}
	return nil
}

// fillAudio splits G.711 between samples; an Opus packet cannot be split, and is at most 1,275 bytes a frame (RFC 6716 §3.2).
func (p *packetizer) fillAudio(b *burst, u *media.Unit) error {
	frame := u.Parts[0]
	if p.codec == media.Opus {
		if len(frame) > MaxPayloadBytes {
			return errTooLarge
		}
		b.add(frame, 0, false)
		return nil
	}
	if len(frame) > maxBurstPackets*MaxPayloadBytes {
		return errTooLarge
	}
	for at := 0; at < len(frame); at += MaxPayloadBytes {
		b.add(frame[at:min(at+MaxPayloadBytes, len(frame))], uint32(at), false)
	}
	return nil
}

// nalEncoder is an encoder that takes all parts of a unit.
type nalEncoder func(parts [][]byte) ([]*rtp.Packet, error)

func (e nalEncoder) encode(parts [][]byte) ([]*rtp.Packet, error) { return e(parts) }

// frameEncoder is an encoder of units with a single part.
type frameEncoder func(frame []byte) ([]*rtp.Packet, error)

func (e frameEncoder) encode(parts [][]byte) ([]*rtp.Packet, error) { return e(parts[0]) }
