package render

import (
	"image"
	"math"

	"vantage/ingest/synth/junction"
	"vantage/ingest/synth/junction/render/raster"
	"vantage/media"
)

// Renderer draws one camera's view of the junction.
type Renderer struct {
	camera *junction.Camera
	seed   uint64
	back   *backdrop
	shadow *shadowMap
	models *models
	work   *raster.Buffer
	still  picture // the backdrop
	clean  picture // the frame without noise
	tiles  tiles
	noise  *noise

	drawn    []drawn // of the present frame, by object
	corners  []raster.Vertex
	ok       []bool
	vignette vignette
	seen     []junction.Seen
}

// drawn is what is known of an object while a frame is drawn.
type drawn struct {
	mesh    *mesh
	scale   junction.Vec
	colours palette
	lit     float64
	full    image.Rectangle // pixels
	covered int             // samples, in front or behind
}

// New bakes the backdrop for a camera; about a second for 1280 x 720. Sizes are even.
func New(c *junction.Camera, seed uint64) *Renderer {
	r := &Renderer{camera: c, seed: seed, models: newModels()}
	s := newScenery()
	r.shadow = newShadowMap(s)
	r.back = bake(c, s, r.shadow)
	r.work = raster.New(c.WidthPx*samples, c.HeightPx*samples)
	r.tiles = newTiles(c.WidthPx, c.HeightPx)
	r.noise = newNoise(seed)
	r.vignette = newVignette(c.WidthPx, c.HeightPx)
	r.park()
	r.still, r.clean = newPicture(c.WidthPx, c.HeightPx), newPicture(c.WidthPx, c.HeightPx)
	r.tiles.markAll()
	r.tiles.each(func(t image.Rectangle) { r.load(t); r.resolve(t, &r.still) })
	r.clean.copyFrom(&r.still)
	r.tiles.next()
	return r
}

// park draws the parked cars into the backdrop.
func (r *Renderer) park() {
	cars := parked()
	copy(r.work.Color, r.back.lit.Color)
	copy(r.work.Depth, r.back.lit.Depth)
	r.place(cars, 0)
	for i := range cars {
		r.castShadow(&cars[i], &r.drawn[i])
	}
	for i := range cars {
		r.drawObject(&cars[i], &r.drawn[i], 0)
	}
	for i, w := range r.work.Depth {
		if w != r.back.lit.Depth[i] {
			r.back.lit.Depth[i] = w
			r.back.shaded[i] = r.work.Color[i] // shadows do not darken parked cars
		}
	}
	copy(r.back.lit.Color, r.work.Color)
	r.tiles.next()
}

// Draw draws a world into f, which is I420 of the camera's size, and returns what is seen of its objects.
func (r *Renderer) Draw(w *junction.World, f *media.Frame) []junction.Seen {
	r.place(w.Objects, w.Seconds)
	r.markLamps()
	r.tiles.each(r.load)
	for i := range w.Objects {
		r.castShadow(&w.Objects[i], &r.drawn[i])
	}
	r.drawLamps(w.Signals)
	for i := range w.Objects {
		r.drawObject(&w.Objects[i], &r.drawn[i], uint16(i+1))
	}
	r.tiles.stale(func(t image.Rectangle) { r.clean.copyTile(&r.still, t) })
	r.tiles.each(func(t image.Rectangle) { r.resolve(t, &r.clean) })
	r.measure(w)
	r.tiles.next()
	r.noise.develop(f, &r.clean, uint64(w.Frame), w.Daylight)
	return r.seen
}

// place prepares all objects and marks the tiles that they and their shadows touch.
func (r *Renderer) place(objects []junction.Object, seconds float64) {
	r.drawn = r.drawn[:0]
	blink := math.Mod(seconds, 0.72) < 0.36
	for i := range objects {
		o := &objects[i]
		d := drawn{colours: newPalette(o)}
		d.mesh, d.scale = r.models.of(o)
		d.colours.braking = o.Braking
		d.colours.left = blink && o.Indicator == junction.IndicateLeft
		d.colours.right = blink && o.Indicator == junction.IndicateRight
		box, visible := r.bounds(o, &d, false)
		below, _ := r.bounds(o, &d, true)
		all := box.Union(below)
		if !visible || !r.tiles.touches(all) {
			d.mesh = nil
		} else {
			r.tiles.mark(all)
			d.lit = r.shadow.lit(o.Position.Add(junction.Vec{Z: o.HeightM * 0.6}))
		}
		r.drawn = append(r.drawn, d)
	}
}

// world is where a point of an object's mesh is.
func world(o *junction.Object, d *drawn, p junction.Vec) junction.Vec {
	q := o.Position.Mad(o.Heading, p.X*d.scale.X).Mad(o.Heading.Left(), p.Y*d.scale.Y)
	q.Z += float64(p.Z * d.scale.Z)
	return q
}

// onGround is where the shadow of a point falls, on the plane at height z.
func onGround(p junction.Vec, z float64) junction.Vec {
	q := p.Mad(toSun, -(p.Z-z)/toSun.Z)
	q.Z = z
	return q
}

// bounds encloses an object, or its shadow, in pixels; false when a part is behind the camera.
func (r *Renderer) bounds(o *junction.Object, d *drawn, shadow bool) (image.Rectangle, bool) {
	var box image.Rectangle
	for i := range 8 {
		p := d.mesh.lo
		if i&1 != 0 {
			p.X = d.mesh.hi.X
		}
		if i&2 != 0 {
			p.Y = d.mesh.hi.Y
		}
		if i&4 != 0 {
			p.Z = d.mesh.hi.Z
		}
		q := world(o, d, p)
		if shadow {
			q = onGround(q, o.Position.Z)
		}
		u, v, depth, ok := r.camera.Project(q)
		if !ok || depth < nearM {
			return image.Rectangle{}, false
		}
		x, y := int(math.Floor(u)), int(math.Floor(v))
		box = box.Union(image.Rect(x, y, x+1, y+1))
	}
	return box.Inset(-1), true
}

// castShadow darkens the ground where the sun does not reach because of an object.
func (r *Renderer) castShadow(o *junction.Object, d *drawn) {
	if d.mesh == nil {
		return
	}
	if d.lit > 0.1 {
		r.work.Stamp++
		r.flatten(o, d)
	}
	switch o.Class {
	case junction.Pedestrian, junction.Cyclist, junction.Motorcycle:
		return
	}
	// Under a vehicle of four wheels it is darker than in the open shade.
	r.work.Stamp++
	c := o.Corners()
	var v [4]raster.Vertex
	for i, p := range c {
		p = o.Position.Lerp(p, 0.97)
		var ok bool
		if v[i], ok = project(r.camera, p); !ok {
			return
		}
	}
	dark := func(at int, w float32) {
		if r.onBackdrop(at, w) && r.work.Stamps[at] != r.work.Stamp {
			r.work.Stamps[at] = r.work.Stamp
			c := r.back.shaded[at]
			r.work.Color[at] = c >> 1 & 0x7F7F7F
		}
	}
	r.work.Cover(&v[0], &v[1], &v[2], dark)
	r.work.Cover(&v[0], &v[2], &v[3], dark)
}

// flatten draws an object's mesh onto the ground along the sun's rays.
func (r *Renderer) flatten(o *junction.Object, d *drawn) {
	r.corners, r.ok = r.corners[:0], r.ok[:0]
	for i := range d.mesh.corners {
		v, ok := project(r.camera, onGround(world(o, d, d.mesh.corners[i].p), o.Position.Z))
		r.corners, r.ok = append(r.corners, v), append(r.ok, ok)
	}
	dark := func(at int, w float32) {
		if r.work.Stamps[at] != r.work.Stamp && r.onBackdrop(at, w) {
			r.work.Stamps[at] = r.work.Stamp
			r.work.Color[at] = r.back.shaded[at]
		}
	}
	for _, t := range d.mesh.triangles {
		if r.ok[t[0]] && r.ok[t[1]] && r.ok[t[2]] {
			r.work.Cover(&r.corners[t[0]], &r.corners[t[1]], &r.corners[t[2]], dark)
		}
	}
}

// onBackdrop reports whether a sample shows the ground at an inverse depth, and not something in front.
func (r *Renderer) onBackdrop(at int, w float32) bool {
	d := r.back.lit.Depth[at]
	return w > d*0.97 && w < d*1.03
}

// drawObject draws an object and counts the samples that it covers.
func (r *Renderer) drawObject(o *junction.Object, d *drawn, id uint16) {
	if d.mesh == nil {
		return
	}
	r.corners, r.ok = r.corners[:0], r.ok[:0]
	left := o.Heading.Left()
	lo, hi := [2]float64{1e9, 1e9}, [2]float64{-1e9, -1e9}
	for i := range d.mesh.corners {
		c := &d.mesh.corners[i]
		p := world(o, d, c.p)
		v, ok := project(r.camera, p)
		n := o.Heading.Mul(c.n.X).Mad(left, c.n.Y)
		n.Z = c.n.Z
		col := d.colours.shade(c.m, n, p.Sub(r.camera.Position).Unit(), d.lit)
		if k := 1 / v.W; k > 25 {
			col = haze(col, k)
		}
		v.R, v.G, v.B = tone(col.r), tone(col.g), tone(col.b)
		r.corners, r.ok = append(r.corners, v), append(r.ok, ok)
		if ok {
			lo[0], lo[1] = min(lo[0], v.X), min(lo[1], v.Y)
			hi[0], hi[1] = max(hi[0], v.X), max(hi[1], v.Y)
		}
	}
	d.full = image.Rect(int(math.Floor(lo[0]/samples)), int(math.Floor(lo[1]/samples)), int(math.Ceil(hi[0]/samples)), int(math.Ceil(hi[1]/samples)))
	r.work.Stamp++
	covered := 0
	for _, t := range d.mesh.triangles {
		if !r.ok[t[0]] || !r.ok[t[1]] || !r.ok[t[2]] {
			continue
		}
		a, b, c := &r.corners[t[0]], &r.corners[t[1]], &r.corners[t[2]]
		if raster.Area(a, b, c) >= 0 {
			continue // its back
		}
		covered += r.work.Smooth(a, b, c, id)
	}
	d.covered = covered
}
