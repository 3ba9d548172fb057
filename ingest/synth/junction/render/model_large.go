package render

import "vantage/ingest/synth/junction"

// van builds a delivery van, 5.3 x 2.0 x 2.35 m.
func van() *mesh {
	b := &builder{}
	section := func(x, half, top, bottom, roof float64) []junction.Vec {
		v := func(y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
		return []junction.Vec{
			v(-half+0.06, bottom), v(-half, bottom+0.15), v(-half, min(1.25, top-0.1)), v(-half+0.07, top-0.12), v(-roof, top), v(0, top+0.02),
			v(roof, top), v(half-0.07, top-0.12), v(half, min(1.25, top-0.1)), v(half, bottom+0.15), v(half-0.06, bottom),
		}
	}
	rings := [][]junction.Vec{
		section(-2.65, 0.94, 2.24, 0.42, 0.78), section(-2.60, 0.99, 2.33, 0.32, 0.84), section(-0.4, 1.0, 2.35, 0.26, 0.85), section(0.75, 1.0, 2.31, 0.26, 0.84),
		section(1.05, 0.99, 2.18, 0.26, 0.80), section(1.72, 0.98, 1.33, 0.26, 0.80), section(2.3, 0.95, 1.14, 0.28, 0.74), section(2.55, 0.88, 0.95, 0.32, 0.66), section(2.65, 0.76, 0.72, 0.40, 0.56),
	}
	b.loft(rings, func(i, panel int) material {
		if i == 4 && panel >= 3 && panel <= 6 {
			return matGlass
		}
		if panel == 0 || panel == 9 {
			return matBlack
		}
		return matPaint
	})
	b.cap(matPaint, rings[0], false)
	b.cap(matBlack, rings[len(rings)-1], true)
	for _, side := range []float64{-1, 1} {
		sideQuad(b, matGlass, side, 0.45, 1.42, 1.32, 2.02, 1.004, 0.965)
		ind := matIndicatorLeft
		if side < 0 {
			ind = matIndicatorRight
		}
		ahead(b, matHeadlight, 2.60, 2.40, float64(side*0.48), float64(side*0.86), 0.76, 0.95)
		ahead(b, ind, 2.45, 2.36, float64(side*0.86), float64(side*0.93), 0.76, 0.92)
		behind(b, matTail, -2.665, -2.64, float64(side*0.80), float64(side*0.95), 0.95, 1.45)
		behind(b, ind, -2.665, -2.64, float64(side*0.80), float64(side*0.95), 0.80, 0.95)
		m := junction.Vec{X: 1.35, Y: side * 1.1, Z: 1.5}
		b.box(matBlack, m.Sub(junction.Vec{X: 0.06, Y: 0.1, Z: 0.16}), m.Add(junction.Vec{X: 0.06, Y: 0.1, Z: 0.16}))
		behind(b, matGlass, -2.665, -2.655, float64(side*0.12), float64(side*0.72), 1.45, 2.0)
	}
	ahead(b, matPlate, 2.665, 2.665, -0.26, 0.26, 0.44, 0.55)
	behind(b, matPlate, -2.68, -2.68, -0.26, 0.26, 0.62, 0.74)
	wheelPair(b, -1.65, 0.995, 0.34, 0.21)
	wheelPair(b, 1.62, 0.985, 0.34, 0.21)
	return b.build()
}

// sideQuad is a quad on one flank; out0 and out1 are its distances from the middle at the lower and the upper edge.
func sideQuad(b *builder, m material, side, x0, x1, z0, z1, out0, out1 float64) {
	p := func(x, z, out float64) junction.Vec { return junction.Vec{X: x, Y: side * out, Z: z} }
	if side < 0 {
		b.quad(m, p(x0, z0, out0), p(x1, z0, out0), p(x1, z1, out1), p(x0, z1, out1))
		return
	}
	b.quad(m, p(x1, z0, out0), p(x0, z0, out0), p(x0, z1, out1), p(x1, z1, out1))
}

// truck builds a lorry with a box, 8.2 x 2.45 x 3.4 m.
func truck() *mesh {
	b := &builder{}
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	b.box(matCargo, v(-4.1, -1.22, 1.05), v(2.05, 1.22, 3.40))
	b.box(matMetal, v(-4.12, -1.225, 0.98), v(2.06, 1.225, 1.05))
	b.box(matMetal, v(-4.12, -1.228, 3.34), v(2.07, 1.228, 3.41))
	b.box(matBlack, v(-4.0, -0.5, 0.55), v(2.6, 0.5, 0.98))
	b.box(matBlack, v(-1.6, -1.15, 0.45), v(0.9, 1.15, 0.85))
	section := func(x, half, top, bottom float64) []junction.Vec {
		return []junction.Vec{
			v(x, -half+0.05, bottom), v(x, -half, bottom+0.2), v(x, -half, top-0.9), v(x, -half+0.05, top-0.12), v(x, -half+0.22, top), v(x, 0, top+0.03),
			v(x, half-0.22, top), v(x, half-0.05, top-0.12), v(x, half, top-0.9), v(x, half, bottom+0.2), v(x, half-0.05, bottom),
		}
	}
	cab := [][]junction.Vec{section(2.25, 1.18, 2.78, 0.5), section(3.2, 1.20, 2.82, 0.42), section(3.72, 1.19, 2.72, 0.42), section(4.02, 1.14, 2.45, 0.44), section(4.1, 1.06, 2.2, 0.5)}
	b.loft(cab, func(_, panel int) material {
		if panel == 0 || panel == 9 {
			return matBlack
		}
		return matPaint
	})
	b.cap(matPaint, cab[0], false)
	b.cap(matPaint, cab[len(cab)-1], true)
	ahead(b, matGlass, 4.115, 4.06, -1.02, 1.02, 1.55, 2.35)
	ahead(b, matBlack, 4.115, 4.115, -0.85, 0.85, 0.62, 1.25)
	for _, side := range []float64{-1, 1} {
		sideQuad(b, matGlass, side, 2.85, 3.80, 1.62, 2.32, 1.205, 1.19)
		ind := matIndicatorLeft
		if side < 0 {
			ind = matIndicatorRight
		}
		ahead(b, matHeadlight, 4.12, 4.10, float64(side*0.72), float64(side*1.05), 0.66, 0.88)
		ahead(b, ind, 4.08, 4.02, float64(side*1.05), float64(side*1.13), 0.66, 0.88)
		behind(b, matTail, -4.14, -4.14, float64(side*0.75), float64(side*1.10), 0.62, 0.80)
		behind(b, ind, -4.14, -4.14, float64(side*1.10), float64(side*1.20), 0.62, 0.80)
		b.box(matBlack, v(3.72, float64(side*1.32)-0.1, 1.75), v(3.84, float64(side*1.32)+0.1, 2.35))
		for _, z := range []float64{1.9, 2.6} { // ribs of the box
			sideQuad(b, matMetal, side, -4.05, 2.0, z, z+0.03, 1.225, 1.225)
		}
	}
	behind(b, matMetal, -4.105, -4.105, -0.02, 0.02, 1.1, 3.3)
	ahead(b, matPlate, 4.13, 4.13, -0.26, 0.26, 0.46, 0.58)
	behind(b, matPlate, -4.15, -4.15, -0.26, 0.26, 0.64, 0.76)
	wheelPair(b, -2.55, 1.18, 0.48, 0.28)
	wheelPair(b, 2.95, 1.19, 0.48, 0.28)
	return b.build()
}

// bus builds a city bus, 11.8 x 2.5 x 3.05 m.
func bus() *mesh {
	b := &builder{}
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	section := func(x, half, top, bottom float64) []junction.Vec {
		return []junction.Vec{
			v(x, -half+0.04, bottom), v(x, -half, bottom+0.12), v(x, -half, 1.12), v(x, -half+0.03, top-0.22), v(x, -half+0.14, top-0.06), v(x, -half+0.34, top), v(x, 0, top+0.02),
			v(x, half-0.34, top), v(x, half-0.14, top-0.06), v(x, half-0.03, top-0.22), v(x, half, 1.12), v(x, half, bottom+0.12), v(x, half-0.04, bottom),
		}
	}
	rings := [][]junction.Vec{section(-5.9, 1.16, 2.96, 0.40), section(-5.8, 1.24, 3.03, 0.32), section(0, 1.25, 3.05, 0.30), section(5.6, 1.24, 3.04, 0.30), section(5.84, 1.18, 2.96, 0.32), section(5.9, 1.10, 2.86, 0.36)}
	b.loft(rings, func(_, panel int) material {
		if panel >= 4 && panel <= 7 {
			return matPaint2
		}
		return matPaint
	})
	b.cap(matPaint, rings[0], false)
	b.cap(matPaint, rings[len(rings)-1], true)
	b.box(matPaint2, v(-4.8, -0.8, 3.03), v(-2.4, 0.8, 3.28)) // air conditioning
	ahead(b, matGlass, 5.915, 5.88, -1.05, 1.05, 1.15, 2.45)
	ahead(b, matBlack, 5.90, 5.87, -0.95, 0.95, 2.5, 2.82)
	ahead(b, matSign, 5.912, 5.885, -0.60, 0.60, 2.57, 2.76)
	behind(b, matGlass, -5.915, -5.90, -0.95, 0.95, 1.7, 2.55)
	for _, side := range []float64{-1, 1} {
		sideQuad(b, matBlack, side, -5.6, 5.72, 1.16, 2.56, 1.256, 1.238)
		for x := -5.5; x < 5.3; x += 1.38 {
			sideQuad(b, matGlass, side, x, x+1.28, 1.24, 2.50, 1.262, 1.244)
		}
		if side < 0 { // doors, on the right
			for _, x := range []float64{4.35, -0.9} {
				sideQuad(b, matBlack, side, x, x+1.15, 0.36, 2.50, 1.266, 1.25)
				sideQuad(b, matGlass, side, x+0.06, x+0.53, 0.5, 2.42, 1.27, 1.252)
				sideQuad(b, matGlass, side, x+0.62, x+1.09, 0.5, 2.42, 1.27, 1.252)
			}
		}
		ind := matIndicatorLeft
		if side < 0 {
			ind = matIndicatorRight
		}
		ahead(b, matHeadlight, 5.915, 5.86, float64(side*0.70), float64(side*1.08), 0.60, 0.82)
		ahead(b, ind, 5.88, 5.84, float64(side*1.08), float64(side*1.16), 0.60, 0.82)
		behind(b, matTail, -5.92, -5.90, float64(side*0.90), float64(side*1.12), 0.85, 1.35)
		behind(b, ind, -5.92, -5.90, float64(side*0.90), float64(side*1.12), 1.38, 1.55)
		b.box(matBlack, v(5.75, float64(side*1.36)-0.09, 1.7), v(5.88, float64(side*1.36)+0.09, 2.2))
	}
	ahead(b, matPlate, 5.92, 5.92, -0.26, 0.26, 0.44, 0.56)
	behind(b, matPlate, -5.93, -5.93, -0.26, 0.26, 0.70, 0.82)
	wheelPair(b, -3.1, 1.245, 0.49, 0.27)
	wheelPair(b, 3.25, 1.245, 0.49, 0.27)
	return b.build()
}
