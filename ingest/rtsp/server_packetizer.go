package rtsp

import (
	"errors"
	"fmt"

	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/pion/rtp"

	"vantage/media"
)

// Dynamic payload types (RFC 3551 §3).
const (
	videoPayloadType = 96
	audioPayloadType = 97
)

var errNotOnePart = errors.New("unit does not have exactly one part")

// packetizer cuts the units of one track into RTP packets, whose time stamps count from the unit's.
type packetizer struct {
	format format.Format
	encode func(parts [][]byte) ([]*rtp.Packet, error)
}

// newPacketizer returns the packetizer of a track, with what the track's parameters say in the SDP.
func newPacketizer(t *media.Track) (packetizer, error) {
	switch t.Codec {
	case media.H264:
		f := &format.H264{PayloadTyp: videoPayloadType, PacketizationMode: 1}
		f.SPS, f.PPS = nalu(t.Params, h264Type, byte(h264.NALUTypeSPS)), nalu(t.Params, h264Type, byte(h264.NALUTypePPS))
		e, err := f.CreateEncoder()
		return packetizer{f, func(p [][]byte) ([]*rtp.Packet, error) { return e.Encode(p) }}, err
	case media.H265:
		f := &format.H265{PayloadTyp: videoPayloadType}
		f.VPS = nalu(t.Params, h265Type, byte(h265.NALUType_VPS_NUT))
		f.SPS = nalu(t.Params, h265Type, byte(h265.NALUType_SPS_NUT))
		f.PPS = nalu(t.Params, h265Type, byte(h265.NALUType_PPS_NUT))
		e, err := f.CreateEncoder()
		return packetizer{f, func(p [][]byte) ([]*rtp.Packet, error) { return e.Encode(p) }}, err
	case media.AV1:
		f := &format.AV1{PayloadTyp: videoPayloadType}
		e, err := f.CreateEncoder()
		return packetizer{f, func(p [][]byte) ([]*rtp.Packet, error) { return e.Encode(p) }}, err
	case media.VP8:
		f := &format.VP8{PayloadTyp: videoPayloadType}
		e, err := f.CreateEncoder()
		return packetizer{f, func(p [][]byte) ([]*rtp.Packet, error) { return single(p, e.Encode) }}, err
	case media.VP9:
		f := &format.VP9{PayloadTyp: videoPayloadType}
		e, err := f.CreateEncoder()
		return packetizer{f, func(p [][]byte) ([]*rtp.Packet, error) { return single(p, e.Encode) }}, err
	case media.MJPEG:
		f := &format.MJPEG{}
		e, err := f.CreateEncoder()
		return packetizer{f, func(p [][]byte) ([]*rtp.Packet, error) { return single(p, e.Encode) }}, err
	case media.Opus:
		f := &format.Opus{PayloadTyp: audioPayloadType, ChannelCount: max(t.Channels, 1)}
		e, err := f.CreateEncoder()
		return packetizer{f, func(p [][]byte) ([]*rtp.Packet, error) {
			return single(p, func(frame []byte) ([]*rtp.Packet, error) {
				pkt, err := e.Encode(frame)
				return []*rtp.Packet{pkt}, err
			})
		}}, err
	case media.AAC:
		return newAACPacketizer(t)
	case media.PCMU, media.PCMA:
		f := &format.G711{PayloadTyp: audioPayloadType, MULaw: t.Codec == media.PCMU, SampleRate: t.ClockRate, ChannelCount: max(t.Channels, 1)}
		if f.SampleRate == 8000 && f.ChannelCount == 1 {
			f.PayloadTyp = 8 // the static types of RFC 3551 table 4
			if f.MULaw {
				f.PayloadTyp = 0
			}
		}
		e, err := f.CreateEncoder()
		return packetizer{f, func(p [][]byte) ([]*rtp.Packet, error) { return single(p, e.Encode) }}, err
	default:
		return packetizer{}, fmt.Errorf("codec %v has no RTP payload format here", t.Codec)
	}
}

func newAACPacketizer(t *media.Track) (packetizer, error) {
	if len(t.Params) == 0 {
		return packetizer{}, errors.New("AAC track without an AudioSpecificConfig")
	}
	var config mpeg4audio.AudioSpecificConfig
	if err := config.Unmarshal(t.Params[0]); err != nil {
		return packetizer{}, fmt.Errorf("AudioSpecificConfig: %w", err)
	}
	// AAC-hbr (RFC 3640 §3.3.6).
	f := &format.MPEG4Audio{
		PayloadTyp: audioPayloadType, ProfileLevelID: 1, Config: &config, SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3,
	}
	e, err := f.CreateEncoder()
	return packetizer{f, func(p [][]byte) ([]*rtp.Packet, error) { return e.Encode(p) }}, err
}

func single(parts [][]byte, encode func([]byte) ([]*rtp.Packet, error)) ([]*rtp.Packet, error) {
	if len(parts) != 1 {
		return nil, errNotOnePart
	}
	return encode(parts[0])
}

func h264Type(header byte) byte { return header & 0x1F }
func h265Type(header byte) byte { return header >> 1 & 0x3F }

// nalu returns the first parameter set of the type, or nil.
func nalu(params [][]byte, typeOf func(byte) byte, want byte) []byte {
	for _, p := range params {
		if len(p) > 0 && typeOf(p[0]) == want {
			return p
		}
	}
	return nil
}
