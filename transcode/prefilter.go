package transcode

import (
	"fmt"

	"vantage/media"
)

// prefilterBlockPx is the grain of a Prefilter: half a macroblock.
const prefilterBlockPx = 8

// prefilterFullOffset is the quantiser offset, against the finest of the plan, at which a block loses all detail that the filter
// can take.
const prefilterFullOffset = 0.2

// Prefilter spends bits by region with encoders that cannot: it removes the fine detail where the plan asks for a coarser quantiser
// than elsewhere, so that there is less to encode. Borders are soft and lie outside the finer region. The low-pass
// is a 5x5 binomial, mixed in by the difference to the finest offset of the plan. The zero value is ready; one
// goroutine uses it.
type Prefilter struct {
	cols, rows int
	blocks     []float32 // quantiser offset by block
	nodes      []int32   // strength at the blocks' corners, 0 to strengthOne
	column     []int32   // vertical sums of a row
}

const strengthOne = 256

// Filters reports whether f is of a kind that Apply may change: it carries regions and has a luma plane.
func (p *Prefilter) Filters(f *media.Frame) bool {
	return len(f.Regions) > 0 && len(f.Planes) > 0 && f.Format != media.RGBA
}

// Apply writes the filtered samples of src, by src.Regions, into dst, which has its size and format and is not published yet.
// Only luma is filtered: chroma costs few bits.
func (p *Prefilter) Apply(dst, src *media.Frame) error {
	if dst.WidthPx != src.WidthPx || dst.HeightPx != src.HeightPx || dst.Format != src.Format || len(dst.Planes) != len(src.Planes) {
		return fmt.Errorf("prefilter: %dx%d %v into %dx%d %v", src.WidthPx, src.HeightPx, src.Format, dst.WidthPx, dst.HeightPx, dst.Format)
	}
	for i, plane := range src.Planes {
		copyPlane(dst.Planes[i], dst.Strides[i], plane, src.Strides[i])
	}
	if !p.Filters(src) || !p.plan(src) {
		return nil
	}
	if len(p.column) < src.WidthPx+2*prefilterReach {
		p.column = make([]int32, src.WidthPx+2*prefilterReach)
	}
	for y := range src.HeightPx {
		p.row(dst, src, y)
	}
	return nil
}

func copyPlane(dst []byte, dstStride int, src []byte, srcStride int) {
	if dstStride == srcStride {
		copy(dst, src)
		return
	}
	n := min(dstStride, srcStride)
	for y := 0; y*srcStride < len(src) && y*dstStride < len(dst); y++ {
		row := src[y*srcStride:]
		copy(dst[y*dstStride:][:min(n, len(dst)-y*dstStride)], row[:min(n, len(row))])
	}
}

// plan computes the strengths; false if none is needed.
func (p *Prefilter) plan(f *media.Frame) bool {
	p.cols = (f.WidthPx + prefilterBlockPx - 1) / prefilterBlockPx
	p.rows = (f.HeightPx + prefilterBlockPx - 1) / prefilterBlockPx
	p.blocks = resized(p.blocks, p.cols*p.rows)
	clear(p.blocks)
	for i := len(f.Regions) - 1; i >= 0; i-- { // the first match wins: it is written last
		r := &f.Regions[i]
		x0, x1 := max(r.Rect.Min.X, 0)/prefilterBlockPx, min((r.Rect.Max.X+prefilterBlockPx-1)/prefilterBlockPx, p.cols)
		y0, y1 := max(r.Rect.Min.Y, 0)/prefilterBlockPx, min((r.Rect.Max.Y+prefilterBlockPx-1)/prefilterBlockPx, p.rows)
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				p.blocks[y*p.cols+x] = r.QOffset
			}
		}
	}
	finest, coarsest := p.blocks[0], p.blocks[0]
	for _, q := range p.blocks {
		finest, coarsest = min(finest, q), max(coarsest, q)
	}
	if coarsest == finest {
		return false
	}
	p.corners(finest)
	return true
}

// corners gives every corner of the grid the least strength of the blocks around it, so that the ramps between them lie
// in the coarser blocks.
func (p *Prefilter) corners(finest float32) {
	p.nodes = resized(p.nodes, (p.cols+1)*(p.rows+1))
	for y := range p.rows + 1 {
		for x := range p.cols + 1 {
			least := float32(1)
			for by := max(y-1, 0); by <= min(y, p.rows-1); by++ {
				for bx := max(x-1, 0); bx <= min(x, p.cols-1); bx++ {
					least = min(least, (p.blocks[by*p.cols+bx]-finest)/prefilterFullOffset)
				}
			}
			p.nodes[y*(p.cols+1)+x] = int32(least * strengthOne)
		}
	}
}

// prefilterReach is how many pixels the filter looks to each side.
const prefilterReach = 2

// row filters row y of the luma, run by run of blocks that lose something.
func (p *Prefilter) row(dst, src *media.Frame, y int) {
	by, dy := y/prefilterBlockPx, int32(y%prefilterBlockPx)
	upper, lower := p.nodes[by*(p.cols+1):], p.nodes[(by+1)*(p.cols+1):]
	strength := func(x int) int32 { return upper[x] + (lower[x]-upper[x])*dy/prefilterBlockPx }
	out := dst.Planes[0][y*dst.Strides[0]:]
	in := src.Planes[0][y*src.Strides[0]:]
	for bx := 0; bx < p.cols; {
		if strength(bx) == 0 && strength(bx+1) == 0 {
			bx++
			continue
		}
		end := bx + 1
		for end < p.cols && (strength(end) != 0 || strength(end+1) != 0) {
			end++
		}
		from, to := bx*prefilterBlockPx, min(end*prefilterBlockPx, src.WidthPx)
		p.sumColumns(src, y, from, to)
		for ; bx < end; bx++ {
			x0, x1 := bx*prefilterBlockPx, min((bx+1)*prefilterBlockPx, src.WidthPx)
			blend(out[x0:x1], in[x0:x1], p.column[x0-from:][:x1-x0+2*prefilterReach], strength(bx), strength(bx+1))
		}
	}
}

// sumColumns puts the vertical binomial of pixels from-2..to+2 of row y into column, the picture's edge repeated.
func (p *Prefilter) sumColumns(src *media.Frame, y, from, to int) {
	last := src.HeightPx - 1
	line := func(y int) []byte {
		y = min(max(y, 0), last)
		return src.Planes[0][y*src.Strides[0]:][:src.WidthPx]
	}
	a, b, c, d, e := line(y-2), line(y-1), line(y), line(y+1), line(y+2)
	lo, hi := max(from-prefilterReach, 0), min(to+prefilterReach, src.WidthPx)
	sums := p.column[lo-(from-prefilterReach):][:hi-lo]
	a, b, c, d, e = a[lo:hi], b[lo:hi], c[lo:hi], d[lo:hi], e[lo:hi]
	for x := range sums {
		sums[x] = int32(a[x]) + int32(e[x]) + 4*(int32(b[x])+int32(d[x])) + 6*int32(c[x])
	}
	for x := range lo - (from - prefilterReach) {
		p.column[x] = sums[0]
	}
	for x := hi - (from - prefilterReach); x < to-from+2*prefilterReach; x++ {
		p.column[x] = sums[len(sums)-1]
	}
}

// blend mixes the low-passed samples into a block's row, the strength going from left to right.
func blend(out, in []byte, v []int32, left, right int32) {
	v = v[:len(in)+2*prefilterReach]
	for x := range in {
		low := (v[x] + v[x+4] + 4*(v[x+1]+v[x+3]) + 6*v[x+2] + 128) >> 8
		s := left + (right-left)*int32(x)/prefilterBlockPx
		out[x] = byte(int32(in[x]) + ((low-int32(in[x]))*s+strengthOne/2)>>8)
	}
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
