package render

import (
	"image"

	"vantage/ingest/synth/junction"
)

// measure fills in what is seen, after all objects are drawn.
func (r *Renderer) measure(w *junction.World) {
	r.seen = r.seen[:0]
	bounds := image.Rect(0, 0, r.camera.WidthPx, r.camera.HeightPx)
	for i := range w.Objects {
		d := &r.drawn[i]
		if d.mesh == nil || d.full.Intersect(bounds).Empty() {
			continue
		}
		s := junction.Seen{Object: i, Full: d.full}
		inside := d.full.Intersect(bounds)
		if all := d.full.Dx() * d.full.Dy(); all > 0 {
			s.Truncation = 1 - float64(inside.Dx()*inside.Dy())/float64(all)
		}
		box, n := r.find(uint16(i+1), inside)
		if d.covered > 0 {
			s.Occlusion = 1 - float64(n)/float64(d.covered)
		}
		s.Box = box
		r.seen = append(r.seen, s)
	}
}

// find returns the pixels that show an object, within an area, and how many samples do.
func (r *Renderer) find(id uint16, area image.Rectangle) (image.Rectangle, int) {
	var box image.Rectangle
	n := 0
	for y := area.Min.Y * samples; y < area.Max.Y*samples; y++ {
		row := r.work.ID[y*r.work.W:]
		first, last := -1, -1
		for x := area.Min.X * samples; x < area.Max.X*samples; x++ {
			if row[x] != id {
				continue
			}
			if first < 0 {
				first = x
			}
			last = x
			n++
		}
		if first >= 0 {
			box = box.Union(image.Rect(first/samples, y/samples, last/samples+1, y/samples+1))
		}
	}
	return box, n
}
