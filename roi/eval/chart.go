package eval

import (
	"fmt"
	"math"
	"strings"
)

// Chart geometry, in SVG units.
const (
	chartW, chartH                     = 480.0, 320.0
	marginL, marginR, marginT, marginB = 52.0, 24.0, 12.0, 40.0
	maxTicks                           = 9 // of an axis
)

// chart is a drawing of quality over bitrate.
type chart struct {
	Title  string
	W, H   float64
	XTicks []tick
	YTicks []tick
	Lines  []line
	X0, Y0 float64 // where the axes meet
	X1, Y1 float64 // their ends
}

type tick struct {
	At   float64
	Text string
}

type line struct {
	Class, Points string
	Dots          []dot
}

type dot struct {
	X, Y float64
	Text string
}

func newChart(title string, r *Report, quality func(Point) float64) chart {
	c := chart{Title: title, W: chartW, H: chartH, X0: marginL, Y0: chartH - marginB, X1: chartW - marginR, Y1: marginT}
	sets := []struct {
		class  string
		points []Point
	}{{"even", r.Even}, {"regions", r.ROI}}
	xhi, ylo, yhi := 0.0, math.Inf(1), math.Inf(-1)
	for _, set := range sets {
		for _, p := range set.points {
			xhi = max(xhi, p.BitrateBPS/1000)
			ylo, yhi = min(ylo, quality(p)), max(yhi, quality(p))
		}
	}
	xs, ys := newAxis(0, xhi), newAxis(ylo, yhi)
	x := func(v float64) float64 { return c.X0 + xs.part(v)*(c.X1-c.X0) }
	y := func(v float64) float64 { return c.Y0 - ys.part(v)*(c.Y0-c.Y1) }
	c.XTicks, c.YTicks = xs.ticks(x), ys.ticks(y)
	for _, set := range sets {
		l := line{Class: set.class}
		var b strings.Builder
		for _, p := range set.points {
			d := dot{x(p.BitrateBPS / 1000), y(quality(p)), fmt.Sprintf("%s, CRF %g: %.0f kbit/s, %.4g", set.class, p.RateFactor, p.BitrateBPS/1000, quality(p))}
			fmt.Fprintf(&b, "%.1f,%.1f ", d.X, d.Y)
			l.Dots = append(l.Dots, d)
		}
		l.Points = b.String()
		c.Lines = append(c.Lines, l)
	}
	return c
}

// axis is a range of values that begins and ends on round ones.
type axis struct {
	lo, step float64
	steps    int
	decimals int
}

// newAxis returns the axis of at most maxTicks round values that holds lo to hi.
func newAxis(lo, hi float64) axis {
	if !(hi > lo) || math.IsInf(hi-lo, 0) {
		lo, hi = 0, 1
	}
	power := math.Floor(math.Log10((hi - lo) / maxTicks))
	for {
		for _, m := range []float64{1, 2, 5} {
			step := m * math.Pow(10, power)
			first, last := math.Floor(lo/step), math.Ceil(hi/step)
			if n := int(last - first); n < maxTicks {
				return axis{first * step, step, n, int(max(0, -power))}
			}
		}
		power++
	}
}

// part returns where v lies on the axis, 0 to 1.
func (a axis) part(v float64) float64 { return (v - a.lo) / (a.step * float64(a.steps)) }

func (a axis) ticks(at func(float64) float64) []tick {
	var t []tick
	for i := range a.steps + 1 {
		v := a.lo + float64(i)*a.step
		t = append(t, tick{at(v), fmt.Sprintf("%.*f", a.decimals, v)})
	}
	return t
}
