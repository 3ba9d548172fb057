package motion

import (
	"math"
	"time"
)

// suspicion is how readily a still patch is taken for a hole that something left in the background, not for something that stopped.
type suspicion struct {
	after    time.Duration // how long a patch must be still before it is asked whether anything stands there at all
	edges    float64       // how much stronger the background's edges around it must be than the picture's
	contrast int64         // how strong, in grey levels a sample, they must be at least: the inside of a dark coat has none, in neither
}

// What was there when the model was made is taken for background, wrongly where it was about to leave: a young model is
// suspected more.
var (
	young = suspicion{400 * time.Millisecond, 1.15, 6}
	grown = suspicion{1500 * time.Millisecond, 1.5, 12}
)

// grownUp is the age from which a model is grown.
const grownUp = 6 * time.Second

func (b *background) suspicion() suspicion {
	if b.age < grownUp {
		return young
	}
	return grown
}

// sameEdges is how little, of the background's, the edges of the picture may differ from them to be the same thing in another light.
const sameEdges = 0.4

// settle looks at the patches that stand still. What left a hole (it was in the background when the model was made, and has gone) is
// absorbed at once; what stopped is absorbed only after hold, so that a person who waits stays a person.
func (d *Detector) settle(pix []byte, hold time.Duration) {
	b := &d.back
	doubt := b.suspicion()
	after := uint16(doubt.after.Milliseconds())
	holdMS := uint16(min(hold.Milliseconds(), math.MaxUint16-1))
	any := false
	for i, s := range b.still {
		d.mask[i] = 0
		if s < after {
			continue
		}
		if s > holdMS {
			b.absorb(i)
			continue
		}
		d.mask[i], any = 1, true
	}
	if !any {
		return
	}
	g := &d.parked
	g.tally(d.mask, b.w, b.h)
	g.join(weakSamples, weakSamples)
	d.edges = d.edges[:0]
	for range g.blobs {
		d.edges = append(d.edges, edge{})
	}
	d.measureEdges(pix)
	for cy := range g.rows {
		for cx := range g.cols {
			l := g.label[cy*g.cols+cx]
			if l == 0 || !d.edges[l-1].hole(doubt) && !d.edges[l-1].same(doubt) {
				continue
			}
			for y := cy * cellPx; y < min((cy+1)*cellPx, b.h); y++ {
				for i := y*b.w + cx*cellPx; i < y*b.w+min((cx+1)*cellPx, b.w); i++ {
					if d.mask[i] != 0 {
						b.absorb(i)
					}
				}
			}
		}
	}
}

// edge is how strong the outline of a still patch is in the picture and in the background, in units.
type edge struct{ picture, background, change, samples int64 }

// hole reports whether the background has an outline here that the picture has not.
func (e edge) hole(s suspicion) bool {
	return e.background > s.contrast*unit*e.samples && float64(e.background) > s.edges*float64(e.picture)
}

// same reports whether the picture has the background's own outline: only the light on it has changed.
func (e edge) same(s suspicion) bool {
	return e.background > s.contrast*unit*e.samples && float64(e.change) < sameEdges*float64(e.background)
}

// measureEdges sums the gradients along the outlines of the still patches.
func (d *Detector) measureEdges(pix []byte) {
	b, g := &d.back, &d.parked
	for y := 1; y < b.h-1; y++ {
		for x := 1; x < b.w-1; x++ {
			i := y*b.w + x
			if d.mask[i] == 0 || d.mask[i-1]&d.mask[i+1]&d.mask[i-b.w]&d.mask[i+b.w] != 0 {
				continue
			}
			l := g.label[y/cellPx*g.cols+x/cellPx]
			if l == 0 {
				continue
			}
			e := &d.edges[l-1]
			e.samples++
			px, py := unit*(int32(pix[i+1])-int32(pix[i-1])), unit*(int32(pix[i+b.w])-int32(pix[i-b.w]))
			bx, by := int32(b.mean[i+1])-int32(b.mean[i-1]), int32(b.mean[i+b.w])-int32(b.mean[i-b.w])
			e.picture += int64(magnitude(px) + magnitude(py))
			e.background += int64(magnitude(bx) + magnitude(by))
			e.change += int64(magnitude(px-bx) + magnitude(py-by))
		}
	}
}

func magnitude(v int32) int32 { return max(v, -v) }
