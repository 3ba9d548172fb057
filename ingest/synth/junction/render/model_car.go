package render

import (
	"math"

	"vantage/ingest/synth/junction"
)

// Models are made for a nominal size and stretched to the object's.

// station is one cross-section of a body: x ahead, height of the belt, half the width, height of the underside.
type station struct{ x, top, half, bottom float64 }

// pane is one cross-section of the part with windows: x, height of the roof, half widths at the belt and at the roof.
type pane struct{ x, roof, belt, half float64 }

// carShape is a kind of passenger car.
type carShape struct {
	length, width, height float64
	body                  []station
	cabin                 []pane
	axle                  float64 // ± x of the wheels
	wheel                 float64 // radius
}

var carShapes = [...]carShape{
	{ // hatchback
		length: 4.1, width: 1.8, height: 1.48, axle: 1.25, wheel: 0.31,
		body: []station{
			{-2.05, 0.58, 0.72, 0.34}, {-2.02, 0.84, 0.82, 0.28}, {-1.90, 0.95, 0.87, 0.24}, {-1.5, 0.98, 0.90, 0.20}, {-0.6, 0.96, 0.90, 0.19},
			{0.5, 0.94, 0.90, 0.19}, {1.0, 0.92, 0.89, 0.20}, {1.5, 0.85, 0.87, 0.20}, {1.82, 0.76, 0.83, 0.22}, {1.98, 0.66, 0.76, 0.24}, {2.05, 0.50, 0.64, 0.30},
		},
		cabin: []pane{{-1.98, 0.94, 0.76, 0.74}, {-1.72, 1.32, 0.80, 0.60}, {-1.35, 1.44, 0.82, 0.58}, {-0.55, 1.48, 0.84, 0.60}, {0.15, 1.45, 0.84, 0.60}, {1.08, 0.91, 0.78, 0.72}},
	},
	{ // saloon
		length: 4.6, width: 1.82, height: 1.45, axle: 1.38, wheel: 0.32,
		body: []station{
			{-2.30, 0.58, 0.70, 0.34}, {-2.27, 0.86, 0.80, 0.28}, {-2.12, 0.96, 0.86, 0.24}, {-1.6, 0.98, 0.90, 0.20}, {-0.6, 0.96, 0.91, 0.19},
			{0.5, 0.94, 0.91, 0.19}, {1.0, 0.92, 0.90, 0.20}, {1.6, 0.84, 0.88, 0.20}, {2.02, 0.75, 0.84, 0.22}, {2.2, 0.65, 0.77, 0.24}, {2.30, 0.50, 0.64, 0.30},
		},
		cabin: []pane{{-1.78, 0.96, 0.76, 0.72}, {-1.12, 1.37, 0.82, 0.58}, {-0.75, 1.44, 0.83, 0.58}, {-0.2, 1.45, 0.84, 0.59}, {0.25, 1.42, 0.84, 0.58}, {1.12, 0.91, 0.78, 0.72}},
	},
	{ // estate or sport utility
		length: 4.55, width: 1.86, height: 1.62, axle: 1.35, wheel: 0.35,
		body: []station{
			{-2.27, 0.66, 0.76, 0.40}, {-2.24, 0.96, 0.86, 0.34}, {-2.1, 1.06, 0.90, 0.30}, {-1.6, 1.08, 0.93, 0.26}, {-0.6, 1.07, 0.93, 0.25},
			{0.5, 1.05, 0.93, 0.25}, {1.0, 1.03, 0.92, 0.26}, {1.6, 0.97, 0.90, 0.26}, {2.0, 0.89, 0.87, 0.28}, {2.18, 0.78, 0.80, 0.30}, {2.27, 0.60, 0.68, 0.36},
		},
		cabin: []pane{{-2.16, 1.04, 0.80, 0.76}, {-1.92, 1.46, 0.83, 0.66}, {-1.5, 1.58, 0.85, 0.64}, {-0.5, 1.62, 0.86, 0.65}, {0.2, 1.59, 0.86, 0.64}, {1.02, 1.02, 0.80, 0.76}},
	},
}

func bodyRing(s station) []junction.Vec {
	v := func(y, z float64) junction.Vec { return junction.Vec{X: s.x, Y: y, Z: z} }
	h := s.top - s.bottom
	right := []junction.Vec{
		v(-s.half+0.09, s.bottom), v(-s.half+0.01, s.bottom+float64(0.16*h)), v(-s.half, s.bottom+float64(0.55*h)),
		v(-s.half+0.015, s.top-0.10), v(-s.half+0.07, s.top-0.015), v(-s.half+0.2, s.top+0.012),
	}
	ring := append([]junction.Vec{}, right...)
	ring = append(ring, v(0, s.top+0.03))
	for i := len(right) - 1; i >= 0; i-- {
		ring = append(ring, v(-right[i].Y, right[i].Z))
	}
	return ring
}

func cabinRing(p pane, belt float64) []junction.Vec {
	v := func(y, z float64) junction.Vec { return junction.Vec{X: p.x, Y: y, Z: z} }
	low := min(belt, p.roof)
	right := []junction.Vec{
		v(-p.belt, low), v(-p.half-0.06, p.roof-min(0.09, float64((p.roof-low)*0.3))), v(-p.half-0.01, p.roof-min(0.035, float64((p.roof-low)*0.1))), v(-p.half+0.12, p.roof),
	}
	ring := append([]junction.Vec{}, right...)
	ring = append(ring, v(0, p.roof+0.02))
	for i := len(right) - 1; i >= 0; i-- {
		ring = append(ring, v(-right[i].Y, right[i].Z))
	}
	return ring
}

// beltAt is the height of the belt at x.
func beltAt(body []station, x float64) float64 {
	for i := 1; i < len(body); i++ {
		if x <= body[i].x {
			a, b := body[i-1], body[i]
			return a.top + float64((b.top-a.top)*(x-a.x)/(b.x-a.x))
		}
	}
	return body[len(body)-1].top
}

// car builds a passenger car.
func car(s *carShape) *mesh {
	b := &builder{}
	var rings [][]junction.Vec
	for _, st := range s.body {
		rings = append(rings, bodyRing(st))
	}
	last := len(rings[0]) - 2
	b.loft(rings, func(i, panel int) material {
		if panel == 0 || panel == last {
			return matBlack // sills
		}
		return matPaint
	})
	b.cap(matBlack, rings[0], false)
	b.cap(matBlack, rings[len(rings)-1], true)

	var cabin [][]junction.Vec
	for _, p := range s.cabin {
		cabin = append(cabin, cabinRing(p, beltAt(s.body, p.x)))
	}
	n := len(s.cabin)
	b.loft(cabin, func(i, panel int) material {
		edge := panel == 0 || panel == 7
		roof := panel == 3 || panel == 4
		switch {
		case edge:
			return matGlass // side windows
		case roof && (i == 0 || i == n-2):
			return matGlass // rear window and windscreen
		case panel == 2 || panel == 5:
			if i == 0 || i == n-2 {
				return matGlass
			}
		}
		return matPaint
	})
	s.pillars(b)
	s.details(b)
	for _, x := range []float64{-s.axle, s.axle} {
		wheelPair(b, x, float64(s.width/2)-0.01, s.wheel, 0.21)
	}
	return b.build()
}

// pillars are strips of paint over the side windows.
func (s *carShape) pillars(b *builder) {
	for _, i := range []int{1, 3} {
		p := s.cabin[i]
		x0, x1 := p.x, p.x+0.09
		if i == 1 {
			x0, x1 = p.x-0.06, p.x+0.10
		}
		belt := beltAt(s.body, p.x)
		for _, side := range []float64{-1, 1} {
			lo, hi := float64((p.belt+0.008)*side), float64((p.half+0.075)*side)
			top := p.roof - 0.08
			a := junction.Vec{X: x0, Y: lo, Z: belt - 0.03}
			c := junction.Vec{X: x1, Y: lo, Z: belt - 0.03}
			d := junction.Vec{X: x1, Y: hi, Z: top}
			e := junction.Vec{X: x0, Y: hi, Z: top}
			if side < 0 {
				b.quad(matPaint, a, c, d, e)
			} else {
				b.quad(matPaint, c, a, e, d)
			}
		}
	}
}

// details are lamps, plates, grille and mirrors.
func (s *carShape) details(b *builder) {
	front, rear := s.body[len(s.body)-3], s.body[1]
	nose, tail := float64(s.length/2), float64(-s.length/2)
	for _, side := range []float64{-1, 1} {
		in, out := front.half-0.40, front.half-0.04
		ahead(b, matHeadlight, nose-0.035, nose-0.20, float64(side*in), float64(side*out), front.top-0.20, front.top-0.05)
		ind := matIndicatorLeft
		if side < 0 {
			ind = matIndicatorRight
		}
		ahead(b, ind, nose-0.15, nose-0.28, float64(side*(out-0.02)), float64(side*(out+0.07)), front.top-0.19, front.top-0.08)
		behind(b, matTail, tail+0.0, tail+0.10, float64(side*(rear.half-0.30)), float64(side*(rear.half+0.02)), rear.top-0.20, rear.top-0.02)
		behind(b, ind, tail+0.02, tail+0.12, float64(side*(rear.half-0.10)), float64(side*(rear.half+0.03)), rear.top-0.27, rear.top-0.20)
		m := junction.Vec{X: s.cabin[len(s.cabin)-1].x - 0.28, Y: side * (float64(s.width/2) + 0.02), Z: beltAt(s.body, 0.8) + 0.10}
		b.box(matPaint, m.Sub(junction.Vec{X: 0.08, Y: 0.09, Z: 0.06}), m.Add(junction.Vec{X: 0.08, Y: 0.09, Z: 0.07}))
	}
	ahead(b, matBlack, nose+0.004, nose-0.02, -0.42, 0.42, front.top-0.30, front.top-0.14)
	ahead(b, matPlate, nose+0.012, nose+0.012, -0.26, 0.26, 0.40, 0.51)
	behind(b, matPlate, tail-0.01, tail-0.01, -0.26, 0.26, 0.62, 0.73)
}

// ahead is a quad that looks ahead; x0 is its x at the middle of the car, x1 at the outer edge.
func ahead(b *builder, m material, x0, x1, y0, y1, z0, z1 float64) {
	if y0 > y1 {
		b.quad(m, junction.Vec{X: x1, Y: y1, Z: z0}, junction.Vec{X: x0, Y: y0, Z: z0}, junction.Vec{X: x0 - 0.02, Y: y0, Z: z1}, junction.Vec{X: x1 - 0.02, Y: y1, Z: z1})
		return
	}
	b.quad(m, junction.Vec{X: x0, Y: y0, Z: z0}, junction.Vec{X: x1, Y: y1, Z: z0}, junction.Vec{X: x1 - 0.02, Y: y1, Z: z1}, junction.Vec{X: x0 - 0.02, Y: y0, Z: z1})
}

// behind is a quad that looks back.
func behind(b *builder, m material, x0, x1, y0, y1, z0, z1 float64) {
	if y0 < y1 {
		b.quad(m, junction.Vec{X: x1, Y: y1, Z: z0}, junction.Vec{X: x0, Y: y0, Z: z0}, junction.Vec{X: x0, Y: y0, Z: z1}, junction.Vec{X: x1, Y: y1, Z: z1})
		return
	}
	b.quad(m, junction.Vec{X: x0, Y: y0, Z: z0}, junction.Vec{X: x1, Y: y1, Z: z0}, junction.Vec{X: x1, Y: y1, Z: z1}, junction.Vec{X: x0, Y: y0, Z: z1})
}

// wheelPair is the two wheels of an axle, in arches; half is half the width over the tyres.
func wheelPair(b *builder, x, half, r, rim float64) {
	for _, side := range []float64{-1, 1} {
		n := junction.Vec{Y: side}
		c := junction.Vec{X: x, Y: side * (half + 0.004), Z: r + 0.03}
		b.disc(matArch, matArch, c, n, r+0.075, 0, 14)
		c = junction.Vec{X: x, Y: side * (half + 0.012), Z: r}
		b.disc(matTyre, matTyre, c, n, r, 0, 16)
		c.Y = side * (half + 0.02)
		b.disc(matRim, matRimDark, c, n, rim, math.Pi/10, 10)
	}
}
