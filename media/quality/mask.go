package quality

import (
	"fmt"
	"image"
)

// Mask says which pixels of a picture are inside.
type Mask struct {
	widthPx, heightPx int
	inside            []bool // row by row
}

// NewMask returns a mask of the size with the given rectangles inside; what sticks out is clipped.
func NewMask(widthPx, heightPx int, inside ...image.Rectangle) *Mask {
	m := &Mask{widthPx: widthPx, heightPx: heightPx, inside: make([]bool, widthPx*heightPx)}
	for _, r := range inside {
		m.Set(r)
	}
	return m
}

// Set puts the pixels of r inside.
func (m *Mask) Set(r image.Rectangle) {
	r = r.Intersect(image.Rect(0, 0, m.widthPx, m.heightPx))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := m.inside[y*m.widthPx:][r.Min.X:r.Max.X]
		for x := range row {
			row[x] = true
		}
	}
}

// Clear puts every pixel outside.
func (m *Mask) Clear() { clear(m.inside) }

// Share is the share of the pixels that are inside, 0 to 1.
func (m *Mask) Share() float64 {
	n := 0
	for _, in := range m.inside {
		if in {
			n++
		}
	}
	return float64(n) / float64(max(1, len(m.inside)))
}

func (m *Mask) fits(widthPx, heightPx int) error {
	if m != nil && (m.widthPx != widthPx || m.heightPx != heightPx) {
		return fmt.Errorf("quality: a mask of %dx%d for pictures of %dx%d", m.widthPx, m.heightPx, widthPx, heightPx)
	}
	return nil
}
