package roi

import (
	"image"

	"vantage/media"
)

// cover appends to dst the rectangles that paint a block map exactly: first a disjoint set of rectangles of equal offset, then the
// whole picture at the commonest offset, which the earlier ones hide. A map that needs more than MaxRects
// is simplified in place.
func cover(dst []media.Region, offsets []int8, cols, rows, widthPx, heightPx int) []media.Region {
	start := len(dst)
	for cell := 2; ; cell *= 2 {
		var ok bool
		if dst, ok = coverExactly(dst[:start], offsets, cols, rows, widthPx, heightPx); ok {
			return dst
		}
		coarsen(offsets, cols, rows, cell)
	}
}

// coverExactly reports ok false as soon as it has too many rectangles. It grows each rectangle down from a run of equal
// blocks: not the least number, but near it for the compact blobs that objects are, in one pass.
func coverExactly(dst []media.Region, offsets []int8, cols, rows, widthPx, heightPx int) (_ []media.Region, ok bool) {
	base := commonest(offsets)
	start := len(dst)
	for y := range rows {
		for x := 0; x < cols; x++ {
			o := offsets[y*cols+x]
			if o == base || inside(dst[start:], x, y) {
				continue
			}
			x1 := x + 1
			for x1 < cols && offsets[y*cols+x1] == o && !inside(dst[start:], x1, y) {
				x1++
			}
			y1 := y + 1
			for y1 < rows && uniform(offsets[y1*cols+x:y1*cols+x1], o) && clearOf(dst[start:], x, x1, y1) {
				y1++
			}
			if len(dst)-start == MaxRects-1 {
				return dst, false
			}
			dst = append(dst, media.Region{
				Rect:    image.Rect(x*BlockPx, y*BlockPx, min(x1*BlockPx, widthPx), min(y1*BlockPx, heightPx)),
				QOffset: qOffset(o),
			})
			x = x1 - 1
		}
	}
	return append(dst, media.Region{Rect: image.Rect(0, 0, widthPx, heightPx), QOffset: qOffset(base)}), true
}

func qOffset(qp int8) float32 { return float32(qp) / MaxQP }

// inside reports whether a rectangle already paints block x, y.
func inside(rs []media.Region, x, y int) bool { return !clearOf(rs, x, x+1, y) }

// clearOf reports whether no rectangle paints any of the blocks x0 to x1 (exclusive) of row y.
func clearOf(rs []media.Region, x0, x1, y int) bool {
	for i := range rs {
		r := &rs[i].Rect
		if y*BlockPx >= r.Min.Y && y*BlockPx < r.Max.Y && x1*BlockPx > r.Min.X && x0*BlockPx < r.Max.X {
			return false
		}
	}
	return true
}

func uniform(offsets []int8, o int8) bool {
	for _, v := range offsets {
		if v != o {
			return false
		}
	}
	return true
}

func commonest(offsets []int8) int8 {
	var count [256]int32
	best := offsets[0]
	for _, o := range offsets {
		count[uint8(o)]++
		if count[uint8(o)] > count[uint8(best)] {
			best = o
		}
	}
	return best
}

// coarsen gives every cell of side by side blocks the finest offset in it.
func coarsen(offsets []int8, cols, rows, side int) {
	for y0 := 0; y0 < rows; y0 += side {
		for x0 := 0; x0 < cols; x0 += side {
			y1, x1 := min(y0+side, rows), min(x0+side, cols)
			best := int8(MaxQP)
			for y := y0; y < y1; y++ {
				for _, o := range offsets[y*cols+x0 : y*cols+x1] {
					best = min(best, o)
				}
			}
			for y := y0; y < y1; y++ {
				row := offsets[y*cols+x0 : y*cols+x1]
				for i := range row {
					row[i] = best
				}
			}
		}
	}
}
