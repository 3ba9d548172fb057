package render

import (
	"math"

	"vantage/ingest/synth/junction"
)

// asphalt is the reflectance of the road at a point. footprint is the size of a sample on the ground, metres.
func asphalt(x, y, footprint float64) rgb {
	base := 0.15 + float64(0.035*fractal(x/6, y/6, 3, footprint/6, 11)) + float64(0.075*fractal(x*3, y*3, 4, footprint*3, 12))
	// Wheel tracks are polished and darkened, the middle of a lane has drops of oil.
	ax, ay := math.Abs(x), math.Abs(y)
	var across float64
	lane := 0.0
	switch {
	case ax > 17 && ay < 2*junction.LaneM:
		across, lane = frac(ay/junction.LaneM), 1
	case ay > 20 && ax < junction.MinorHalfM:
		across, lane = frac((ax-0.12)/junction.LaneM), 1
	}
	if lane > 0 {
		track := band(across, 0.26, 0.16, 0.12) + band(across, 0.74, 0.16, 0.12)
		base -= float64(0.018 * track * (0.7 + float64(0.6*value(x/5, y/5, 13))))
		base -= float64(0.022 * band(across, 0.5, 0.08, 0.14) * value(x/2, y/2, 14))
	}
	// Repairs: darker rectangles with a seam.
	for _, p := range patches {
		dx, dy := math.Abs(x-p[0])-float64(p[2]/2), math.Abs(y-p[1])-float64(p[3]/2)
		if d := max(dx, dy); d < 0 {
			base = float64(base*0.74) + float64(0.01*value(x*6, y*6, 15))
		} else if d < 0.07 {
			base *= 0.62
		}
	}
	// Cracks follow the zero lines of slow noise.
	if footprint < 0.12 {
		n := math.Abs(fractal(x/7+3, y/7, 4, footprint/7, 16))
		if n < 0.0045 {
			base *= 0.72
		}
	}
	base = max(base, 0.03)
	c := rgb{base, base * 1.005, base * 1.02}
	if ay > 2*junction.LaneM && ay < junction.MainHalfM && ax > 14.3 {
		c = rgb{float64(base*1.75) + 0.02, base * 0.82, base * 0.72}.lerp(c, 0.25+float64(0.5*value(x/3, y/3, 17))) // worn red cycle lane
	}
	for _, m := range covers {
		d := math.Sqrt(float64((x-m[0])*(x-m[0])) + float64((y-m[1])*(y-m[1])))
		if d < 0.34 {
			k := 0.75
			if frac(float64((x+y)*9)) < 0.4 || d > 0.29 {
				k = 0.5
			}
			c = c.mul(k)
		}
	}
	return c
}

// patches are repairs: middle and size, metres. covers are the middles of manholes.
var (
	patches = [][4]float64{{-21, -3.1, 5.5, 2.2}, {6.2, 4.4, 3.2, 2.6}, {28, 5.2, 9, 1.6}, {-2.1, 24, 2.2, 6}, {-44, 2.2, 7, 2}, {1.6, -27, 1.9, 5}, {48, -4.2, 6, 2.4}}
	covers  = [][2]float64{{-9.5, -0.4}, {4.6, -6.1}, {21, 2.6}, {-27, -5.6}, {0.4, 11.4}, {37, -1.9}, {1.9, -22.5}}
)

var paint = rgb{0.66, 0.66, 0.63}

// marking is how much of the paint of road markings covers a point, 0 to 1.
func marking(x, y, footprint float64) float64 {
	ax, ay := math.Abs(x), math.Abs(y)
	soft := max(0.03, footprint)
	m := 0.0
	incoming := x*y > 0 // side of the main road on which traffic comes towards the junction
	switch {
	case ay < junction.MainHalfM && ax > junction.MainStopM:
		m = max(m, band(ay, 0.14, 0.11, soft))
		m = max(m, band(ay, 2*junction.LaneM, 0.16, soft))
		dash := 1.0
		if ax > 42 || !incoming {
			dash = band(frac(ax/9), 0.5, 0.36, soft/9)
		}
		m = max(m, band(ay, junction.LaneM, 0.12, soft)*dash)
		if incoming {
			m = max(m, band(ax, junction.MainStopM+0.25, 0.42, soft))
			m = max(m, arrows(ax, ay, soft))
		}
	case ax < junction.MinorHalfM && ay > junction.MinorStopM:
		dash := 1.0
		if ay > 40 {
			dash = band(frac(ay/6), 0.5, 0.5, soft/6)
		}
		m = max(m, band(ax, 0, 0.12, soft)*dash)
		if x*y < 0 {
			m = max(m, band(ay, junction.MinorStopM+0.25, 0.42, soft))
		}
	}
	if ay < junction.MainHalfM-0.15 {
		m = max(m, band(ax, (junction.MainCrossingNearM+junction.MainCrossingFarM)/2, 3.1, soft)*band(frac(ay+0.0), 0.5, 0.5, soft))
	}
	if ax < junction.MinorHalfM-0.1 {
		m = max(m, band(ay, (junction.MinorCrossingNearM+junction.MinorCrossingFarM)/2, 3.1, soft)*band(frac(ax+0.5), 0.5, 0.5, soft))
	}
	// The cycle lane goes on across the junction, dashed.
	if ax < 9.5 && ay < junction.MainHalfM {
		m = max(m, band(ay, 2*junction.LaneM, 0.2, soft)*band(frac(x), 0.5, 0.5, soft))
	}
	if m == 0 {
		return 0
	}
	worn := 0.80 + float64(1.1*fractal(x*1.3, y*1.3, 4, footprint*1.3, 21))
	return m * min(max(worn, 0.12), 0.97)
}

// arrows are the lane arrows before the stop line: straight and left on the inner lane, straight and right on the outer.
func arrows(ax, ay, soft float64) float64 {
	m := 0.0
	for _, at := range [...]float64{24, 44} {
		u := ax - at // along, away from the junction
		if u < -0.2 || u > 4.6 {
			continue
		}
		for lane, side := range [...]float64{-1, 1} {
			v := ay - float64((float64(lane)+0.5)*junction.LaneM)
			m = max(m, band(v, 0, 0.16, soft)*band(u, 2.9, 3.2, soft))                     // shaft
			m = max(m, wedge(u, v, 0.1, 1.4, 0.42, soft))                                  // head ahead
			m = max(m, band(u, 2.6, 0.2, soft)*band(v, float64(0.35*side), 0.6, soft))     // branch
			m = max(m, wedge(float64(1.05-float64(side*v)), u-2.6, 0, 0.55, 0.5, soft)*1.) // head aside
		}
	}
	return m
}

// wedge is a triangle with its tip at u = tip, as long as length and at most half wide to each side.
func wedge(u, v, tip, length, half, soft float64) float64 {
	k := (u - tip) / length
	if k < 0 || k > 1 {
		return 0
	}
	return 1 - step01(math.Abs(v)-float64(half*k), float64(-soft/2), float64(soft/2))
}

// sidewalk is the reflectance of the paved ground.
func sidewalk(x, y, footprint float64) rgb {
	const slab = 0.6
	ix, iy := math.Floor(x/slab), math.Floor(y/slab)
	base := 0.34 + float64(0.05*(lattice(int64(ix), int64(iy), 31)-0.5)) + float64(0.07*fractal(x*2, y*2, 4, footprint*2, 32)) +
		float64(0.06*fractal(x/5, y/5, 3, footprint/5, 33))
	if footprint < 0.2 {
		seam := max(band(frac(x/slab), 0, 0.05, 0.02), band(frac(y/slab), 0, 0.05, 0.02))
		base *= 1 - float64(0.28*seam*(1-step01(footprint, 0.05, 0.2)))
	}
	c := rgb{base, base * 0.975, base * 0.93}
	// Blister paving at the crossings.
	ax, ay := math.Abs(x), math.Abs(y)
	if ay < junction.MainHalfM+0.9 && ax > junction.MainCrossingNearM && ax < junction.MainCrossingFarM ||
		ax < junction.MinorHalfM+0.9 && ay > junction.MinorCrossingNearM && ay < junction.MinorCrossingFarM {
		c = rgb{base * 1.35, base * 1.02, base * 0.62}
		if footprint < 0.05 && frac(x*5) < 0.5 && frac(y*5) < 0.5 {
			c = c.mul(0.9)
		}
	}
	return c
}

// verge is the reflectance of grass.
func verge(x, y, footprint float64) rgb {
	n := float64(0.55*fractal(x/4, y/4, 4, footprint/4, 41)) + float64(0.75*fractal(x*4, y*4, 4, footprint*4, 42))
	g := max(0.15+float64(0.15*n), 0.03)
	dry := step01(fractal(x/9+5, y/9, 3, footprint/9, 43), 0.02, 0.25)
	return rgb{g * 0.72, g, g * 0.34}.lerp(rgb{g * 1.35, g * 1.15, g * 0.55}, dry)
}

// kerb is the reflectance of the kerb's face and upper edge.
func kerb(along, footprint float64) rgb {
	c := 0.42 + float64(0.06*fractal(along*2, 0, 3, footprint*2, 51))
	if frac(along) < 0.03 && footprint < 0.15 {
		c *= 0.7
	}
	return rgb{c, c * 0.985, c * 0.95}
}

// ground is the reflectance, height and normal of the ground on a ray from the camera.
func ground(origin, dir junction.Vec, footprintAt func(distance float64) float64) (p junction.Vec, c rgb, n junction.Vec, ok bool) {
	up := junction.Vec{Z: 1}
	if dir.Z >= -1e-4 {
		return p, c, n, false
	}
	high := origin.Mad(dir, (junction.KerbM-origin.Z)/dir.Z)
	low := origin.Mad(dir, -origin.Z/dir.Z)
	foot := footprintAt(low.Sub(origin).Len())
	surface := junction.SurfaceAt(high.X, high.Y)
	if surface == junction.Road {
		if junction.SurfaceAt(low.X, low.Y) != junction.Road {
			// The ray meets the face of a kerb between the two planes.
			p = high.Lerp(low, 0.5)
			return p, kerb(p.X+p.Y, foot).mul(0.8), dir.Mul(-1).Unit(), true
		}
		c = asphalt(low.X, low.Y, foot)
		if m := marking(low.X, low.Y, foot); m > 0 {
			c = c.lerp(paint, m)
		}
		return low, c.mul(gutter(low.X, low.Y)), up, true
	}
	const edge = 0.16 // width of the kerb stones
	if junction.SurfaceAt(high.X*(1-edge/max(math.Abs(high.X), 1)), high.Y*(1-edge/max(math.Abs(high.Y), 1))) == junction.Road {
		return high, kerb(high.X+high.Y, foot), up, true
	}
	if surface == junction.Sidewalk {
		return high, sidewalk(high.X, high.Y, foot), up, true
	}
	return high, verge(high.X, high.Y, foot), up, true
}

// gutter darkens the road along the kerb, where dirt gathers.
func gutter(x, y float64) float64 {
	ax, ay := math.Abs(x), math.Abs(y)
	d := math.Inf(1)
	if ax > 10 {
		d = junction.MainHalfM - ay
	} else if ay > 15 {
		d = junction.MinorHalfM - ax
	}
	if d < 0 || d > 0.5 {
		return 1
	}
	return 0.72 + float64(0.28*smooth(d/0.5))
}
