package stream

import (
	"fmt"
	"net/http"
	"slices"

	"vantage/internal/httpx"
	"vantage/internal/rtc"
	"vantage/media"
)

// codecsOf lists what a viewer can decode, best first.
func codecsOf(o *rtc.Offer) []media.Codec {
	var list []media.Codec
	for _, m := range []*rtc.OfferedMedia{o.Video, o.Audio} {
		if m == nil || !m.Takes {
			continue
		}
		for _, c := range m.Codecs {
			if !slices.Contains(list, c.Codec) {
				list = append(list, c.Codec)
			}
		}
	}
	return list
}

// choose picks the payload format for a track; false when the viewer has none. For H.264 the offered profile that is nearest
// to the track's wins, and any will do: what decoders of browsers cannot decode is not a matter of profile, while cameras often
// claim a higher one than they use.
func choose(m *rtc.OfferedMedia, t *media.Track) (rtc.OfferedCodec, bool) {
	var best rtc.OfferedCodec
	bestScore := -1
	if m == nil || !m.Takes {
		return best, false
	}
	for _, c := range m.Codecs {
		if score := fit(c, t); score > bestScore {
			best, bestScore = c, score
		}
	}
	return best, bestScore >= 0
}

// fit is how well a format suits a track; negative: not at all.
func fit(c rtc.OfferedCodec, t *media.Track) int {
	if c.Codec != t.Codec || c.ClockRate != t.ClockRate {
		return -1
	}
	if c.Codec != media.H264 {
		return 0
	}
	if c.Param("packetization-mode") != "1" {
		return -1 // one packet per NAL unit holds no picture of a camera
	}
	want := h264Profile(t)
	got, _ := c.H264Profile()
	switch {
	case got == want:
		return 2
	case got > want:
		return 1 // a decoder of a higher profile takes the lower ones (but for baseline's rarest tools)
	default:
		return 0
	}
}

// h264Profile is profile_idc of the track's SPS; that of the baseline profile while it is unknown.
func h264Profile(t *media.Track) byte {
	const typeSPS, baseline = 7, 66
	for _, p := range t.Params {
		if len(p) > 1 && p[0]&0x1f == typeSPS {
			return p[1]
		}
	}
	return baseline
}

// undecodable is the problem of a viewer that cannot take the video.
func undecodable(stream media.StreamID, t *media.Track, offered *rtc.OfferedMedia) error {
	what := t.Codec.String()
	if t.Reordered {
		what += " with B-frames"
	}
	p := &httpx.Problem{
		Status: http.StatusNotAcceptable,
		Detail: fmt.Sprintf("stream %s is %s, which the browser cannot decode; it offered %s", stream, what, offered.CodecNames()),
		Hint:   fmt.Sprintf("ask for /whep/%s?rendition=roi, which is encoded for browsers", stream),
	}
	return p.With("codec", t.Codec.String())
}
