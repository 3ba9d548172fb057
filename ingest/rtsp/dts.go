package rtsp

import (
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"

	"vantage/media"
)

// dtsEstimator finds the decoding time of pictures, which RTP does not carry: it differs from the presentation time where
// the encoder reorders pictures.
type dtsEstimator struct {
	avc  *h264.DTSExtractor
	hevc *h265.DTSExtractor
}

// of returns the DTS of a unit; ok is false until a random-access unit has been seen.
func (e *dtsEstimator) of(t *media.Track, parts [][]byte, pts int64) (dts int64, ok bool) {
	if !t.Reordered {
		return pts, true
	}
	var err error
	switch t.Codec {
	case media.H264:
		if e.avc == nil {
			e.avc = new(h264.DTSExtractor)
			e.avc.Initialize()
		}
		dts, err = e.avc.Extract(parts, pts)
	case media.H265:
		if e.hevc == nil {
			e.hevc = new(h265.DTSExtractor)
			e.hevc.Initialize()
		}
		dts, err = e.hevc.Extract(parts, pts)
	default:
		return pts, true
	}
	if err != nil {
		e.avc, e.hevc = nil, nil // begins afresh at the next random-access unit
		return 0, false
	}
	return dts, true
}
