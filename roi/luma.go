package roi

import (
	"fmt"

	"vantage/media"
)

// AnalysisWidthPx is the widest picture that detectors look at. Larger pictures are averaged down by a whole factor:
// that costs less than any scaler, and takes the sensor's noise out at the same time.
const AnalysisWidthPx = 384

// Luma is a small luma picture averaged down from a larger one. It keeps its memory from call to call. The zero value
// is ready.
type Luma struct {
	WidthPx, HeightPx int
	Factor            int    // picture pixels per luma pixel, both ways
	Pix               []byte // WidthPx*HeightPx samples, row by row
	sums              []uint32
}

// Sample fills l from f, at most maxWidthPx wide. The last row and column average what is there of an odd picture.
func (l *Luma) Sample(f *media.Frame, maxWidthPx int) error {
	switch f.Format {
	case media.Gray8, media.I420, media.NV12:
	default:
		return fmt.Errorf("roi: no luma plane in a %v picture", f.Format)
	}
	w, h := f.WidthPx, f.HeightPx
	if len(f.Planes) == 0 || w < 1 || h < 1 || f.Strides[0] < w || len(f.Planes[0]) < (h-1)*f.Strides[0]+w {
		return fmt.Errorf("roi: picture %dx%d has no luma in host memory", w, h)
	}
	n := (w + maxWidthPx - 1) / maxWidthPx
	l.Factor, l.WidthPx, l.HeightPx = n, (w+n-1)/n, (h+n-1)/n
	if size := l.WidthPx * l.HeightPx; cap(l.Pix) < size {
		l.Pix = make([]byte, size)
	} else {
		l.Pix = l.Pix[:size]
	}
	l.average(f.Planes[0], f.Strides[0], w, h)
	return nil
}

func (l *Luma) average(src []byte, stride, w, h int) {
	n := l.Factor
	if n == 1 {
		for y := range h {
			copy(l.Pix[y*w:(y+1)*w], src[y*stride:y*stride+w])
		}
		return
	}
	if cap(l.sums) < l.WidthPx {
		l.sums = make([]uint32, l.WidthPx)
	}
	sums := l.sums[:l.WidthPx]
	for oy := range l.HeightPx {
		clear(sums)
		rows := min(n, h-oy*n)
		for j := range rows {
			row := src[(oy*n+j)*stride:][:w]
			addRow(sums, row, n)
		}
		out := l.Pix[oy*l.WidthPx:][:l.WidthPx]
		area := uint32(n * rows)
		// A multiplication by the reciprocal, exact for these sums, instead of a division per sample.
		recip, half := (1<<32+uint64(area)-1)/uint64(area), area/2
		for x, s := range sums {
			out[x] = byte(uint64(s+half) * recip >> 32)
		}
		if rest := w - (l.WidthPx-1)*n; rest < n {
			area := uint32(rest * rows)
			out[l.WidthPx-1] = byte((sums[l.WidthPx-1] + area/2) / area)
		}
	}
}

// addRow adds each n samples of row to one sum.
func addRow(sums []uint32, row []byte, n int) {
	full := len(row) / n
	switch n {
	case 2:
		for x := range full {
			p := row[2*x : 2*x+2 : 2*x+2]
			sums[x] += uint32(p[0]) + uint32(p[1])
		}
	case 4:
		for x := range full {
			p := row[4*x : 4*x+4 : 4*x+4]
			sums[x] += uint32(p[0]) + uint32(p[1]) + uint32(p[2]) + uint32(p[3])
		}
	default:
		for x := range full {
			var s uint32
			for _, v := range row[x*n : (x+1)*n] {
				s += uint32(v)
			}
			sums[x] += s
		}
	}
	for _, v := range row[full*n:] {
		sums[full] += uint32(v)
	}
}
