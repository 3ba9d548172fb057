package rtc

import (
	"fmt"
	"strings"

	"github.com/pion/webrtc/v4"

	"vantage/media"
)

// OfferedCodec is one payload format of an offer's media section, as the peer numbers and describes it.
type OfferedCodec struct {
	Codec       media.Codec
	PayloadType uint8
	RTX         uint8 // payload type of its retransmissions (RFC 4588); 0: not offered
	ClockRate   int
	Channels    int    // audio
	FMTP        string // format parameters, as they stand in the offer
	Feedback    []webrtc.RTCPFeedback
}

// Param returns a format parameter's value in lower case, "" when it is absent.
func (c OfferedCodec) Param(name string) string {
	for part := range strings.SplitSeq(c.FMTP, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if strings.EqualFold(key, name) {
			return strings.ToLower(strings.TrimSpace(value))
		}
	}
	return ""
}

// H264Profile returns profile_idc and the constraint flags of profile-level-id (RFC 6184 §8.1): that of the baseline profile when it
// is absent or cannot be read.
func (c OfferedCodec) H264Profile() (profile, constraints byte) {
	const baseline = 66
	var id [3]byte
	if n, err := fmt.Sscanf(c.Param("profile-level-id"), "%02x%02x%02x", &id[0], &id[1], &id[2]); err != nil || n != len(id) {
		return baseline, 0
	}
	return id[0], id[1]
}

// usable says whether the format is one that we can carry for everybody: 8-bit 4:2:0 profiles, which all decoders have.
func (c OfferedCodec) usable() bool {
	switch c.Codec {
	case media.H264:
		switch profile, _ := c.H264Profile(); profile {
		case 66, 77, 88, 100: // baseline, main, extended, high
		default:
			return false
		}
		mode := c.Param("packetization-mode")
		return mode == "" || mode == "0" || mode == "1"
	case media.H265:
		profile := c.Param("profile-id")
		return profile == "" || profile == "1"
	case media.VP9:
		profile := c.Param("profile-id")
		return profile == "" || profile == "0"
	case media.AV1:
		profile := c.Param("profile")
		return profile == "" || profile == "0"
	case media.VP8, media.Opus, media.PCMU, media.PCMA:
		return true
	default:
		return false
	}
}

func (c OfferedCodec) parameters() webrtc.RTPCodecParameters {
	return webrtc.RTPCodecParameters{
		PayloadType: webrtc.PayloadType(c.PayloadType),
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: c.Codec.MIME(), ClockRate: uint32(c.ClockRate), Channels: uint16(c.Channels),
			SDPFmtpLine: c.FMTP, RTCPFeedback: c.Feedback,
		},
	}
}

// mediaEngine registers the codecs as they were offered, and the header extensions by URI.
func mediaEngine(video, audio []OfferedCodec, extensions []string) (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	for kind, codecs := range map[webrtc.RTPCodecType][]OfferedCodec{
		webrtc.RTPCodecTypeVideo: video, webrtc.RTPCodecTypeAudio: audio,
	} {
		if len(codecs) == 0 {
			continue
		}
		for _, c := range codecs {
			if err := m.RegisterCodec(c.parameters(), kind); err != nil {
				return nil, fmt.Errorf("register %s: %w", c.Codec, err)
			}
			if c.RTX == 0 {
				continue
			}
			rtx := webrtc.RTPCodecParameters{
				PayloadType: webrtc.PayloadType(c.RTX),
				RTPCodecCapability: webrtc.RTPCodecCapability{
					MimeType: webrtc.MimeTypeRTX, ClockRate: uint32(c.ClockRate), SDPFmtpLine: fmt.Sprintf("apt=%d", c.PayloadType),
				},
			}
			if err := m.RegisterCodec(rtx, kind); err != nil {
				return nil, fmt.Errorf("register retransmission of %s: %w", c.Codec, err)
			}
		}
		for _, uri := range extensions {
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return nil, fmt.Errorf("register %s: %w", uri, err)
			}
		}
	}
	return m, nil
}
