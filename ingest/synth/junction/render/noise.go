package render

import (
	"math"

	"vantage/ingest/synth/junction"
	"vantage/media"
)

const (
	noiseLen   = 1 << 16
	noiseChunk = 256 // samples that follow each other in the table before another place is drawn
	lumaSigma  = 2.1 // standard deviations, 8-bit steps
	chromaSig  = 1.2
)

// noise is that of the sensor: Gaussian, independent from frame to frame. A table is read from places that a hash of frame and
// position draws.
type noise struct {
	seed         uint64
	luma, chroma []int8
}

func newNoise(seed uint64) *noise {
	n := &noise{seed: junction.Hash(seed ^ 0x6E6F697365)}
	fill := func(sigma float64, purpose uint64) []int8 {
		r := junction.NewRand(seed, purpose)
		t := make([]int8, noiseLen+noiseChunk)
		for i := range t {
			t[i] = int8(math.Floor(float64(r.Normal()*sigma) + 0.5))
		}
		return t
	}
	n.luma, n.chroma = fill(lumaSigma, 501), fill(chromaSig, 502)
	return n
}

// develop writes the picture into f, with the light of the day and noise.
func (n *noise) develop(f *media.Frame, p *picture, frame uint64, daylight float64) {
	var luma, chroma [256]int32
	gain := math.Sqrt(daylight) // in gamma-encoded values
	for i := range luma {
		luma[i] = int32(math.Floor(float64(float64(i-16)*gain) + 16.5))
		chroma[i] = int32(math.Floor(float64(float64(i-128)*gain) + 128.5))
	}
	n.plane(f.Planes[0], f.Strides[0], p.y, p.w, n.luma, &luma, n.seed+frame*3)
	n.plane(f.Planes[1], f.Strides[1], p.u, p.w/2, n.chroma, &chroma, n.seed+frame*3+1)
	n.plane(f.Planes[2], f.Strides[2], p.v, p.w/2, n.chroma, &chroma, n.seed+frame*3+2)
}

func (n *noise) plane(dst []byte, stride int, src []byte, w int, table []int8, curve *[256]int32, seed uint64) {
	seed = junction.Hash(seed)
	for y := range len(src) / w {
		in, out := src[y*w:][:w], dst[y*stride:][:w]
		for x := 0; x < w; x += noiseChunk {
			seed += 0x9E3779B97F4A7C15
			t := table[junction.Hash(seed)%noiseLen:][:noiseChunk]
			part := min(noiseChunk, w-x)
			a, b := in[x:x+part], out[x:x+part]
			for i, s := range a {
				v := curve[s] + int32(t[i])
				if uint32(v) > 255 {
					v = ^(v >> 31) & 255 // 0 or 255
				}
				b[i] = byte(v)
			}
		}
	}
}
