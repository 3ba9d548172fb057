package transcode

import "vantage/media"

// crfScales maps quality values of H.264 to those of other codecs by lines through points of equal SSIM, measured with the
// table's live presets on ten seconds of a fixed camera over a street (768x576): libx264 at 18, 23, 26, 30 and 36. libvpx in real
// time keeps refining what stands still, so that much higher values would do there; its lines are drawn half way back to the
// values of equal quantiser steps, for what moves.
var crfScales = map[media.Codec]struct{ offset, slope, least, most float64 }{
	media.H264: {0, 1, 0, 51},
	media.H265: {0, 1, 0, 51},
	media.VP8:  {-58, 3.5, 4, 63},
	media.VP9:  {-45, 3, 0, 63},
	media.AV1:  {-36.4, 2.4, 1, 63},
}

// CRF returns the constant-quality value of a codec that looks about as good as crf264 does in H.264.
func CRF(codec media.Codec, crf264 float64) float64 {
	s, ok := crfScales[codec]
	if !ok {
		return crf264
	}
	return min(max(s.offset+s.slope*crf264, s.least), s.most)
}
