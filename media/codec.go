package media

import (
	"fmt"
	"strings"
)

// Kind is what a track carries.
type Kind uint8

// The kinds of track.
const (
	Video Kind = iota + 1
	Audio
)

func (k Kind) String() string {
	switch k {
	case Video:
		return "video"
	case Audio:
		return "audio"
	default:
		return "unknown"
	}
}

// Codec is the coding of a track. The zero value is unknown.
type Codec uint8

// The codecs that Vantage carries.
const (
	H264 Codec = iota + 1
	H265
	AV1
	VP8
	VP9
	MJPEG
	Opus
	AAC
	PCMU // G.711 mu-law
	PCMA // G.711 A-law
)

// codecs holds what differs between codecs and would otherwise be switched on in every protocol.
var codecs = [...]struct {
	name  string // in configuration, logs and the API
	mime  string // subtype registered for RTP
	kind  Kind
	clock int // RTP clock rate; 0 is the sample rate
}{
	H264:  {"h264", "video/H264", Video, 90000},
	H265:  {"h265", "video/H265", Video, 90000},
	AV1:   {"av1", "video/AV1", Video, 90000},
	VP8:   {"vp8", "video/VP8", Video, 90000},
	VP9:   {"vp9", "video/VP9", Video, 90000},
	MJPEG: {"mjpeg", "video/JPEG", Video, 90000},
	Opus:  {"opus", "audio/opus", Audio, 48000},
	AAC:   {"aac", "audio/MPEG4-GENERIC", Audio, 0},
	PCMU:  {"pcmu", "audio/PCMU", Audio, 8000},
	PCMA:  {"pcma", "audio/PCMA", Audio, 8000},
}

func (c Codec) known() bool { return c > 0 && int(c) < len(codecs) }

// String is the codec's name in configuration and logs, in lower case: "h264".
func (c Codec) String() string {
	if !c.known() {
		return "unknown"
	}
	return codecs[c].name
}

// MIME is the media type registered for RTP, for example "video/H264" (RFC 4855).
func (c Codec) MIME() string {
	if !c.known() {
		return ""
	}
	return codecs[c].mime
}

// Kind says whether the codec carries video or audio; 0 for an unknown codec.
func (c Codec) Kind() Kind {
	if !c.known() {
		return 0
	}
	return codecs[c].kind
}

// RTPClockRate is the codec's fixed RTP clock rate in Hz; 0 where it is the track's sample rate (AAC).
func (c Codec) RTPClockRate() int {
	if !c.known() {
		return 0
	}
	return codecs[c].clock
}

// ParseCodec reads a codec's name ("h264") or media type ("video/H264"), in any case.
func ParseCodec(s string) (Codec, error) {
	for c := range codecs {
		if c != 0 && (strings.EqualFold(s, codecs[c].name) || strings.EqualFold(s, codecs[c].mime)) {
			return Codec(c), nil
		}
	}
	return 0, fmt.Errorf("unknown codec %q", s)
}

// MarshalText writes the codec's name.
func (c Codec) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the codec's name.
func (c *Codec) UnmarshalText(b []byte) error {
	v, err := ParseCodec(string(b))
	if err != nil {
		return err
	}
	*c = v
	return nil
}
