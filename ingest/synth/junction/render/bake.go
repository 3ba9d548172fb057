package render

import (
	"math"
	"sync"

	"vantage/ingest/synth/junction"
	"vantage/ingest/synth/junction/render/raster"
)

// samples per pixel, in each direction.
const samples = 2

// backdrop is what does not move, in samples: in the sun, and what it would be without.
type backdrop struct {
	lit    *raster.Buffer
	shaded []uint32
}

// shadowSide is the side of the shadow map, shadowM what it covers in each direction.
const (
	shadowSide = 3072
	shadowM    = 82.0
	shadowBias = 0.07
)

// shadowMap tells how far towards the sun a place is covered.
type shadowMap struct {
	buffer *raster.Buffer
	u, v   junction.Vec
}

func newShadowMap(s *scenery) *shadowMap {
	m := &shadowMap{buffer: &raster.Buffer{W: shadowSide, H: shadowSide, Depth: make([]float32, shadowSide*shadowSide)}, u: junction.Vec{Z: 1}.Cross(toSun).Unit()}
	m.v = toSun.Cross(m.u)
	for i := range s.faces {
		f := &s.faces[i]
		var v [3]raster.Vertex
		for k, p := range f.p {
			v[k] = m.project(p)
		}
		m.buffer.Deep(&v[0], &v[1], &v[2])
	}
	return m
}

func (m *shadowMap) project(p junction.Vec) raster.Vertex {
	const scale = shadowSide / (2 * shadowM)
	return raster.Vertex{
		X: shadowSide/2 + float64(p.Dot(m.u)*scale), Y: shadowSide/2 + float64(p.Dot(m.v)*scale), W: 1000 + p.Dot(toSun),
	}
}

// lit is the share of the sun that reaches p, with soft edges.
func (m *shadowMap) lit(p junction.Vec) float64 {
	v := m.project(p)
	x, y := int(math.Floor(v.X)), int(math.Floor(v.Y))
	if x < 1 || y < 1 || x >= shadowSide-2 || y >= shadowSide-2 {
		return 1
	}
	fx, fy := v.X-float64(x), v.Y-float64(y)
	open := func(i, j int) float64 {
		if m.buffer.Depth[(y+j)*shadowSide+x+i] > float32(v.W+shadowBias) {
			return 0
		}
		return 1
	}
	sum := 0.0
	for j := -1; j <= 2; j++ {
		for i := -1; i <= 2; i++ {
			w := 1.0
			if i == -1 {
				w *= 1 - fx
			} else if i == 2 {
				w *= fx
			}
			if j == -1 {
				w *= 1 - fy
			} else if j == 2 {
				w *= fy
			}
			sum += float64(w * open(i, j))
		}
	}
	return sum / 9
}

// bake draws the backdrop for a camera.
func bake(c *junction.Camera, s *scenery, shadow *shadowMap) *backdrop {
	w, h := c.WidthPx*samples, c.HeightPx*samples
	d := &backdrop{lit: &raster.Buffer{W: w, H: h, Color: make([]uint32, w*h), Depth: make([]float32, w*h)}, shaded: make([]uint32, w*h)}
	for i := range s.faces {
		f := &s.faces[i]
		var v [3]raster.Vertex
		visible := true
		for k, p := range f.p {
			v[k], visible = project(c, p)
			if !visible {
				break
			}
		}
		if visible {
			d.lit.Flat(&v[0], &v[1], &v[2], uint32(i+1))
		}
	}
	var wg sync.WaitGroup
	for part := range 2 {
		wg.Go(func() {
			for y := part; y < h; y += 2 {
				d.row(c, s, shadow, y)
			}
		})
	}
	wg.Wait()
	return d
}

// nearM is the distance under which nothing is drawn, metres.
const nearM = 0.6

// project returns a point's place in samples.
func project(c *junction.Camera, p junction.Vec) (raster.Vertex, bool) {
	u, v, depth, ok := c.Project(p)
	if !ok || depth < nearM {
		return raster.Vertex{}, false
	}
	return raster.Vertex{X: u * samples, Y: v * samples, W: 1 / depth}, true
}

// row shades one row of samples: whichever is nearer, ground or fixed face, or else the sky.
func (d *backdrop) row(c *junction.Camera, s *scenery, shadow *shadowMap, y int) {
	b := d.lit
	pixel := 1 / (c.FocalPx * samples) // metres per sample and metre of distance
	for x := range b.W {
		at := y*b.W + x
		ray := c.Ray((float64(x)+0.5)/samples, (float64(y)+0.5)/samples)
		dir := ray.Unit()
		grazing := max(-dir.Z, 0.02)
		p, reflectance, n, ok := ground(c.Position, ray, func(distance float64) float64 { return distance * pixel / math.Sqrt(grazing) })
		depth := 0.0
		if ok {
			depth = 1 / p.Sub(c.Position).Dot(ray) * ray.Dot(ray)
		}
		var sunny, shaded rgb
		switch id := b.Color[at]; {
		case id != 0 && b.Depth[at] > float32(depth):
			p = c.Position.Mad(ray, 1/float64(b.Depth[at]))
			f := &s.faces[id-1]
			dist := p.Sub(c.Position).Len()
			lit := 1.0
			if f.kind != kindLeaf {
				lit = shadow.lit(p.Mad(f.n, 0.05))
			} else {
				lit = shadow.lit(p.Mad(toSun, 0.5))
			}
			sunny, shaded = f.surface(p, dir, lit, dist*pixel)
			sunny, shaded = haze(sunny, dist), haze(shaded, dist)
		case ok:
			b.Depth[at] = float32(depth)
			dist := p.Sub(c.Position).Len()
			sunny = reflectance.times(diffuse(n, shadow.lit(p)))
			shaded = reflectance.times(diffuse(n, 0))
			sunny, shaded = haze(sunny, dist), haze(shaded, dist)
		default:
			sunny = clouds(dir)
			shaded = sunny
		}
		b.Color[at] = encode(sunny)
		d.shaded[at] = encode(shaded)
	}
}

// clouds is the sky as the camera sees it.
func clouds(d junction.Vec) rgb {
	c := sky(d)
	k := 1 / max(d.Z, 0.03)
	n := fractal(float64(d.X*k*0.55), float64(d.Y*k*0.55), 5, 0.02, 91)
	return c.lerp(rgb{0.93, 0.94, 0.95}, 0.75*step01(n, -0.12, 0.22))
}
