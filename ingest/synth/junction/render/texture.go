package render

import (
	"math"

	"vantage/ingest/synth/junction"
)

// lattice is a random value for a point of the integer grid, 0 to 1.
func lattice(x, y int64, seed uint64) float64 {
	h := junction.Hash(uint64(x)*0x9E3779B97F4A7C15 ^ uint64(y)*0xC2B2AE3D27D4EB4F ^ seed)
	return float64(float64(h>>11) / (1 << 53))
}

// value is smooth noise with a feature size of 1, 0 to 1.
func value(x, y float64, seed uint64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int64(fx), int64(fy)
	u, v := smooth(x-fx), smooth(y-fy)
	a, b := lattice(ix, iy, seed), lattice(ix+1, iy, seed)
	c, d := lattice(ix, iy+1, seed), lattice(ix+1, iy+1, seed)
	ab := a + float64((b-a)*u)
	cd := c + float64((d-c)*u)
	return ab + float64((cd-ab)*v)
}

func smooth(t float64) float64 { return float64(float64(t*t) * (3 - float64(2*t))) }

// fractal is noise of several feature sizes, the largest 1, around 0: about -0.5 to 0.5. footprint is the size of a
// sample in the same unit; finer features, which would only flicker, are left out.
func fractal(x, y float64, octaves int, footprint float64, seed uint64) float64 {
	sum, amp, size := 0.0, 0.5, 1.0
	for o := range octaves {
		if size < footprint {
			break
		}
		fade := min(1, size/footprint-1)
		sum += float64(amp * fade * (value(x, y, seed+uint64(o)*7919) - 0.5))
		x, y, amp, size = x*2+17.3, y*2-9.1, amp*0.55, size/2
	}
	return sum
}

// step01 rises from 0 at a to 1 at b.
func step01(v, a, b float64) float64 { return smooth(min(max((v-a)/(b-a), 0), 1)) }

// band is 1 within half of the width around at, with edges as wide as soft.
func band(v, at, width, soft float64) float64 {
	d := math.Abs(v-at) - float64(width/2)
	return 1 - step01(d, float64(-soft/2), float64(soft/2))
}

// frac is the part of v after the point, 0 to 1.
func frac(v float64) float64 { return float64(v) - math.Floor(v) }
