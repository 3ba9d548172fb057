package render

import (
	"math"

	"vantage/ingest/synth/junction"
)

// corner is a corner of a mesh's triangle.
type corner struct {
	p, n junction.Vec
	m    material
}

// mesh is a model of triangles, counter-clockwise as seen from outside. Its frame is x ahead, y left, z up, metres, with
// the origin on the ground in the middle of the footprint.
type mesh struct {
	corners   []corner
	triangles [][3]int32
	lo, hi    junction.Vec
}

// face is a triangle while a mesh is built. Corners at one place share a normal if their faces have one group.
type face struct {
	p     [3]junction.Vec
	m     material
	group int // 0: flat
}

// builder makes meshes.
type builder struct {
	faces []face
	group int
}

// smoothly lets the faces that follow share normals with each other.
func (b *builder) smoothly() { b.group++ }

func (b *builder) triangle(m material, group int, p0, p1, p2 junction.Vec) {
	b.faces = append(b.faces, face{[3]junction.Vec{p0, p1, p2}, m, group})
}

// quad is two triangles, counter-clockwise from outside.
func (b *builder) quad(m material, p0, p1, p2, p3 junction.Vec) { b.patch(m, 0, p0, p1, p2, p3) }

func (b *builder) patch(m material, group int, p0, p1, p2, p3 junction.Vec) {
	b.triangle(m, group, p0, p1, p2)
	b.triangle(m, group, p0, p2, p3)
}

// box is an axis-aligned box.
func (b *builder) box(m material, lo, hi junction.Vec) {
	v := func(i int) junction.Vec {
		p := lo
		if i&1 != 0 {
			p.X = hi.X
		}
		if i&2 != 0 {
			p.Y = hi.Y
		}
		if i&4 != 0 {
			p.Z = hi.Z
		}
		return p
	}
	for _, f := range [...][4]int{{1, 3, 7, 5}, {2, 0, 4, 6}, {3, 2, 6, 7}, {0, 1, 5, 4}, {4, 5, 7, 6}, {2, 3, 1, 0}} {
		b.quad(m, v(f[0]), v(f[1]), v(f[2]), v(f[3]))
	}
}

// tube is a cone or cylinder from a to c, with n sides, smooth around and closed at both ends.
func (b *builder) tube(m material, a, c junction.Vec, ra, rc float64, n int) {
	axis := c.Sub(a).Unit()
	side := junction.Vec{Z: 1}
	if math.Abs(axis.Z) > 0.9 {
		side = junction.Vec{X: 1}
	}
	u := axis.Cross(side).Unit()
	w := axis.Cross(u)
	ring := func(p junction.Vec, r float64, i int) junction.Vec {
		sin, cos := junction.SinCos(2 * math.Pi * float64(i%n) / float64(n))
		return p.Mad(u, r*cos).Mad(w, r*sin)
	}
	b.smoothly()
	for i := range n {
		b.patch(m, b.group, ring(a, ra, i), ring(a, ra, i+1), ring(c, rc, i+1), ring(c, rc, i))
		b.triangle(m, 0, a, ring(a, ra, i+1), ring(a, ra, i))
		b.triangle(m, 0, c, ring(c, rc, i), ring(c, rc, i+1))
	}
}

// disc is a flat n-gon around a normal; alternate sectors may have another material, which shows its rotation.
func (b *builder) disc(m, alternate material, centre, normal junction.Vec, r, turn float64, n int) {
	side := junction.Vec{Z: 1}
	u := side.Cross(normal).Unit()
	w := normal.Cross(u)
	at := func(i int) junction.Vec {
		sin, cos := junction.SinCos(turn + 2*math.Pi*float64(i)/float64(n))
		return centre.Mad(u, r*cos).Mad(w, r*sin)
	}
	for i := range n {
		k := m
		if i%2 == 1 {
			k = alternate
		}
		b.triangle(k, 0, centre, at(i), at(i+1))
	}
}

// ball is an ellipsoid.
func (b *builder) ball(m material, c, radii junction.Vec, rows, columns int) {
	at := func(i, j int) junction.Vec {
		s, k := junction.SinCos(math.Pi * (float64(i)/float64(rows) - 0.5))
		sin, cos := junction.SinCos(2 * math.Pi * float64(j%columns) / float64(columns))
		return junction.Vec{X: c.X + float64(radii.X*k*cos), Y: c.Y + float64(radii.Y*k*sin), Z: c.Z + float64(radii.Z*s)}
	}
	b.smoothly()
	for i := range rows {
		for j := range columns {
			b.patch(m, b.group, at(i, j), at(i, j+1), at(i+1, j+1), at(i+1, j))
		}
	}
}

// loft joins rings of points, which run from right to left over the top as seen from behind, station by station ahead.
func (b *builder) loft(rings [][]junction.Vec, of func(station, panel int) material) {
	b.smoothly()
	for i := range len(rings) - 1 {
		a, c := rings[i], rings[i+1]
		for j := range len(a) - 1 {
			b.patch(of(i, j), b.group, a[j], c[j], c[j+1], a[j+1])
		}
	}
}

// cap closes a ring by a fan; ahead says whether it looks ahead or back.
func (b *builder) cap(m material, ring []junction.Vec, ahead bool) {
	for j := 1; j < len(ring)-1; j++ {
		if ahead {
			b.triangle(m, 0, ring[0], ring[j], ring[j+1])
		} else {
			b.triangle(m, 0, ring[0], ring[j+1], ring[j])
		}
	}
}

// creaseCos is the cosine of the angle between faces from which on an edge is sharp.
const creaseCos = 0.5

type place struct {
	x, y, z int64 // tenths of millimetres
	group   int
}

// build computes the normals. Degenerate triangles are dropped.
func (b *builder) build() *mesh {
	type ray struct{ n, weighted junction.Vec }
	normals := make([]ray, len(b.faces))
	at := map[place][]int{} // looked up only, so its order does not matter
	key := func(p junction.Vec, group int) place {
		r := func(v float64) int64 { return int64(math.Floor(float64(v*1e4) + 0.5)) }
		return place{r(p.X), r(p.Y), r(p.Z), group}
	}
	for i, f := range b.faces {
		w := f.p[1].Sub(f.p[0]).Cross(f.p[2].Sub(f.p[0]))
		normals[i] = ray{w.Unit(), w}
		if f.group != 0 {
			for _, p := range f.p {
				k := key(p, f.group)
				at[k] = append(at[k], i)
			}
		}
	}
	m := &mesh{lo: junction.Vec{X: 1e9, Y: 1e9, Z: 1e9}, hi: junction.Vec{X: -1e9, Y: -1e9, Z: -1e9}}
	for i, f := range b.faces {
		if normals[i].weighted.Len() < 1e-9 {
			continue
		}
		var t [3]int32
		for k, p := range f.p {
			n := normals[i].n
			if f.group != 0 {
				sum := junction.Vec{}
				for _, j := range at[key(p, f.group)] {
					if normals[j].n.Dot(n) > creaseCos {
						sum = sum.Add(normals[j].weighted)
					}
				}
				n = sum.Unit()
			}
			t[k] = int32(len(m.corners))
			m.corners = append(m.corners, corner{p, n, f.m})
			m.lo = junction.Vec{X: min(m.lo.X, p.X), Y: min(m.lo.Y, p.Y), Z: min(m.lo.Z, p.Z)}
			m.hi = junction.Vec{X: max(m.hi.X, p.X), Y: max(m.hi.Y, p.Y), Z: max(m.hi.Z, p.Z)}
		}
		m.triangles = append(m.triangles, t)
	}
	m.join()
	return m
}

// join merges equal corners, which saves shading them more than once.
func (m *mesh) join() {
	seen := map[corner]int32{}
	var kept []corner
	for i := range m.triangles {
		for k, at := range m.triangles[i] {
			c := m.corners[at]
			to, ok := seen[c]
			if !ok {
				to = int32(len(kept))
				seen[c] = to
				kept = append(kept, c)
			}
			m.triangles[i][k] = to
		}
	}
	m.corners = kept
}
