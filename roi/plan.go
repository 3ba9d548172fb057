package roi

import (
	"time"

	"vantage/media"
)

// Plan geometry and limits.
const (
	BlockPx   = 16  // side of a block: an H.264 macroblock
	MaxQP     = 51  // quantiser range of H.264: a region's QOffset is a QP difference divided by this
	MaxRects  = 240 // rectangles that a plan may need at most; libavcodec walks all of them for each picture
	maxBlocks = (media.MaxFrameSidePx / BlockPx) * (media.MaxFrameSidePx / BlockPx)
)

// Plan is how to spread quality over a picture: a QP offset for each macroblock, and the objects that it follows. It is
// immutable and safe to share.
type Plan struct {
	WidthPx, HeightPx int // of the picture that the plan is for

	// Cols and Rows of Offsets: the picture in blocks of BlockPx, rounded up.
	Cols, Rows int

	// Offsets are H.264 QP differences, row by row: below 0 is finer, above 0 coarser. Not to be written.
	Offsets []int8

	// Objects are what was detected, in pixels of the picture, best first. Not to be written.
	Objects []media.Region

	// Coverage is the fraction of blocks that are finer than the background, 0 to 1.
	Coverage float64

	At        time.Time // when the analysis ended
	PTS       int64     // of the frame analysed, in ticks of ClockRate
	ClockRate int

	regions []media.Region
}

// NewPlan returns the plan of a picture with the given offsets, row by row, which it takes over. Where they would need more
// than MaxRects rectangles they are simplified first, always towards the finer of two neighbours. It panics if
// the number of offsets does not fit the picture.
func NewPlan(widthPx, heightPx int, offsets []int8) *Plan {
	p := &Plan{WidthPx: widthPx, HeightPx: heightPx, Cols: blocks(widthPx), Rows: blocks(heightPx), Offsets: offsets}
	if len(offsets) != p.Cols*p.Rows || len(offsets) == 0 || len(offsets) > maxBlocks {
		panic("roi: plan with offsets of another picture")
	}
	p.regions = cover(nil, p.Offsets, p.Cols, p.Rows, widthPx, heightPx)
	background := coarsest(offsets)
	fine := 0
	for _, o := range offsets {
		if o < background {
			fine++
		}
	}
	p.Coverage = float64(fine) / float64(len(offsets))
	return p
}

// Regions returns the plan as rectangles for a picture of the given size, which may be a scaled version of the one that was
// analysed: at most MaxRects, the first match wins, together covering every block. A nil plan has none. For the plan's own size the
// result is shared, not to be written and free; for another size it is computed by each call.
func (p *Plan) Regions(widthPx, heightPx int) []media.Region {
	if p == nil {
		return nil
	}
	if p.regions != nil && widthPx == p.WidthPx && heightPx == p.HeightPx {
		return p.regions
	}
	if !p.sound() || widthPx < 1 || heightPx < 1 || widthPx > media.MaxFrameSidePx || heightPx > media.MaxFrameSidePx {
		return nil
	}
	return p.scaled(widthPx, heightPx).regions
}

// sound reports whether the geometry holds together: a plan may have come from another process.
func (p *Plan) sound() bool {
	return p.WidthPx > 0 && p.HeightPx > 0 && p.Cols == blocks(p.WidthPx) && p.Rows == blocks(p.HeightPx) && len(p.Offsets) == p.Cols*p.Rows
}

// scaled returns the plan for the same picture at another size. A block takes the finest offset of what it covers.
func (p *Plan) scaled(widthPx, heightPx int) *Plan {
	cols, rows := blocks(widthPx), blocks(heightPx)
	offsets := make([]int8, cols*rows)
	for by := range rows {
		y0, y1 := span(by, heightPx, p.HeightPx, p.Rows)
		for bx := range cols {
			x0, x1 := span(bx, widthPx, p.WidthPx, p.Cols)
			best := int8(MaxQP)
			for y := y0; y < y1; y++ {
				for _, o := range p.Offsets[y*p.Cols+x0 : y*p.Cols+x1] {
					best = min(best, o)
				}
			}
			offsets[by*cols+bx] = best
		}
	}
	return NewPlan(widthPx, heightPx, offsets)
}

// span returns the blocks, lo to hi exclusive, of a side of fromPx pixels and n blocks that block b of a side of toPx shows.
func span(b, toPx, fromPx, n int) (lo, hi int) {
	end := min((b+1)*BlockPx, toPx)
	lo = b * BlockPx * fromPx / toPx / BlockPx
	hi = (end*fromPx + toPx*BlockPx - 1) / (toPx * BlockPx)
	return min(lo, n-1), min(max(hi, lo+1), n)
}

func blocks(px int) int { return (px + BlockPx - 1) / BlockPx }

func coarsest(offsets []int8) int8 {
	c := int8(-MaxQP)
	for _, o := range offsets {
		c = max(c, o)
	}
	return c
}
