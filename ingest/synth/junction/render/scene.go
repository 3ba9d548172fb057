package render

import (
	"math"

	"vantage/ingest/synth/junction"
)

// kind is what a fixed surface is made of.
type kind uint8

const (
	kindFacade kind = iota
	kindRoof
	kindBark
	kindLeaf
	kindPole
	kindHousing // of signals
	kindSign
	kindHedge
	kindBench
)

// fixed is one triangle of what does not move. Corners have their own normals, the shading uses their mean.
type fixedFace struct {
	p    [3]junction.Vec
	n    junction.Vec
	kind kind
	tag  int // building or tree
}

// building is a block with windows.
type building struct {
	x0, y0, x1, y1, height float64
	wall                   rgb
	floorM, bayM           float64
	shop                   bool
	seed                   uint64
}

var buildings = []building{
	{19, 26, 47, 44, 13.2, rgb{0.42, 0.27, 0.20}, 3.3, 2.7, true, 1},
	{47, 28, 72, 46, 10.0, rgb{0.52, 0.49, 0.43}, 3.2, 2.5, false, 2},
	{76, 20, 112, 40, 16.4, rgb{0.46, 0.46, 0.46}, 3.2, 3.2, false, 3},
	{-44, 23, -18, 42, 9.8, rgb{0.55, 0.50, 0.41}, 3.2, 2.6, true, 4},
	{-74, 21, -47, 40, 12.9, rgb{0.36, 0.22, 0.17}, 3.2, 2.4, false, 5},
	{-124, 20, -78, 42, 9.6, rgb{0.48, 0.46, 0.42}, 3.2, 2.8, false, 6},
	{20, -46, 52, -25, 7.4, rgb{0.50, 0.47, 0.42}, 3.7, 3.4, true, 7},
	{58, -44, 100, -22, 12.8, rgb{0.38, 0.25, 0.19}, 3.2, 2.6, false, 8},
	{-62, -50, -33, -29, 9.8, rgb{0.50, 0.45, 0.36}, 3.2, 2.6, false, 9},
	{-108, -46, -66, -22, 13, rgb{0.45, 0.44, 0.43}, 3.2, 3.0, false, 10},
	{12, 62, 40, 84, 9.8, rgb{0.47, 0.30, 0.22}, 3.2, 2.6, false, 11},
	{-40, 58, -13, 82, 12.9, rgb{0.52, 0.50, 0.46}, 3.2, 2.7, false, 12},
	{12, -92, 42, -60, 12.9, rgb{0.50, 0.48, 0.44}, 3.2, 2.7, false, 13},
	{-42, -96, -13, -62, 9.8, rgb{0.40, 0.26, 0.20}, 3.2, 2.6, false, 14},
	// The town behind.
	{-60, 150, 10, 175, 19, rgb{0.50, 0.50, 0.50}, 3.2, 3, false, 15},
	{14, 145, 90, 170, 24, rgb{0.45, 0.43, 0.41}, 3.2, 3, false, 16},
	{190, -30, 215, 50, 21, rgb{0.48, 0.47, 0.46}, 3.2, 3, false, 17},
	{125, 30, 165, 60, 18, rgb{0.44, 0.36, 0.31}, 3.2, 3, false, 18},
	{-215, -40, -190, 60, 20, rgb{0.49, 0.48, 0.46}, 3.2, 3, false, 19},
	{120, -70, 170, -24, 15, rgb{0.50, 0.47, 0.42}, 3.2, 3, false, 20},
	{-60, -175, 60, -150, 20, rgb{0.47, 0.46, 0.45}, 3.2, 3, false, 21},
	{-180, 24, -132, 60, 14, rgb{0.43, 0.32, 0.26}, 3.2, 3, false, 22},
	{-180, -60, -120, -26, 12, rgb{0.48, 0.45, 0.40}, 3.2, 3, false, 23},
}

// tree is its trunk's foot, the height of the crown's middle and its radii.
type tree struct{ x, y, crown, across, up float64 }

var trees = []tree{
	{23, 20.5, 5.2, 2.6, 2.9}, {-19, 16.5, 5.4, 2.8, 3.1}, {-30, 16.2, 5.0, 2.5, 2.8}, {-42, 16.6, 5.6, 2.9, 3.2}, {-56, 16.0, 5.2, 2.6, 3.0},
	{64, 15.5, 5.4, 2.7, 3.0}, {76, 15.2, 5.0, 2.5, 2.8}, {90, 15.8, 5.6, 2.8, 3.2}, {106, 15.2, 5.3, 2.7, 3.0}, {124, 15.5, 5.2, 2.6, 2.9},
	{46, -16.6, 5.2, 2.6, 2.9}, {58, -16.2, 5.5, 2.8, 3.1}, {72, -16.4, 5.0, 2.5, 2.8}, {88, -16, 5.4, 2.7, 3.0}, {104, -16.4, 5.1, 2.6, 2.9},
	{-46, -16.4, 5.3, 2.7, 3.0}, {-60, -16.2, 5.5, 2.8, 3.1}, {-76, -16.5, 5.0, 2.5, 2.8}, {-92, -16, 5.3, 2.7, 3.0},
	{9.6, 34, 4.8, 2.2, 2.6}, {9.8, 46, 5.0, 2.3, 2.7}, {-9.6, 29, 4.9, 2.2, 2.6}, {-9.8, 41, 5.0, 2.3, 2.7}, {-9.6, 54, 5.2, 2.4, 2.8}, {9.6, 57, 4.9, 2.3, 2.7},
	{-9.7, -32, 5.0, 2.3, 2.7}, {9.7, -38, 4.8, 2.2, 2.6}, {9.8, -52, 5.1, 2.4, 2.8}, {-9.8, -46, 5.0, 2.3, 2.7},
	{-72, 15.8, 5.3, 2.7, 3.0}, {-88, 16.2, 5.1, 2.6, 2.9}, {-104, 15.6, 5.4, 2.7, 3.0}, {28, -19.5, 4.6, 2.0, 2.4}, {15.5, 22.5, 4.4, 1.9, 2.3},
}

// parked are cars that stand on the lot for the whole day.
func parked() []junction.Object {
	var list []junction.Object
	for i := range 12 {
		if i == 3 || i == 7 || i == 8 {
			continue
		}
		look := junction.Hash(uint64(i) + 1000)
		heading := junction.Vec{Y: 1}
		if look%3 == 0 {
			heading.Y = -1
		}
		class := junction.Car
		length, width, height := 4.1+float64(float64(look>>8%6)*0.1), 1.8, 1.5
		if i == 5 {
			class, length, width, height = junction.Van, 5.2, 2.0, 2.35
		}
		list = append(list, junction.Object{
			Class: class, Position: junction.Vec{X: 28.4 + float64(2.9*float64(i)), Y: 15.3, Z: junction.KerbM}, Heading: heading,
			LengthM: length, WidthM: width, HeightM: height, Look: look,
		})
	}
	return list
}

// head is one signal head: the middle of its front, the direction it looks, its group.
type head struct {
	at, facing junction.Vec
	group      junction.Group
	walk       bool // for pedestrians
}

// heads are all signal heads. Those of the other half are turned by 180 degrees.
var heads = func() []head {
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	west, south := v(-1, 0, 0), v(0, -1, 0)
	half := []head{
		// Main road, eastbound: beside the stop line, over the lanes, and beyond the junction.
		{v(-15.1, -8.95, 2.9), west, junction.MainThrough, false},
		{v(-15.1, -4.9, 5.45), west, junction.MainThrough, false},
		{v(-15.1, -1.6, 5.45), west, junction.MainLeft, false},
		{v(14.2, -8.95, 3.0), west, junction.MainThrough, false},
		// Minor road, northbound.
		{v(4.25, -19.6, 2.9), south, junction.Minor, false},
		{v(4.25, 18.6, 3.0), south, junction.Minor, false},
		// Pedestrians.
		{v(4.15, 13.9, 2.35), v(-1, 0, 0), junction.WalkMinor, true},
		{v(-4.15, 13.9, 2.35), v(1, 0, 0), junction.WalkMinor, true},
		{v(9.4, 8.8, 2.35), v(0, -1, 0), junction.WalkMain, true},
		{v(9.4, -8.8, 2.35), v(0, 1, 0), junction.WalkMain, true},
	}
	all := half
	for _, h := range half {
		turn := func(p junction.Vec) junction.Vec { return v(-p.X, -p.Y, p.Z) }
		all = append(all, head{turn(h.at), turn(h.facing), h.group, h.walk})
	}
	return all
}()

// lampRadius is that of a signal's lamp, metres.
const lampRadius = 0.115

// lampsOf are the heights of the lamps over the middle of a head, from red down.
func (h *head) lamps() []float64 {
	if h.walk {
		return []float64{0.14, -0.14}
	}
	return []float64{0.30, 0, -0.30}
}

// scenery collects the fixed faces.
type scenery struct{ faces []fixedFace }

func (s *scenery) add(b *builder, k kind, tag int) {
	m := b.build()
	for _, t := range m.triangles {
		a, c, d := m.corners[t[0]], m.corners[t[1]], m.corners[t[2]]
		s.faces = append(s.faces, fixedFace{
			p: [3]junction.Vec{a.p, c.p, d.p}, n: a.n.Add(c.n).Add(d.n).Unit(), kind: k, tag: tag,
		})
	}
}

func newScenery() *scenery {
	s := &scenery{}
	for i := range buildings {
		s.building(i)
	}
	for i := range trees {
		s.tree(i)
	}
	s.poles()
	s.furniture()
	return s
}

func (s *scenery) building(i int) {
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	d := &buildings[i]
	b := &builder{}
	b.box(matPaint, v(d.x0, d.y0, 0), v(d.x1, d.y1, d.height))
	s.add(b, kindFacade, i)
	b = &builder{}
	b.box(matPaint, v(d.x0-0.3, d.y0-0.3, d.height-0.35), v(d.x1+0.3, d.y1+0.3, d.height+0.25)) // cornice
	w, h := d.x1-d.x0, d.y1-d.y0
	for k := range 3 { // lift houses and air conditioning
		r := junction.NewRand(d.seed, uint64(k)+900)
		x, y := d.x0+float64(r.Range(0.1, 0.8)*w), d.y0+float64(r.Range(0.1, 0.8)*h)
		b.box(matPaint, v(x, y, d.height), v(x+r.Range(1, 4), y+r.Range(1, 3), d.height+r.Range(0.8, 2.4)))
	}
	s.add(b, kindRoof, i)
}

func (s *scenery) tree(i int) {
	t := &trees[i]
	r := junction.NewRand(uint64(i), 700)
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	b := &builder{}
	b.tube(matPaint, v(t.x, t.y, 0), v(t.x+r.Range(-0.2, 0.2), t.y, t.crown-0.5), 0.17, 0.10, 7)
	for range 4 {
		b.tube(matPaint, v(t.x, t.y, t.crown-1.9), v(t.x+r.Range(-1.2, 1.2), t.y+r.Range(-1.2, 1.2), t.crown+r.Range(-0.4, 0.8)), 0.07, 0.03, 5)
	}
	s.add(b, kindBark, i)
	// Leaves in clumps, denser towards the surface of a few overlapping balls.
	centre := v(t.x, t.y, t.crown)
	leaves := 1500
	if math.Abs(t.x) > 60 || math.Abs(t.y) > 60 {
		leaves = 700
	}
	for range leaves {
		var d junction.Vec
		for {
			d = v(r.Range(-1, 1), r.Range(-1, 1), r.Range(-1, 1))
			if l := d.Len(); l <= 1 && l > 0.45 {
				break
			}
		}
		// Lobes make the outline uneven.
		lobe := 0.82 + float64(0.36*value(float64(d.X*2.2)+float64(float64(i)*9), float64(d.Y*2.2)+float64(d.Z*1.7), 77))
		p := v(t.x+float64(d.X*t.across*lobe), t.y+float64(d.Y*t.across*lobe), t.crown+float64(d.Z*t.up*lobe))
		out := p.Sub(centre).Unit()
		a := v(r.Range(-1, 1), r.Range(-1, 1), r.Range(-1, 1)).Unit()
		u := a.Cross(out).Unit().Mul(r.Range(0.16, 0.34))
		w := u.Cross(a).Unit().Mul(r.Range(0.12, 0.26))
		n := out.Mad(a, 0.55).Unit()
		for _, q := range [...][3]junction.Vec{{p.Sub(u), p.Sub(w), p.Add(u)}, {p.Sub(u), p.Add(u), p.Add(w)}} {
			s.faces = append(s.faces, fixedFace{p: q, n: n, kind: kindLeaf, tag: i})
		}
	}
}

func (s *scenery) poles() {
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	post, box := &builder{}, &builder{}
	for _, h := range heads {
		back := h.at.Mad(h.facing, -0.22)
		if h.at.Z > 5 { // on the arm over the lanes
			post.tube(matPaint, back.Add(v(0, 0, -0.2)), v(back.X, back.Y, 5.95), 0.04, 0.04, 5)
		} else {
			top := 3.5
			if h.walk {
				top = 2.7
			}
			post.tube(matPaint, v(back.X, back.Y, 0), v(back.X, back.Y, top), 0.06, 0.055, 7)
		}
		side := h.facing.Left().Mul(0.16)
		deep := h.facing.Mul(-0.2)
		tall := 0.47
		if h.walk {
			tall = 0.30
		}
		a, c := h.at.Add(side), h.at.Sub(side)
		lo, hi := v(0, 0, -tall), v(0, 0, tall)
		box.quad(matPaint, a.Add(lo), c.Add(lo), c.Add(hi), a.Add(hi))
		box.quad(matPaint, c.Add(lo).Add(deep), a.Add(lo).Add(deep), a.Add(hi).Add(deep), c.Add(hi).Add(deep))
		box.quad(matPaint, a.Add(lo).Add(deep), a.Add(lo), a.Add(hi), a.Add(hi).Add(deep))
		box.quad(matPaint, c.Add(lo), c.Add(lo).Add(deep), c.Add(hi).Add(deep), c.Add(hi))
		box.quad(matPaint, a.Add(hi), c.Add(hi), c.Add(hi).Add(deep), a.Add(hi).Add(deep))
		box.quad(matPaint, c.Add(lo), a.Add(lo), a.Add(lo).Add(deep), c.Add(lo).Add(deep))
		for _, z := range h.lamps() { // visors over the lamps
			up := v(0, 0, z+0.13)
			l, r := h.at.Mad(side, 0.8).Add(up), h.at.Mad(side, -0.8).Add(up)
			f := h.facing.Mul(0.17)
			box.quad(matPaint, l, r, r.Add(f), l.Add(f))
			box.quad(matPaint, r, l, l.Add(f), r.Add(f))
		}
	}
	for _, sign := range []float64{1, -1} { // arms over the main road
		x := -14.88 * sign
		post.tube(matPaint, v(x, -9.3*sign, 0), v(x, -9.3*sign, 6.1), 0.12, 0.09, 8)
		post.tube(matPaint, v(x, -9.3*sign, 5.95), v(x, -0.9*sign, 6.05), 0.08, 0.05, 7)
		for _, d := range []float64{-62, -38, 31, 55, 80} { // street lamps
			y := float64(-9.6 * sign)
			post.tube(matPaint, v(d*sign, y, 0), v(d*sign, y, 8.6), 0.09, 0.06, 7)
			post.tube(matPaint, v(d*sign, y, 8.5), v(d*sign, y+float64(1.9*sign), 8.8), 0.045, 0.04, 5)
			post.box(matPaint, v(float64(d*sign)-0.14, min(y+float64(1.8*sign), y+float64(2.5*sign)), 8.72), v(float64(d*sign)+0.14, max(y+float64(1.8*sign), y+float64(2.5*sign)), 8.86))
		}
	}
	s.add(post, kindPole, 0)
	s.add(box, kindHousing, 0)
	signs := &builder{}
	for _, p := range []junction.Vec{v(-26, -9.3, 0), v(26, 9.3, 0), v(4.4, -30, 0), v(-4.4, 32, 0)} {
		f := v(-1, 0, 0)
		if math.Abs(p.Y) > math.Abs(p.X) {
			f = v(0, -1, 0)
		}
		if p.X > 5 || p.Y > 20 {
			f = f.Mul(-1)
		}
		signs.tube(matPaint, p, p.Add(v(0, 0, 2.7)), 0.035, 0.035, 5)
		c := p.Add(v(0, 0, 2.5)).Mad(f, 0.06)
		signs.disc(matPaint, matPaint, c, f, 0.33, 0, 16)
		signs.disc(matPaint, matPaint, c.Mad(f, -0.02), f.Mul(-1), 0.33, 0, 16)
	}
	s.add(signs, kindSign, 0)
}

// furniture is hedges, bollards and benches.
func (s *scenery) furniture() {
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	hedge := &builder{}
	for _, h := range [][4]float64{{-44, 12.6, -20, 13.6}, {-76, 12.4, -48, 13.4}, {26, 18.9, 46, 19.7}, {30, -13.6, 60, -12.6}, {-64, -13.6, -42, -12.6}, {7.4, 24, 8.3, 44}, {-8.3, 24, -7.4, 44}, {7.4, -46, 8.3, -26}} {
		hedge.box(matPaint, v(h[0], h[1], 0.1), v(h[2], h[3], 1.05))
	}
	s.add(hedge, kindHedge, 0)
	post := &builder{}
	for _, sx := range []float64{-1, 1} {
		for _, sy := range []float64{-1, 1} {
			for i := range 4 {
				sin, cos := junction.SinCos(math.Pi * (0.12 + float64(0.25*float64(i))) / 2)
				const cx, cy, r = junction.MinorHalfM + junction.CornerM, junction.MainHalfM + junction.CornerM, junction.CornerM - 0.55
				x, y := sx*(cx-float64(r*sin)), sy*(cy-float64(r*cos))
				post.tube(matPaint, v(x, y, 0.1), v(x, y, 1.05), 0.06, 0.055, 7)
			}
		}
	}
	s.add(post, kindPole, 1)
	bench := &builder{}
	for _, p := range []junction.Vec{v(12.8, 18, 0), v(-13.2, 14.6, 0), v(13, -17, 0)} {
		bench.box(matPaint, p.Add(v(-0.9, -0.25, 0.5)), p.Add(v(0.9, 0.25, 0.58)))
		bench.box(matPaint, p.Add(v(-0.9, 0.2, 0.6)), p.Add(v(0.9, 0.28, 1.0)))
		bench.box(matPaint, p.Add(v(-0.8, -0.2, 0.1)), p.Add(v(-0.7, 0.2, 0.5)))
		bench.box(matPaint, p.Add(v(0.7, -0.2, 0.1)), p.Add(v(0.8, 0.2, 0.5)))
	}
	s.add(bench, kindBench, 0)
}
