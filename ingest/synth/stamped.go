package synth

import (
	"time"

	"vantage/ingest/synth/stamp"
	"vantage/media"
)

// StampedPicture is a moving pattern with frame number and wall clock painted into its corner.
type StampedPicture struct {
	spec Spec
	now  func() time.Time
	wave [256]byte
}

// NewStamped returns the picture; its clock is time.Now at drawing.
func NewStamped(s Spec) *StampedPicture {
	p := &StampedPicture{spec: s, now: time.Now}
	for i := range p.wave {
		// A parabola up and one down, near enough to a sine.
		x := i & 127
		v := x * (128 - x) * 70 / 4096
		if i >= 128 {
			v = -v
		}
		p.wave[i] = byte(v / 2) // two's complement, added modulo 256
	}
	return p
}

// Next implements [Picture].
func (p *StampedPicture) Next(n int, dst *media.Frame) {
	w, h := dst.WidthPx, dst.HeightPx
	for y := range h {
		row := dst.Planes[0][y*dst.Strides[0]:][:w]
		base := 124 + p.wave[byte(y*512/h+n*2)]
		for x := range row {
			row[x] = base + p.wave[byte(x*512/w+n*3)]
		}
	}
	for k, plane := range dst.Planes[1:] {
		for y := range (h + 1) / 2 {
			row := plane[y*dst.Strides[k+1]:][:(w+1)/2]
			for x := range row {
				row[x] = 128 + p.wave[byte((x+y)*256/w+n+k*64)]
			}
		}
	}
	// A bar that sweeps, so that a frozen picture is seen by eye as well.
	bar := max(w/64, 4)
	at := n * bar / 2 % (w - bar)
	for y := h * 3 / 4; y < h; y++ {
		row := dst.Planes[0][y*dst.Strides[0]:][at : at+bar]
		for x := range row {
			row[x] = 220
		}
	}
	stamp.Paint(dst, stamp.Stamp{Frame: uint32(n), Micros: p.now().UnixMicro()})
}
