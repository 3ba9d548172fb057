package render

import (
	"math"

	"vantage/ingest/synth/junction"
)

// surface is the light that a fixed face sends to the camera from p: with and without the sun.
func (f *fixedFace) surface(p, view junction.Vec, lit, footprint float64) (sunny, shaded rgb) {
	n := f.n
	if f.kind != kindLeaf && n.Dot(view) > 0 {
		n = n.Mul(-1)
	}
	var c rgb
	switch f.kind {
	case kindFacade:
		if math.Abs(n.Z) < 0.5 {
			return buildings[f.tag].facade(p, n, view, lit, footprint)
		}
		c = rgb{0.22, 0.22, 0.22}.mul(0.9 + fractal(p.X/2, p.Y/2, 3, footprint/2, 61))
	case kindRoof:
		c = rgb{0.40, 0.39, 0.37}.mul(0.95 + float64(0.3*fractal(p.X, float64(p.Y+p.Z), 3, footprint, 62)))
	case kindBark:
		c = rgb{0.11, 0.09, 0.07}.mul(0.8 + float64(0.8*fractal(float64((p.X+p.Y)*6), p.Z*2, 3, footprint*4, 63)) + 0.2)
	case kindLeaf:
		return leaf(f, p, lit)
	case kindHousing:
		c = rgb{0.022, 0.024, 0.023}
	case kindSign:
		c = rgb{0.10, 0.20, 0.45}
	case kindHedge:
		g := 0.075 + float64(0.12*fractal(float64((p.X+p.Y)*5), float64((p.Z+p.Y)*5), 4, footprint*5, 64))
		g = max(g, 0.015)
		c = rgb{g * 0.62, g, g * 0.34}
	case kindBench:
		c = rgb{0.20, 0.13, 0.08}.mul(0.85 + float64(0.5*frac(float64(p.Y*8))))
	default:
		c = rgb{0.26, 0.27, 0.28}
	}
	return c.times(diffuse(n, lit)), c.times(diffuse(n, 0))
}

// leaf is a clump of leaves: darker inside the crown and below, and partly lit from behind.
func leaf(f *fixedFace, p junction.Vec, lit float64) (sunny, shaded rgb) {
	t := &trees[f.tag]
	d := junction.Vec{X: (p.X - t.x) / t.across, Y: (p.Y - t.y) / t.across, Z: (p.Z - t.crown) / t.up}
	open := min(max(0.25+float64(0.55*d.Len())+float64(0.28*d.Z), 0.12), 1)
	h := junction.Hash(uint64(math.Float64bits(f.p[0].X)) ^ uint64(f.tag))
	tone := 0.75 + float64(float64(h>>11)/(1<<53)*0.5)
	hue := lattice(int64(f.tag), 3, 66)
	c := rgb{0.070 + float64(0.035*hue), 0.125, 0.030}.mul(tone)
	n := f.n
	shaded = c.times(diffuse(n, 0)).mul(open)
	// Leaves shade each other; the shadow map of a crown is too coarse to say which.
	through := 0.35 + float64(0.65*max(n.Dot(toSun), 0))
	sunny = shaded.add(c.times(sunRGB).mul(through * open * (0.35 + float64(0.65*lit))))
	return sunny, shaded
}

// facade is a wall with rows of windows.
func (b *building) facade(p, n, view junction.Vec, lit, footprint float64) (sunny, shaded rgb) {
	u := p.X - b.x0
	width := b.x1 - b.x0
	if math.Abs(n.X) > 0.5 {
		u, width = p.Y-b.y0, b.y1-b.y0
	}
	bays := math.Floor(width / b.bayM)
	bay := width / bays
	floor := math.Floor(p.Z / b.floorM)
	fu, fz := float64(frac(u/bay)*bay), p.Z-float64(floor*b.floorM)
	c := b.wall.mul(0.92 + float64(0.16*fractal(u/3, p.Z/3, 3, footprint/3, b.seed)) + float64(0.10*fractal(u*4, p.Z*4, 2, footprint*4, b.seed+1)))
	if frac(p.Z/0.075) < 0.18 && footprint < 0.04 {
		c = c.mul(0.86) // joints of brickwork
	}
	if p.Z < 0.5 {
		c = c.mul(0.62)
	}
	sill, lintel, w := 0.95, b.floorM-0.55, bay*0.27
	if floor == 0 && b.shop {
		sill, lintel, w = 0.45, b.floorM-0.75, bay*0.44
		if fz > b.floorM-0.68 {
			c = rgb{0.10, 0.16, 0.24}.lerp(rgb{0.38, 0.12, 0.08}, lattice(int64(u/(2*bay)), 1, b.seed))
		}
	}
	du := math.Abs(fu - float64(bay/2))
	top := (floor+1)*b.floorM < b.height+0.2
	id := int64(math.Floor(u / bay))
	switch {
	case top && du < w && fz > sill && fz < lintel:
		edge := min(w-du, min(fz-sill, lintel-fz))
		if edge < 0.07 || du < 0.03 {
			c = rgb{0.55, 0.55, 0.53}
			break
		}
		r := reflectDir(view, n)
		k := 0.12 + float64(0.8*fresnel(view, n))
		room := rgb{0.03, 0.03, 0.032}.mul(0.6 + float64(1.6*lattice(id, int64(floor), b.seed+5)))
		if lattice(id, int64(floor), b.seed+6) > 0.72 && fz > sill+float64(0.5*(lintel-sill)) {
			room = rgb{0.26, 0.24, 0.20} // a blind
		}
		g := room.mad(sky(r), k)
		return g, g
	case top && du < w+0.1 && fz > sill-0.12 && fz <= sill:
		c = rgb{0.46, 0.45, 0.43}
	}
	return c.times(diffuse(n, lit)), c.times(diffuse(n, 0))
}
