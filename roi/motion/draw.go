package motion

import (
	"image"
	"slices"

	"vantage/media"
)

// A blob that fills this much of its box, and whose box is no larger than this part of the picture, is one compact object and
// heats its whole box; a ragged one, a crowd or a long shadow, heats its cells alone.
const (
	compactFill = 0.3
	compactPart = 0.2
)

// leastTrust is the trust below which no objects are reported.
const leastTrust = 0.5

// draw heats the cells of the confirmed tracks.
func (d *Detector) draw() {
	heat := d.heat.Float32s()
	clear(heat)
	g := &d.cells
	for _, t := range d.tracks.tracks {
		if !t.confirmed() {
			continue
		}
		if t.blob < 0 {
			d.heatBox(heat, t.box)
			continue
		}
		b := g.blobs[t.blob]
		area := b.box.Dx() * b.box.Dy()
		if float64(b.cells) >= compactFill*float64(area) && float64(area) <= compactPart*float64(g.cols*g.rows) {
			d.heatBox(heat, b.box)
			continue
		}
		for y := b.box.Min.Y; y < b.box.Max.Y; y++ {
			for x := b.box.Min.X; x < b.box.Max.X; x++ {
				if int(g.label[y*g.cols+x]) == t.blob+1 {
					d.heatBox(heat, image.Rect(x, y, x+1, y+1))
				}
			}
		}
	}
}

func (d *Detector) heatBox(heat []float32, box image.Rectangle) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			heat[y*d.cells.cols+x] = 1
		}
	}
}

// report lists the confirmed tracks as regions of f, best first.
func (d *Detector) report(f *media.Frame) {
	d.found = d.found[:0]
	bounds := image.Rect(0, 0, f.WidthPx, f.HeightPx)
	side := cellPx * d.luma.Factor
	if d.trust < leastTrust {
		return // what moves in front of a moving camera is everything
	}
	for _, t := range d.tracks.tracks {
		if !t.confirmed() {
			continue
		}
		box := image.Rectangle{Min: t.box.Min.Mul(side), Max: t.box.Max.Mul(side)}
		if box = box.Intersect(bounds); !box.Empty() {
			d.found = append(d.found, media.Region{Rect: box, Class: "moving", Score: t.score() * d.trust, ID: t.id})
		}
	}
	slices.SortStableFunc(d.found, func(a, b media.Region) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		default:
			return 0
		}
	})
}
