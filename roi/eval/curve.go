package eval

import (
	"errors"
	"math"
	"slices"
)

// curve is a rate-quality curve: the logarithm of the bytes as a monotone piecewise cubic of the quality.
type curve struct {
	q, logRate, slope []float64
}

// errCurve says that points make no curve.
var errCurve = errors.New("fewer than two points of different quality")

// newCurve fits the points; quality must rise with rate, and points that break that are dropped.
func newCurve(quality, bytes []float64) (*curve, error) {
	order := make([]int, len(quality))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case quality[a] < quality[b]:
			return -1
		case quality[a] > quality[b]:
			return 1
		default:
			return 0
		}
	})
	c := &curve{}
	for _, i := range order {
		if bytes[i] <= 0 || math.IsNaN(quality[i]) {
			continue
		}
		l := math.Log(bytes[i])
		if n := len(c.q); n > 0 && (quality[i]-c.q[n-1] < 1e-9 || l <= c.logRate[n-1]) {
			continue
		}
		c.q, c.logRate = append(c.q, quality[i]), append(c.logRate, l)
	}
	if len(c.q) < 2 {
		return nil, errCurve
	}
	c.slopes()
	return c, nil
}

// slopes sets the tangents by Fritsch and Butland's weighted harmonic mean, which cannot overshoot.
func (c *curve) slopes() {
	n := len(c.q)
	h, d := make([]float64, n-1), make([]float64, n-1)
	for i := range h {
		h[i] = c.q[i+1] - c.q[i]
		d[i] = (c.logRate[i+1] - c.logRate[i]) / h[i]
	}
	c.slope = make([]float64, n)
	c.slope[0], c.slope[n-1] = d[0], d[n-2]
	for i := 1; i < n-1; i++ {
		w1, w2 := 2*h[i]+h[i-1], h[i]+2*h[i-1]
		c.slope[i] = (w1 + w2) / (w1/d[i-1] + w2/d[i])
	}
}

func (c *curve) low() float64  { return c.q[0] }
func (c *curve) high() float64 { return c.q[len(c.q)-1] }

// bytesAt returns the rate at a quality, NaN outside of the measured range: nothing is extrapolated.
func (c *curve) bytesAt(q float64) float64 {
	if !(q >= c.low() && q <= c.high()) {
		return math.NaN()
	}
	return math.Exp(c.logAt(q))
}

func (c *curve) logAt(q float64) float64 {
	i := min(max(searchSegment(c.q, q), 0), len(c.q)-2)
	h := c.q[i+1] - c.q[i]
	t := (q - c.q[i]) / h
	t2, t3 := t*t, t*t*t
	return (2*t3-3*t2+1)*c.logRate[i] + (t3-2*t2+t)*h*c.slope[i] +
		(3*t2-2*t3)*c.logRate[i+1] + (t3-t2)*h*c.slope[i+1]
}

func searchSegment(q []float64, v float64) int {
	i, found := slices.BinarySearch(q, v)
	if found {
		return i
	}
	return i - 1
}

// bdRate returns the mean difference of rate of b against a at equal quality over their common range, as a fraction: -0.3 is 30 % less.
// It is NaN when they share no range.
func bdRate(a, b *curve) float64 {
	lo, hi := max(a.low(), b.low()), min(a.high(), b.high())
	if !(hi > lo) {
		return math.NaN()
	}
	const steps = 1000 // of Simpson's rule; the curves are cubic by pieces
	sum := 0.0
	for i := range steps + 1 {
		w := 2.0
		switch {
		case i == 0 || i == steps:
			w = 1
		case i%2 == 1:
			w = 4
		}
		q := lo + (hi-lo)*float64(i)/steps
		sum += w * (b.logAt(q) - a.logAt(q))
	}
	return math.Exp(sum/(3*steps)) - 1
}
