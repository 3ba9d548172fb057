package transcode

import "vantage/media"

// crfScales maps quality values of H.264 to those of other codecs, by lines through measured points.
var crfScales = map[media.Codec]struct{ offset, slope, least, most float64 }{
	media.H264: {0, 1, 0, 51},
	media.H265: {2, 1, 0, 51},
	media.VP8:  {-22, 1.4, 4, 63},
	media.VP9:  {-8, 1.4, 0, 63},
	media.AV1:  {-2, 1.4, 1, 63},
}

// CRF returns the constant-quality value of a codec that looks about as good as crf264 does in H.264.
func CRF(codec media.Codec, crf264 float64) float64 {
	s, ok := crfScales[codec]
	if !ok {
		return crf264
	}
	return min(max(s.offset+s.slope*crf264, s.least), s.most)
}
