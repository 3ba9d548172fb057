package render

import "image"

// tilePx is the side of the squares in which changes are tracked, pixels. Even, because of chroma.
const tilePx = 16

// tiles says which parts of the picture differ from the backdrop.
type tiles struct {
	w, h       int // pixels
	cols, rows int
	now, last  []bool
}

func newTiles(w, h int) tiles {
	t := tiles{w: w, h: h, cols: (w + tilePx - 1) / tilePx, rows: (h + tilePx - 1) / tilePx}
	t.now, t.last = make([]bool, t.cols*t.rows), make([]bool, t.cols*t.rows)
	return t
}

func (t *tiles) touches(r image.Rectangle) bool { return r.Overlaps(image.Rect(0, 0, t.w, t.h)) }

func (t *tiles) mark(r image.Rectangle) {
	r = r.Intersect(image.Rect(0, 0, t.w, t.h))
	if r.Empty() {
		return
	}
	for y := r.Min.Y / tilePx; y <= (r.Max.Y-1)/tilePx; y++ {
		row := t.now[y*t.cols:]
		for x := r.Min.X / tilePx; x <= (r.Max.X-1)/tilePx; x++ {
			row[x] = true
		}
	}
}

func (t *tiles) markAll() { t.mark(image.Rect(0, 0, t.w, t.h)) }

func (t *tiles) rect(i int) image.Rectangle {
	x, y := i%t.cols*tilePx, i/t.cols*tilePx
	return image.Rect(x, y, min(x+tilePx, t.w), min(y+tilePx, t.h))
}

// each calls fn for the tiles that are marked.
func (t *tiles) each(fn func(image.Rectangle)) {
	for i, on := range t.now {
		if on {
			fn(t.rect(i))
		}
	}
}

// stale calls fn for the tiles that were marked in the last frame and are not in this one.
func (t *tiles) stale(fn func(image.Rectangle)) {
	for i, on := range t.last {
		if on && !t.now[i] {
			fn(t.rect(i))
		}
	}
}

// next begins a new frame.
func (t *tiles) next() {
	t.now, t.last = t.last, t.now
	clear(t.now)
}
