package sim

import (
	"math"
	"slices"

	"vantage/ingest/synth/junction"
)

// leg is one part of a pedestrian's way: to a point, over a crossing or not.
type leg struct {
	to       junction.Vec
	crossing int // -1: along the sidewalk
}

// walker is a pedestrian.
type walker struct {
	id       int
	pos, vel junction.Vec
	heading  junction.Vec
	legs     []leg
	speed    float64
	height   float64
	moved    float64
	look     uint64
	on       *crossing // walking on it
	across   float64   // place across the road while on it
	dir      float64   // of walking across
	waiting  bool
}

// blocks reports whether the walker is in, or has still to walk, the strip from lo to hi of the crossing that it is on.
func (w *walker) blocks(lo, hi float64) bool {
	if w.dir > 0 {
		return w.across < hi
	}
	return w.across > lo
}

func (w *walker) object() junction.Object {
	return junction.Object{
		ID: w.id, Class: junction.Pedestrian, Position: w.pos, Heading: w.heading, SpeedMPS: w.vel.Len(),
		LengthM: 0.4, WidthM: 0.5, HeightM: w.height, Look: w.look, Phase: w.moved,
	}
}

// pedestrians is everybody on foot.
type pedestrians struct {
	net     *network
	rnd     *junction.Rand
	walkers []*walker
	next    float64
	nextID  func() int
}

const (
	meanWalkerGapS = 4.5
	sidewalkEndM   = 75.0 // where pedestrians come from along the main road
	sidewalkDeepM  = 62.0 // and along the minor road
	personalM      = 1.1  // distance at which pedestrians begin to give way to each other
	shoulderM      = 0.70 // distance that they keep at least
	separations    = 3    // rounds of pushing apart, because a push may bring a third too near
)

func newPedestrians(net *network, seed uint64, nextID func() int) *pedestrians {
	return &pedestrians{net: net, rnd: junction.NewRand(seed, 2), nextID: nextID}
}

func (p *pedestrians) spawn(now float64) {
	if now < p.next {
		return
	}
	p.next = now + float64(p.rnd.Range(0.3, 1.7)*meanWalkerGapS)
	sx, sy := p.sign(), p.sign()
	aside := p.rnd.Range(-0.9, 0.9)
	endMain := func(sx, sy float64) junction.Vec {
		return junction.Vec{X: sx * sidewalkEndM, Y: sy * (junction.MainHalfM + 1.7 + aside)}
	}
	endMinor := func(sx, sy float64) junction.Vec {
		return junction.Vec{X: sx * (junction.MinorHalfM + 1.7 + aside), Y: sy * sidewalkDeepM}
	}
	w := &walker{
		id: p.nextID(), speed: p.rnd.Range(1.05, 1.6), height: p.rnd.Range(1.58, 1.88), look: p.rnd.Uint64(),
	}
	switch p.rnd.Int(5) {
	case 0, 1: // along the main road, across the minor
		w.pos = endMain(sx, sy)
		w.legs = append(p.cross(false, sx, sy), leg{endMain(-sx, sy), -1})
	case 2: // along the minor road, across the main
		w.pos = endMinor(sx, sy)
		w.legs = append(p.cross(true, sx, sy), leg{endMinor(sx, -sy), -1})
	case 3: // to the opposite corner
		w.pos = endMain(sx, sy)
		w.legs = append(append(p.cross(false, sx, sy), p.cross(true, -sx, sy)...), leg{endMinor(-sx, -sy), -1})
	default: // around the corner
		w.pos = endMinor(sx, sy)
		w.legs = []leg{{junction.Vec{X: sx * (7 + aside), Y: sy * (12 + aside)}, -1}, {endMain(sx, sy), -1}}
	}
	for _, o := range p.walkers {
		if o.pos.Sub(w.pos).Len() < 1.5 {
			return // somebody stands there
		}
	}
	w.heading = w.legs[0].to.Sub(w.pos).Unit()
	p.walkers = append(p.walkers, w)
}

func (p *pedestrians) sign() float64 {
	if p.rnd.Int(2) == 0 {
		return -1
	}
	return 1
}

// cross is the way to a crossing from the corner (sx, sy) and over it.
func (p *pedestrians) cross(main bool, sx, sy float64) []leg {
	k := 0
	arm, side := sx, sy
	if !main {
		k, arm, side = 2, sy, sx
	}
	if arm > 0 {
		k++
	}
	c := p.net.crossings[k]
	along := c.at + p.rnd.Range(-1.2, 1.2)
	return []leg{
		{c.world(along, side*(c.half+0.7+p.rnd.Range(0, 0.8))), -1},
		{c.world(along+p.rnd.Range(-0.3, 0.3), -side*(c.half+0.6)), k},
	}
}

// step moves everybody by dt seconds.
func (p *pedestrians) step(dt float64, lights [junction.GroupCount]junction.Light, free func(crossing int) bool) {
	for _, c := range p.net.crossings {
		c.walking, c.wantGo = c.walking[:0], false
	}
	for _, w := range p.walkers {
		if w.on != nil {
			w.on.walking = append(w.on.walking, w)
		}
	}
	for _, w := range p.walkers {
		p.decide(w, lights, free)
	}
	for _, w := range p.walkers {
		w.vel = w.vel.Lerp(p.wish(w), min(1, 6*dt))
	}
	for _, w := range p.walkers {
		p.move(w, dt)
	}
	for range separations {
		p.separate()
	}
	for _, w := range p.walkers {
		if w.on != nil {
			_, w.across = w.on.local(w.pos)
		}
	}
	p.walkers = slices.DeleteFunc(p.walkers, func(w *walker) bool { return len(w.legs) == 0 })
}

// decide advances along the legs and steps onto a crossing when it is green and free.
func (p *pedestrians) decide(w *walker, lights [junction.GroupCount]junction.Light, free func(int) bool) {
	l := w.legs[0]
	near := 0.5
	if w.waiting {
		near = 1.2
	}
	if w.on != nil {
		_, goal := w.on.local(l.to)
		if (goal-w.across)*w.dir > 0.1 {
			return
		}
		w.on = nil
		w.legs = w.legs[1:]
		return
	}
	if l.crossing < 0 {
		if w.pos.Sub(l.to).Len() > near {
			return
		}
		if len(w.legs) == 1 || w.legs[1].crossing < 0 {
			w.legs = w.legs[1:]
			return
		}
		w.waiting = true
		k := w.legs[1].crossing
		c := p.net.crossings[k]
		if lights[c.group] != junction.Green {
			return
		}
		c.wantGo = true
		if !free(k) {
			return
		}
		w.legs = w.legs[1:]
		w.waiting = false
		w.on = c
		_, w.across = c.local(w.pos)
		w.dir = math.Copysign(1, -w.across)
		c.walking = append(c.walking, w)
	}
}

// wish is the velocity that a walker would like: towards the goal, aside of others.
func (p *pedestrians) wish(w *walker) junction.Vec {
	if len(w.legs) == 0 {
		return junction.Vec{}
	}
	to := w.legs[0].to.Sub(w.pos)
	dist := to.Len()
	want := to.Unit().Mul(min(w.speed, dist*1.5))
	if w.waiting && dist < 0.6 {
		want = junction.Vec{}
	}
	for _, o := range p.walkers {
		if o == w {
			continue
		}
		d := w.pos.Sub(o.pos)
		l := d.Len()
		if l >= personalM || l == 0 {
			continue
		}
		push := 1 - l/personalM
		away := d.Unit()
		// Everybody gives way to the right as well, so that two do not stand face to face.
		want = want.Mad(away, 1.2*push).Mad(want.Left(), -0.5*push)
	}
	if l := want.Len(); l > 1.3*w.speed {
		want = want.Mul(1.3 * w.speed / l)
	}
	return want
}

// move walks, and never from the sidewalk onto the road but on a crossing.
func (p *pedestrians) move(w *walker, dt float64) {
	next := w.pos.Mad(w.vel, dt)
	if w.on == nil && !onFoot(next) && onFoot(w.pos) {
		// Slide along the kerb.
		x, y := next, next
		x.Y, y.X = w.pos.Y, w.pos.X
		switch {
		case onFoot(x):
			next = x
		case onFoot(y):
			next = y
		default:
			next = w.pos
		}
	}
	if w.on != nil {
		along, across := w.on.local(next)
		next = w.on.world(min(max(along, w.on.near+0.3), w.on.far-0.3), across)
	}
	way := next.Sub(w.pos)
	l := way.Len()
	w.moved += l
	if l > 0.25*dt {
		w.heading = w.heading.Lerp(way.Unit(), min(1, 5*dt)).Unit()
	}
	w.pos = next
}

// separate pushes apart who came too near, so that nobody walks through another.
func (p *pedestrians) separate() {
	for i, a := range p.walkers {
		for _, b := range p.walkers[i+1:] {
			d := a.pos.Sub(b.pos)
			l := d.Len()
			if l >= shoulderM || l == 0 {
				continue
			}
			push := d.Mul((shoulderM - l) / l / 2)
			if q := a.pos.Add(push); a.on != nil || onFoot(q) {
				a.pos = q
			}
			if q := b.pos.Sub(push); b.on != nil || onFoot(q) {
				b.pos = q
			}
		}
	}
}

// onFoot reports whether a point is a shoulder's width off the road.
func onFoot(p junction.Vec) bool {
	x, y := math.Abs(p.X)-0.3, math.Abs(p.Y)-0.3
	return junction.SurfaceAt(x, y) != junction.Road
}
