package sim

import (
	"math"

	"vantage/ingest/synth/junction"
)

// Lanes of the south-west half; the other half is the same turned by 180 degrees, with lane numbers 4 higher.
const (
	laneInner = iota // main road: straight on and left
	laneOuter        // main road: straight on and right
	laneCycle
	laneMinor
	lanesHalf
)

// crossing is a pedestrian crossing: a band across one arm.
type crossing struct {
	main    bool    // across the main road
	sign    float64 // which of the two arms
	half    float64 // half the length, kerb to kerb
	at      float64 // distance of its middle from the junction's
	near    float64
	far     float64
	group   junction.Group
	walking []*walker // on the crossing
	wantGo  bool      // somebody waits at green
}

// network is the roads: routes, where they meet, and the crossings.
type network struct {
	routes    []*route
	byLane    [2 * lanesHalf][]int
	conflicts [][]span // [i][j]: on route i, where route j is too near
	diverge   [][]float64
	crossings []*crossing
}

// span is a stretch of a route; empty when to <= from.
type span struct{ from, to float64 }

// apart is how near the middles of two paths may come, metres.
const (
	apartMotor = 2.9
	apartCycle = 2.2
)

func newNetwork() *network {
	const inner, outer = junction.LaneM / 2, junction.LaneM * 3 / 2
	const cycle = 2*junction.LaneM + junction.CycleLaneM/2
	const side = junction.LaneM/2 + 0.125
	const far, deep = junction.MainArmM, junction.MinorArmM
	v := func(x, y float64) junction.Vec { return junction.Vec{X: x, Y: y} }
	half := []struct {
		approach, exit int
		a, corner, b   junction.Vec
		radius         float64
		group          junction.Group
		turn           junction.Indicator
		limit          float64
		yields         []int // by index in this list; +8 is the other half
	}{
		0: {laneInner, laneInner, v(-far, -inner), v(0, -inner), v(far, -inner), 0, junction.MainThrough, 0, 13.9, nil},
		1: {laneInner, laneMinor, v(-far, -inner), v(side, -inner), v(side, deep), 9, junction.MainLeft, junction.IndicateLeft, 6.5, []int{8, 10, 12}},
		2: {laneOuter, laneOuter, v(-far, -outer), v(0, -outer), v(far, -outer), 0, junction.MainThrough, 0, 13.9, nil},
		3: {laneOuter, laneMinor + 4, v(-far, -outer), v(-side, -outer), v(-side, -deep), 7, junction.MainThrough, junction.IndicateRight, 5, []int{4}},
		4: {laneCycle, laneCycle, v(-far, -cycle), v(0, -cycle), v(far, -cycle), 0, junction.MainThrough, 0, 7, nil},
		5: {laneMinor, laneMinor, v(side, -deep), v(side, 0), v(side, deep), 0, junction.Minor, 0, 11, nil},
		6: {laneMinor, laneInner + 4, v(side, -deep), v(side, inner), v(-far, inner), 8, junction.Minor, junction.IndicateLeft, 6, []int{13, 15}},
		7: {laneMinor, laneOuter, v(side, -deep), v(side, -outer), v(far, -outer), 7, junction.Minor, junction.IndicateRight, 5, nil},
	}
	n := &network{}
	for turned := range 2 {
		for _, h := range half {
			sign, shift, other := 1.0, 0, 0
			if turned == 1 {
				sign, shift, other = -1, lanesHalf, len(half)
			}
			r := &route{
				approach: h.approach + shift, exit: (h.exit + shift) % (2 * lanesHalf), group: h.group, turn: h.turn, limit: h.limit,
				cycle: h.approach == laneCycle,
			}
			r.points, _, _ = fillet(h.a.Mul(sign), h.corner.Mul(sign), h.b.Mul(sign), h.radius)
			for _, y := range h.yields {
				r.yields = append(r.yields, (y+other)%(2*len(half)))
			}
			r.stop = arm(h.a) - stopLine(h.a)
			r.clear = r.length() - arm(h.b) + stopLine(h.b)
			n.byLane[r.approach] = append(n.byLane[r.approach], len(n.routes))
			n.routes = append(n.routes, r)
		}
	}
	n.addCrossings()
	n.findConflicts()
	return n
}

func onMain(p junction.Vec) bool { return math.Abs(p.X) > math.Abs(p.Y) }

func arm(p junction.Vec) float64 { return max(math.Abs(p.X), math.Abs(p.Y)) }

func stopLine(p junction.Vec) float64 {
	if onMain(p) {
		return junction.MainStopM
	}
	return junction.MinorStopM
}

func (n *network) addCrossings() {
	for _, main := range []bool{true, false} {
		for _, sign := range []float64{-1, 1} {
			c := &crossing{
				main: main, sign: sign, half: junction.MinorHalfM, near: junction.MinorCrossingNearM, far: junction.MinorCrossingFarM,
				group: junction.WalkMinor,
			}
			if main {
				c.half, c.near, c.far, c.group = junction.MainHalfM, junction.MainCrossingNearM, junction.MainCrossingFarM, junction.WalkMain
			}
			c.at = (c.near + c.far) / 2
			n.crossings = append(n.crossings, c)
		}
	}
	for _, r := range n.routes {
		for k, c := range n.crossings {
			rc := routeCrossing{crossing: k, from: math.Inf(1), to: math.Inf(-1), lo: math.Inf(1), hi: math.Inf(-1)}
			for s := r.stop; s < r.clear; s += pathStep {
				along, across := c.local(r.at(s))
				if along > c.near-0.4 && along < c.far+0.4 && math.Abs(across) < c.half+1 {
					rc.from, rc.to = min(rc.from, s), max(rc.to, s)
					rc.lo, rc.hi = min(rc.lo, across-1.9), max(rc.hi, across+1.9)
				}
			}
			if rc.to > rc.from {
				r.crossings = append(r.crossings, rc)
			}
		}
	}
}

// local returns a point's distance from the middle of the junction along the arm, and its place across the road.
func (c *crossing) local(p junction.Vec) (along, across float64) {
	if c.main {
		return p.X * c.sign, p.Y
	}
	return p.Y * c.sign, p.X
}

// world is the inverse of local.
func (c *crossing) world(along, across float64) junction.Vec {
	if c.main {
		return junction.Vec{X: along * c.sign, Y: across}
	}
	return junction.Vec{X: across, Y: along * c.sign}
}

func (n *network) findConflicts() {
	n.conflicts = make([][]span, len(n.routes))
	n.diverge = make([][]float64, len(n.routes))
	for i, a := range n.routes {
		n.conflicts[i] = make([]span, len(n.routes))
		n.diverge[i] = make([]float64, len(n.routes))
		for j, b := range n.routes {
			if i == j {
				continue
			}
			if a.approach == b.approach {
				n.diverge[i][j] = diverge(a, b)
				continue
			}
			n.conflicts[i][j] = conflict(a, b)
		}
	}
}

// conflict is the stretch of a's connector that is too near to b's.
func conflict(a, b *route) span {
	apart := apartMotor
	if a.cycle || b.cycle {
		apart = apartCycle
	}
	c := span{math.Inf(1), math.Inf(-1)}
	for s := a.stop; s <= a.clear; s += pathStep {
		p := a.at(s)
		for t := b.stop; t <= b.clear; t += pathStep {
			d := p.Sub(b.at(t))
			if d.Dot(d) < apart*apart {
				c.from, c.to = min(c.from, s), max(c.to, s)
				break
			}
		}
	}
	if c.to < c.from {
		return span{}
	}
	return c
}

// diverge is the arc length up to which two routes of one approach lane lie on each other.
func diverge(a, b *route) float64 {
	for s := a.stop; s <= a.clear; s += pathStep {
		if d := a.at(s).Sub(b.at(s)); d.Len() > 2.4 {
			return s
		}
	}
	return a.clear
}
