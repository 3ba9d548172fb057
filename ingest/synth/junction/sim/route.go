package sim

import (
	"math"

	"vantage/ingest/synth/junction"
)

// pathStep is the distance of the points of a path, metres.
const pathStep = 0.25

// route is one way through the junction: an approach lane, a connector and an exit lane as one line.
type route struct {
	approach, exit int // lanes; the exits are numbered on their own
	points         []junction.Vec
	stop           float64 // arc length of the stop line
	clear          float64 // arc length at which the exit lane begins
	group          junction.Group
	turn           junction.Indicator
	limit          float64 // speed in the connector, m/s
	cycle          bool
	yields         []int // routes whose traffic goes first
	crossings      []routeCrossing
}

// routeCrossing is where a route runs over a pedestrian crossing.
type routeCrossing struct {
	crossing int
	from, to float64 // on the route
	lo, hi   float64 // across the crossing
}

func (r *route) length() float64 { return float64(float64(len(r.points)-1) * pathStep) }

// at is the point at arc length s; beyond the ends the line goes straight on.
func (r *route) at(s float64) junction.Vec {
	last := len(r.points) - 1
	i := int(math.Floor(s / pathStep))
	i = min(max(i, 0), last-1)
	return r.points[i].Lerp(r.points[i+1], float64(s/pathStep)-float64(i))
}

// fillet is the polyline a-corner-b with its corner rounded to a radius, in points of pathStep. from and to are the arc
// lengths at which the rounding begins and ends. Without a turn corner is anywhere on the straight line.
func fillet(a, corner, b junction.Vec, radius float64) (points []junction.Vec, from, to float64) {
	in, out := corner.Sub(a).Unit(), b.Sub(corner).Unit()
	if in.Dot(out) > 0.999 {
		return resample([]junction.Vec{a, b}), 0, 0
	}
	start, end := corner.Mad(in, -radius), corner.Mad(out, radius) // right angles only
	centre := start.Mad(out, radius)
	dense := []junction.Vec{a, start}
	const arcs = 64
	for i := 1; i < arcs; i++ {
		sin, cos := junction.SinCos(float64(i) / arcs * (math.Pi / 2))
		dense = append(dense, centre.Mad(in, radius*sin).Mad(out, -radius*cos))
	}
	dense = append(dense, end, b)
	from = start.Sub(a).Len()
	return resample(dense), from, from + float64(radius*(math.Pi/2))
}

// resample returns points on the polyline at equal distances.
func resample(line []junction.Vec) []junction.Vec {
	out := []junction.Vec{line[0]}
	next := pathStep
	done := 0.0
	for i := 1; i < len(line); i++ {
		seg := line[i].Sub(line[i-1])
		l := seg.Len()
		for next <= done+l {
			out = append(out, line[i-1].Mad(seg, (next-done)/l))
			next += pathStep
		}
		done += l
	}
	return out
}
