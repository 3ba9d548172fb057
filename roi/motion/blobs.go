package motion

import "image"

// cellPx is the side of a cell, in luma samples: the unit in which foreground is cleaned and joined.
const cellPx = 4

// How many of the cellPx*cellPx samples of a cell make it weakly and strongly foreground.
const (
	weakSamples   = 4
	strongSamples = 9
)

// maxBlobs bounds the blobs of a picture; what is beyond is noise.
const maxBlobs = 512

// blob is a connected set of cells.
type blob struct {
	box    image.Rectangle // in cells
	cells  int
	strong int
}

// grid is a picture of cells, and the blobs in it.
type grid struct {
	cols, rows int
	count      []uint8 // samples that are set in each cell
	label      []int16 // index of the cell's blob plus one; 0 none
	blobs      []blob
	stack      []int32
}

func (g *grid) resize(w, h int) {
	cols, rows := (w+cellPx-1)/cellPx, (h+cellPx-1)/cellPx
	*g = grid{
		cols: cols, rows: rows, count: make([]uint8, cols*rows), label: make([]int16, cols*rows),
		blobs: make([]blob, 0, maxBlobs), stack: make([]int32, 0, cols*rows),
	}
}

// tally counts the set samples of each cell.
func (g *grid) tally(mask []uint8, w, h int) {
	clear(g.count)
	for y := range h {
		row, out := mask[y*w:(y+1)*w], g.count[y/cellPx*g.cols:][:g.cols]
		whole := w / cellPx
		for x := range whole {
			p := row[x*cellPx : x*cellPx+cellPx : x*cellPx+cellPx]
			out[x] += p[0]&1 + p[1]&1 + p[2]&1 + p[3]&1
		}
		for _, v := range row[whole*cellPx:] {
			out[whole] += v & 1
		}
	}
}

// join labels the connected cells of at least weak samples, corners included, and measures them.
func (g *grid) join(weak, strong uint8) {
	clear(g.label)
	g.blobs = g.blobs[:0]
	for start, c := range g.count {
		if c < strong || g.label[start] != 0 {
			continue // a blob is grown from a strong cell, so that what has none is never looked at
		}
		if len(g.blobs) == maxBlobs {
			return
		}
		g.blobs = append(g.blobs, g.flood(start, int16(len(g.blobs)+1), weak, strong))
	}
}

func (g *grid) flood(start int, label int16, weak, strong uint8) blob {
	b := blob{box: image.Rectangle{Min: image.Pt(g.cols, g.rows)}}
	g.label[start] = label
	g.stack = append(g.stack[:0], int32(start))
	for len(g.stack) > 0 {
		at := int(g.stack[len(g.stack)-1])
		g.stack = g.stack[:len(g.stack)-1]
		x, y := at%g.cols, at/g.cols
		b.cells++
		if g.count[at] >= strong {
			b.strong++
		}
		b.box.Min.X, b.box.Min.Y = min(b.box.Min.X, x), min(b.box.Min.Y, y)
		b.box.Max.X, b.box.Max.Y = max(b.box.Max.X, x+1), max(b.box.Max.Y, y+1)
		for ny := max(y-1, 0); ny <= min(y+1, g.rows-1); ny++ {
			for nx := max(x-1, 0); nx <= min(x+1, g.cols-1); nx++ {
				if n := ny*g.cols + nx; g.label[n] == 0 && g.count[n] >= weak {
					g.label[n] = label
					g.stack = append(g.stack, int32(n))
				}
			}
		}
	}
	return b
}
