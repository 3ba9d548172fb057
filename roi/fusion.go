package roi

import (
	"math"
	"time"

	"gorgonia.org/tensor"
)

// Time constants and steps of the fusion.
const (
	hold    = 120 * time.Millisecond // a block keeps its importance this long after its cause has gone
	release = 200 * time.Millisecond // then falls by 1/e in this time
	settle  = 500 * time.Millisecond // time constant of the trust in the cues as a whole
	maxStep = time.Second            // longer gaps between analyses count as this

	levels     = 4    // quality steps from background to region; few steps make few rectangles
	hysteresis = 0.12 // of a level: how far importance must fall below a step before the step is left
	softRing   = 0.34 // importance that a hot block gives its neighbours, so that a region has no hard border
	hot        = 0.75 // importance that makes a block hot
)

// cue is what one detector says of one picture.
type cue struct {
	m     []float32 // rows by cols over the whole picture
	cols  int
	rows  int
	trust float32
}

func newCue(d *tensor.Dense, trust float32) (cue, bool) {
	if d == nil || d.Dims() != 2 || d.Dtype() != tensor.Float32 {
		return cue{}, false
	}
	v, s := d.Float32s(), d.Shape()
	if s[0] < 1 || s[1] < 1 || len(v) < s[0]*s[1] || !(trust >= 0 && trust <= 1) {
		return cue{}, false
	}
	return cue{v, s[1], s[0], trust}, true
}

// fusion turns cues into quality levels per block that follow quickly and let go slowly.
type fusion struct {
	cols, rows int
	now        []float32 // fused importance of this picture
	ring       []float32 // with soft borders
	smooth     []float32 // over time
	held       []int32   // milliseconds since the block last was as important as smooth says
	level      []uint8   // 0 background to levels-1
	prior      []float32
	unsaid     float32 // what the cues of this picture leave open, 0 to 1
	certainty  float64 // how much they are trusted together, over time, 0 to 1
}

func (u *fusion) resize(cols, rows int) {
	if u.cols == cols && u.rows == rows {
		return
	}
	n := cols * rows
	*u = fusion{
		cols: cols, rows: rows,
		now: make([]float32, n), ring: make([]float32, n), smooth: make([]float32, n),
		held: make([]int32, n), level: make([]uint8, n), prior: make([]float32, n),
	}
	centrePrior(u.prior, cols, rows)
}

// centrePrior fills p with how likely each block is to matter when nothing else is known: cameras are pointed at what they are
// for. It is 1 in the middle and priorFloor at the corners.
func centrePrior(p []float32, cols, rows int) {
	const priorFloor, sigma = 0.3, 0.35 // sigma in picture sides
	for y := range rows {
		for x := range cols {
			dx := (float64(x)+0.5)/float64(cols) - 0.5
			dy := (float64(y)+0.5)/float64(rows) - 0.5
			p[y*cols+x] = float32(priorFloor + (1-priorFloor)*math.Exp(-(dx*dx+dy*dy)/(2*sigma*sigma)))
		}
	}
}

// begin forgets what the cues of the last picture said.
func (u *fusion) begin() {
	clear(u.now)
	u.unsaid = 1
}

// add raises the importance of each block to what c says of it, its strongest sample in the block. What is not trusted leans
// on the centre prior. Cues come most trustworthy first, and each counts as much as those before it left open.
func (u *fusion) add(c cue) {
	share := u.unsaid
	if c.trust == 0 || share == 0 {
		return
	}
	u.unsaid *= 1 - c.trust
	for by := range u.rows {
		y0, y1 := by*c.rows/u.rows, max(((by+1)*c.rows+u.rows-1)/u.rows, by*c.rows/u.rows+1)
		for bx := range u.cols {
			x0, x1 := bx*c.cols/u.cols, max(((bx+1)*c.cols+u.cols-1)/u.cols, bx*c.cols/u.cols+1)
			var peak float32
			for y := y0; y < y1; y++ {
				for _, v := range c.m[y*c.cols+x0 : y*c.cols+x1] {
					peak = max(peak, v)
				}
			}
			i := by*u.cols + bx
			u.now[i] = max(u.now[i], min(peak, 1)*share*(c.trust+(1-c.trust)*u.prior[i]))
		}
	}
}

// end smooths over space and time; since is the time since the last picture.
func (u *fusion) end(since time.Duration) {
	since = min(max(since, 0), maxStep)
	u.soften()
	u.certainty += (1 - float64(u.unsaid) - u.certainty) * (1 - math.Exp(-since.Seconds()/settle.Seconds()))
	ms := int32(since.Milliseconds())
	keep := float32(math.Exp(-since.Seconds() / release.Seconds()))
	for i, v := range u.ring {
		s := u.smooth[i]
		if v >= s {
			u.smooth[i], u.held[i] = v, 0
		} else if u.held[i] += ms; u.held[i] > int32(hold.Milliseconds()) {
			u.smooth[i] = v + (s-v)*keep
		}
		u.level[i] = quantise(u.smooth[i], u.level[i])
	}
}

// soften gives the neighbours of hot blocks softRing.
func (u *fusion) soften() {
	copy(u.ring, u.now)
	for y := range u.rows {
		for x := range u.cols {
			if u.now[y*u.cols+x] < hot {
				continue
			}
			for ny := max(y-1, 0); ny <= min(y+1, u.rows-1); ny++ {
				for nx := max(x-1, 0); nx <= min(x+1, u.cols-1); nx++ {
					i := ny*u.cols + nx
					u.ring[i] = max(u.ring[i], softRing)
				}
			}
		}
	}
}

// quantise returns the level of importance v for a block at level was: the nearest one, unless v has just left was.
func quantise(v float32, was uint8) uint8 {
	x := v * (levels - 1)
	l := uint8(min(max(x, 0), levels-1) + 0.5)
	if l < was && x > float32(was)-0.5-hysteresis {
		return was
	}
	return l
}

// budget spreads quality: the QP offset of each level for a strength of 0 to 1, given how many blocks are at each. The
// background pays for the regions, as far as the cues are certain (0 to 1) that it is background; where the regions are so large that it cannot, they get less, so that at
// the same rate factor a plan spends no more than an even picture.
func budget(strength, certainty float64, count [levels]int) (qp [levels]int8) {
	const finest, coarsest = -6, 10 // at full strength
	lo, hi := finest*strength, coarsest*strength*certainty
	total, spent := 0, 0.0
	for l, n := range count {
		total += n
		spent += float64(n) * float64(l) / (levels - 1)
	}
	if total > 0 {
		if c := spent / float64(total); c > 0 {
			lo = max(lo, -hi*(1-c)/c)
		}
	}
	for l := range qp {
		qp[l] = int8(math.Round(hi + (lo-hi)*float64(l)/(levels-1)))
	}
	return qp
}
