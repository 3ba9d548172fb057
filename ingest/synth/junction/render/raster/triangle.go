package raster

import "math"

// span is one row of a triangle: samples from x0 to x1, exclusive, and the offset of its first sample's centre from the
// first vertex.
type span struct {
	y, x0, x1 int
	dx, dy    float64
}

// plane is an attribute that is linear on the screen.
type plane struct{ at, dx, dy float64 }

func newPlane(a, b, c *Vertex, area, fa, fb, fc float64) plane {
	ab, ac := fb-fa, fc-fa
	return plane{
		fa,
		(float64(ab*(c.Y-a.Y)) - float64(ac*(b.Y-a.Y))) / area,
		(float64(ac*(b.X-a.X)) - float64(ab*(c.X-a.X))) / area,
	}
}

func (p plane) value(s *span) float64 {
	return p.at + float64(p.dx*s.dx) + float64(p.dy*s.dy)
}

// minArea is the area, twice that of the triangle in samples, under which nothing is drawn.
const minArea = 1e-6

// Area is twice the signed area of a triangle on the screen: positive when it is clockwise as seen, with y down.
func Area(a, b, c *Vertex) float64 {
	return float64((b.X-a.X)*(c.Y-a.Y)) - float64((c.X-a.X)*(b.Y-a.Y))
}

// scan walks over the rows of a triangle that are inside the buffer.
type scan struct {
	t, m, l            *Vertex // by height
	origin             *Vertex
	long, upper, lower float64 // slopes of the edges
	w, y, end          int
}

func (b *Buffer) scan(v0, v1, v2 *Vertex) scan {
	t, m, l := v0, v1, v2
	if m.Y < t.Y {
		t, m = m, t
	}
	if l.Y < t.Y {
		t, l = l, t
	}
	if l.Y < m.Y {
		m, l = l, m
	}
	// An edge is always walked from its upper end, so that both triangles that share it compute the same bits.
	return scan{
		t: t, m: m, l: l, origin: v0, long: slope(t, l), upper: slope(t, m), lower: slope(m, l),
		w: b.W, y: max(ceilHalf(t.Y), 0), end: min(ceilHalf(l.Y), b.H),
	}
}

// next fills in the next row that has samples; false at the end.
func (c *scan) next(s *span) bool {
	for c.y < c.end {
		y := c.y
		c.y++
		cy := float64(y) + 0.5
		xa := c.t.X + float64((cy-c.t.Y)*c.long)
		var xb float64
		if cy < c.m.Y {
			xb = c.t.X + float64((cy-c.t.Y)*c.upper)
		} else {
			xb = c.m.X + float64((cy-c.m.Y)*c.lower)
		}
		if xa > xb {
			xa, xb = xb, xa
		}
		s.x0, s.x1 = max(ceilHalf(xa), 0), min(ceilHalf(xb), c.w)
		if s.x0 < s.x1 {
			s.y = y
			s.dx, s.dy = float64(s.x0)+0.5-c.origin.X, cy-c.origin.Y
			return true
		}
	}
	return false
}

func slope(a, b *Vertex) float64 {
	if b.Y == a.Y {
		return 0
	}
	return (b.X - a.X) / (b.Y - a.Y)
}

// ceilHalf is the first sample whose centre is not before x.
func ceilHalf(x float64) int { return int(math.Ceil(x - 0.5)) }

// fixed is the scale of colours while they are interpolated.
const fixed = 1 << 16

// Smooth draws a triangle with its colours interpolated, where it is nearer than what is there, and marks it with id. It
// returns how many samples it covers, nearer or not, that do not bear the buffer's Stamp yet, and stamps them.
func (b *Buffer) Smooth(v0, v1, v2 *Vertex, id uint16) (fresh int) {
	area := Area(v0, v1, v2)
	if math.Abs(area) < minArea {
		return 0
	}
	w := newPlane(v0, v1, v2, area, v0.W, v1.W, v2.W)
	r := newPlane(v0, v1, v2, area, v0.R, v1.R, v2.R)
	g := newPlane(v0, v1, v2, area, v0.G, v1.G, v2.G)
	bl := newPlane(v0, v1, v2, area, v0.B, v1.B, v2.B)
	dw := float32(w.dx)
	dr, dg, db := int32(r.dx*fixed), int32(g.dx*fixed), int32(bl.dx*fixed)
	stamp := b.Stamp
	var s span
	for c := b.scan(v0, v1, v2); c.next(&s); {
		at := s.y * b.W
		depth := b.Depth[at+s.x0 : at+s.x1]
		n := len(depth)
		color, ids, stamps := b.Color[at+s.x0:][:n], b.ID[at+s.x0:][:n], b.Stamps[at+s.x0:][:n]
		z := float32(w.value(&s))
		cr, cg, cb := clampFixed(r.value(&s)), clampFixed(g.value(&s)), clampFixed(bl.value(&s))
		for i := range depth {
			if stamps[i] != stamp {
				stamps[i] = stamp
				fresh++
			}
			if z > depth[i] {
				depth[i] = z
				ids[i] = id
				color[i] = uint32(cr>>16)&0xFF | uint32(cg>>8)&0xFF00 | uint32(cb)&0xFF0000
			}
			z += dw
			cr += dr
			cg += dg
			cb += db
		}
	}
	return fresh
}

// clampFixed keeps a colour so far inside 0..255 that rounding along one row cannot leave it.
func clampFixed(v float64) int32 {
	return int32(min(max(v, 0.25), 255.5) * fixed)
}

// Flat draws a triangle with one value in Color, where it is nearer than what is there.
func (b *Buffer) Flat(v0, v1, v2 *Vertex, value uint32) {
	area := Area(v0, v1, v2)
	if math.Abs(area) < minArea {
		return
	}
	w := newPlane(v0, v1, v2, area, v0.W, v1.W, v2.W)
	dw := float32(w.dx)
	var s span
	for c := b.scan(v0, v1, v2); c.next(&s); {
		at := s.y * b.W
		depth, color := b.Depth[at+s.x0:at+s.x1], b.Color[at+s.x0:at+s.x1]
		z := float32(w.value(&s))
		for i := range depth {
			if z > depth[i] {
				depth[i] = z
				color[i] = value
			}
			z += dw
		}
	}
}

// Deep draws a triangle into the depth alone.
func (b *Buffer) Deep(v0, v1, v2 *Vertex) {
	b.Cover(v0, v1, v2, func(at int, w float32) {
		if w > b.Depth[at] {
			b.Depth[at] = w
		}
	})
}

// Cover calls fn for every sample of the triangle, with its index and inverse depth, whatever is in front of it.
func (b *Buffer) Cover(v0, v1, v2 *Vertex, fn func(at int, w float32)) {
	area := Area(v0, v1, v2)
	if math.Abs(area) < minArea {
		return
	}
	w := newPlane(v0, v1, v2, area, v0.W, v1.W, v2.W)
	dw := float32(w.dx)
	var s span
	for c := b.scan(v0, v1, v2); c.next(&s); {
		z := float32(w.value(&s))
		for at := s.y*b.W + s.x0; at < s.y*b.W+s.x1; at++ {
			fn(at, z)
			z += dw
		}
	}
}
