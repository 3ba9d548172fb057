package stamp

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"vantage/media"
)

// The grid that a picture is divided into, and the part of it that carries bits.
const (
	GridColumns = 80
	GridRows    = 45
	Columns     = 32 // bits per row
	Rows        = 4
	margin      = 1 // quiet cells around the bits
)

// The least picture that a stamp is painted into: cells of four pixels.
const (
	MinWidthPx  = 4 * GridColumns
	MinHeightPx = 4 * GridRows
)

// MinContrast is the least difference of luma between black and white cells that a reader trusts.
const MinContrast = 64

// Luma of the cells, the ends of the video range (ITU-R BT.709 §4).
const (
	black   = 16
	white   = 235
	neutral = 128
)

// Stamp is what a picture carries.
type Stamp struct {
	Frame  uint32 // number of the picture, from 0, modulo 2^32
	Micros int64  // wall clock at painting, microseconds since 1970-01-01 UTC
}

// Time is the wall clock of the stamp.
func (s Stamp) Time() time.Time { return time.UnixMicro(s.Micros) }

// words are the rows of the stamp.
func (s Stamp) words() [Rows]uint32 {
	var b [12]byte
	binary.BigEndian.PutUint32(b[0:], s.Frame)
	binary.BigEndian.PutUint64(b[4:], uint64(s.Micros))
	return [Rows]uint32{s.Frame, uint32(uint64(s.Micros) >> 32), uint32(s.Micros), crc32.ChecksumIEEE(b[:])}
}

// parse is the inverse of words; ok is false when the checksum does not hold.
func parse(w [Rows]uint32) (s Stamp, ok bool) {
	s = Stamp{Frame: w[0], Micros: int64(uint64(w[1])<<32 | uint64(w[2]))}
	return s, s.words() == w
}

// edge is the first pixel of a cell; at is a cell's index, cells the grid's, sidePx the picture's.
func edge(at, cells, sidePx int) int { return at * sidePx / cells }

// Paint draws s into the upper left corner of f, which is I420, NV12 or Gray8, at least MinWidthPx x MinHeightPx. It
// panics on others: the caller chose the format.
func Paint(f *media.Frame, s Stamp) {
	if f.Format == media.RGBA || f.WidthPx < MinWidthPx || f.HeightPx < MinHeightPx {
		panic("stamp: picture is " + f.Format.String() + " or too small")
	}
	wide := edge(Columns+2*margin, GridColumns, f.WidthPx)
	high := edge(Rows+2*margin, GridRows, f.HeightPx)
	fill(f.Planes[0], f.Strides[0], 0, 0, wide, high, black)
	switch f.Format {
	case media.I420:
		fill(f.Planes[1], f.Strides[1], 0, 0, (wide+1)/2, (high+1)/2, neutral)
		fill(f.Planes[2], f.Strides[2], 0, 0, (wide+1)/2, (high+1)/2, neutral)
	case media.NV12:
		fill(f.Planes[1], f.Strides[1], 0, 0, (wide+1)/2*2, (high+1)/2, neutral)
	}
	for r, word := range s.words() {
		y0, y1 := edge(r+margin, GridRows, f.HeightPx), edge(r+margin+1, GridRows, f.HeightPx)
		for c := range Columns {
			if word>>(Columns-1-c)&1 == 0 {
				continue
			}
			x0, x1 := edge(c+margin, GridColumns, f.WidthPx), edge(c+margin+1, GridColumns, f.WidthPx)
			fill(f.Planes[0], f.Strides[0], x0, y0, x1, y1, white)
		}
	}
}

func fill(plane []byte, stride, x0, y0, x1, y1 int, v byte) {
	for y := y0; y < y1; y++ {
		row := plane[y*stride:][x0:x1]
		for i := range row {
			row[i] = v
		}
	}
}

// Read finds the stamp in a decoded I420, NV12 or Gray8 picture of any size. ok is false when there is none that can be
// trusted.
func Read(f *media.Frame) (s Stamp, ok bool) {
	if f.Format == media.RGBA || len(f.Planes) == 0 || len(f.Strides) == 0 {
		return Stamp{}, false
	}
	return ReadLuma(f.Planes[0], f.Strides[0], f.WidthPx, f.HeightPx)
}

// ReadLuma is [Read] for a plane of 8-bit luma with stride bytes per row.
func ReadLuma(luma []byte, stride, widthPx, heightPx int) (s Stamp, ok bool) {
	if widthPx < GridColumns || heightPx < GridRows || widthPx > media.MaxFrameSidePx || heightPx > media.MaxFrameSidePx ||
		stride < widthPx || len(luma) < stride*(heightPx-1)+widthPx {
		return Stamp{}, false
	}
	var mean [Rows][Columns]int
	lo, hi := 255, 0
	for r := range Rows {
		y0, y1 := middle(r+margin, GridRows, heightPx)
		for c := range Columns {
			x0, x1 := middle(c+margin, GridColumns, widthPx)
			sum := 0
			for y := y0; y < y1; y++ {
				for _, v := range luma[y*stride:][x0:x1] {
					sum += int(v)
				}
			}
			m := sum / ((x1 - x0) * (y1 - y0))
			mean[r][c] = m
			lo, hi = min(lo, m), max(hi, m)
		}
	}
	contrast, threshold := hi-lo, (hi+lo)/2
	if contrast < MinContrast {
		return Stamp{}, false
	}
	var words [Rows]uint32
	for r := range Rows {
		for c := range Columns {
			d := mean[r][c] - threshold
			if max(d, -d) < contrast/8 {
				return Stamp{}, false
			}
			if d > 0 {
				words[r] |= 1 << (Columns - 1 - c)
			}
		}
	}
	return parse(words)
}

// middle is the middle half of a cell, at least one pixel.
func middle(at, cells, sidePx int) (from, to int) {
	from = (4*at + 1) * sidePx / (4 * cells)
	to = (4*at + 3) * sidePx / (4 * cells)
	return from, max(to, from+1)
}
