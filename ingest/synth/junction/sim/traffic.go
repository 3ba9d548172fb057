package sim

import (
	"math"
	"slices"

	"vantage/ingest/synth/junction"
)

// traffic is all vehicles.
type traffic struct {
	net      *network
	rnd      *junction.Rand
	vehicles []*vehicle // by age
	next     [2 * lanesHalf]float64
	nextID   func() int
}

// meanGapS is the mean time between two vehicles of a lane, seconds.
var meanGapS = [lanesHalf]float64{laneInner: 13, laneOuter: 15, laneCycle: 24, laneMinor: 16}

// spawnClearM is the free road that a new vehicle needs.
const spawnClearM = 22

func newTraffic(net *network, seed uint64, nextID func() int) *traffic {
	t := &traffic{net: net, rnd: junction.NewRand(seed, 1), nextID: nextID}
	for lane := range t.next {
		t.next[lane] = t.rnd.Range(0, 2*meanGapS[lane%lanesHalf])
	}
	return t
}

// spawn lets vehicles in at the ends of the arms.
func (t *traffic) spawn(now float64) {
	for lane := range t.next {
		if now < t.next[lane] {
			continue
		}
		lead := math.Inf(1)
		speed := math.Inf(1)
		for _, c := range t.vehicles {
			if t.net.routes[c.route].approach == lane && c.rear() < lead {
				lead, speed = c.rear(), c.v
			}
		}
		if lead < spawnClearM {
			continue // try again in the next step
		}
		// Exponential gaps by a sum that needs no logarithm would be wrong in shape; uniform ones look as good.
		t.next[lane] = now + float64(t.rnd.Range(0.35, 1.65)*meanGapS[lane%lanesHalf])
		c := t.draw(lane)
		c.s = c.length
		if lead < 90 {
			c.v = min(c.v, speed)
		}
		t.vehicles = append(t.vehicles, c)
	}
}

// draw picks a vehicle and its way.
func (t *traffic) draw(lane int) *vehicle {
	routes := t.net.byLane[lane]
	if lane%lanesHalf == laneCycle {
		return newVehicle(t.nextID(), junction.Cyclist, routes[0], t.rnd)
	}
	class := junction.Car
	switch p := t.rnd.Float(); {
	case p < 0.09:
		class = junction.Van
	case p < 0.15:
		class = junction.Truck
	case p < 0.20:
		class = junction.Bus
	case p < 0.28:
		class = junction.Motorcycle
	}
	pick := routes[0] // straight on, which the long ones always go
	if class != junction.Truck && class != junction.Bus {
		switch p := t.rnd.Float(); {
		case p < 0.16:
			pick = routes[1]
		case p < 0.34 && len(routes) > 2:
			pick = routes[2]
		}
	}
	return newVehicle(t.nextID(), class, pick, t.rnd)
}

// step moves everything by dt seconds.
func (t *traffic) step(dt float64, lights [junction.GroupCount]junction.Light) {
	for _, c := range t.vehicles {
		t.decide(c, lights, dt)
	}
	for _, c := range t.vehicles {
		c.a = t.accelerate(c)
	}
	for _, c := range t.vehicles {
		v := max(0, c.v+float64(c.a*dt))
		way := float64((c.v + v) / 2 * dt)
		c.v = v
		c.s += way
		c.moved += way
	}
	t.vehicles = slices.DeleteFunc(t.vehicles, func(c *vehicle) bool {
		return c.rear() > t.net.routes[c.route].length()-1
	})
}

// decide takes or gives up the right of way before the stop line.
func (t *traffic) decide(c *vehicle, lights [junction.GroupCount]junction.Light, dt float64) {
	r := t.net.routes[c.route]
	ahead := r.stop - c.s
	if ahead < 0 {
		return
	}
	light := lights[r.group]
	stopping := c.v * c.v / 2
	if c.granted {
		// Give up what is not used yet when the light changes and there is room to stop.
		if light != junction.Green && ahead > stopping/2.8+0.5 {
			c.granted = false
		}
		return
	}
	if ahead > stopping/1.5+7 || t.leads(c, r) {
		return
	}
	if light != junction.Green && (light != junction.Amber || ahead > stopping/4) {
		return
	}
	c.granted = t.free(c, r, lights)
	if light == junction.Green && c.v < 0.5 {
		c.patience += dt
	}
}

// leads reports whether somebody is between c and the stop line: the right of way is taken in order.
func (t *traffic) leads(c *vehicle, r *route) bool {
	for _, o := range t.vehicles {
		if o != c && t.net.routes[o.route].approach == r.approach && o.s > c.s && o.s < r.stop && !o.granted {
			return true
		}
	}
	return false
}

// gapAcceptS is the time gap to oncoming traffic that a driver who gives way accepts, seconds.
const gapAcceptS = 4.2

// patienceS is the time at green after which others let a waiting driver go first, seconds.
const patienceS = 8.0

// free reports whether c may go through now.
func (t *traffic) free(c *vehicle, r *route, lights [junction.GroupCount]junction.Light) bool {
	for _, o := range t.vehicles {
		if o == c {
			continue
		}
		other := t.net.routes[o.route]
		if o.granted && t.blocks(o, c.route) {
			return false
		}
		// Courtesy, so that nobody waits for ever.
		if o.patience > patienceS && o.patience > c.patience && lights[other.group] == junction.Green && t.meet(o.route, c.route) {
			return false
		}
		// Who waits behind somebody waits for us, perhaps: only the first of a lane has to be let through.
		if o.s < other.stop && slices.Contains(r.yields, o.route) && lights[other.group] == junction.Green &&
			other.stop-o.s < max(o.v, 3)*gapAcceptS && !t.leads(o, other) && c.patience <= patienceS {
			return false
		}
	}
	for _, rc := range r.crossings {
		k := t.net.crossings[rc.crossing]
		if k.wantGo {
			return false
		}
		for _, w := range k.walking {
			if w.blocks(rc.lo, rc.hi) {
				return false
			}
		}
	}
	return true
}

// blocks reports whether o still has to leave its conflict with a route.
func (t *traffic) blocks(o *vehicle, other int) bool {
	c := t.net.conflicts[o.route][other]
	return c.to > c.from && o.rear() < c.to+1
}

// meet reports whether two routes conflict at all.
func (t *traffic) meet(a, b int) bool {
	c := t.net.conflicts[a][b]
	return c.to > c.from
}

// crossingFree reports whether no vehicle is on, or has the right of way over, a crossing.
func (t *traffic) crossingFree(k int) bool {
	for _, o := range t.vehicles {
		if !o.granted {
			continue
		}
		for _, rc := range t.net.routes[o.route].crossings {
			if rc.crossing == k && o.rear() < rc.to+0.5 {
				return false
			}
		}
	}
	return true
}

// accelerate is the least acceleration that the leader, the stop line and the curve ahead allow.
func (t *traffic) accelerate(c *vehicle) float64 {
	r := t.net.routes[c.route]
	limit := c.wish
	if c.s < r.clear+c.length && r.limit < limit {
		// The speed at which comfortable braking still reaches the curve's by its beginning.
		ahead := max(0, r.stop+3-c.s)
		limit = min(limit, math.Sqrt(float64(r.limit*r.limit)+float64(2*1.6*ahead)))
	}
	gap, speed := t.leader(c, r)
	a := c.follow(limit, gap, speed)
	if c.v > limit {
		a = min(a, max(-2.5, (limit-c.v)*1.5))
	}
	if ahead := r.stop - c.s; !c.granted && ahead > -0.5 {
		if stopping := c.v * c.v / 2; ahead < stopping/1.3+12 {
			a = min(a, c.follow(limit, ahead+minGap-0.6, 0))
		}
	}
	return a
}

// leader is the distance to and the speed of the next vehicle on c's way.
func (t *traffic) leader(c *vehicle, r *route) (gap, speed float64) {
	gap, speed = math.Inf(1), c.v
	for _, o := range t.vehicles {
		if o == c {
			continue
		}
		other := t.net.routes[o.route]
		var g float64
		switch {
		case o.route == c.route, other.approach == r.approach && o.rear() < t.net.diverge[o.route][c.route]:
			if o.s <= c.s {
				continue
			}
			g = o.rear() - c.s
		case other.exit == r.exit && o.s > other.clear:
			g = (o.rear() - other.clear) - (c.s - r.clear)
			if o.s-other.clear <= c.s-r.clear {
				continue
			}
		default:
			continue
		}
		if g < gap {
			gap, speed = g, o.v
		}
	}
	return gap, speed
}
