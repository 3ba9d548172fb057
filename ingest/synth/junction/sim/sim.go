package sim

import (
	"math"

	"vantage/ingest/synth/junction"
)

const (
	// warmUpS is the time that the traffic runs before frame 0, seconds, so that the junction is never empty.
	warmUpS = 130.0
	// maxStepS is the longest step of the simulation.
	maxStepS = 1.0 / 30
)

// Sim is the traffic of one junction.
type Sim struct {
	fps     float64
	steps   int // per frame
	dt      float64
	now     float64 // seconds of the simulation, warm-up included
	net     *network
	cars    *traffic
	people  *pedestrians
	lastID  int
	frame   int
	offset  float64 // of the signal cycle
	weather [3]float64
	world   junction.World
}

// New returns a junction that has been busy for a while; the first Step gives frame 0. fps is 1 to 240.
func New(seed uint64, fps float64) *Sim {
	s := &Sim{fps: fps, net: newNetwork(), frame: -1}
	s.steps = int(math.Ceil(1 / (fps * maxStepS)))
	s.dt = 1 / (fps * float64(s.steps))
	nextID := func() int { s.lastID++; return s.lastID }
	s.cars, s.people = newTraffic(s.net, seed, nextID), newPedestrians(s.net, seed, nextID)
	r := junction.NewRand(seed, 3)
	s.offset = r.Range(0, cycleS)
	for i := range s.weather {
		s.weather[i] = r.Range(0, 2*math.Pi)
	}
	for s.now < warmUpS {
		s.advance()
	}
	s.now = warmUpS
	return s
}

// Step returns the next frame's world; it is valid until the next call.
func (s *Sim) Step() *junction.World {
	s.frame++
	if s.frame > 0 {
		for range s.steps {
			s.advance()
		}
	}
	w := &s.world
	w.Frame, w.Seconds = s.frame, float64(s.frame)/s.fps
	w.Signals = lights(s.cycle())
	w.Objects = w.Objects[:0]
	for _, c := range s.cars.vehicles {
		w.Objects = append(w.Objects, c.object(s.net.routes[c.route]))
	}
	for _, p := range s.people.walkers {
		o := p.object()
		o.Position.Z = junction.GroundZ(o.Position.X, o.Position.Y)
		w.Objects = append(w.Objects, o)
	}
	w.Daylight = s.daylight()
	return w
}

func (s *Sim) advance() {
	l := lights(s.cycle())
	s.cars.spawn(s.now)
	s.people.spawn(s.now)
	s.people.step(s.dt, l, s.cars.crossingFree)
	s.cars.step(s.dt, l)
	s.now += s.dt
}

// cycle is the second of the signal cycle.
func (s *Sim) cycle() float64 {
	t := s.now + s.offset
	return t - float64(cycleS*math.Floor(t/cycleS))
}

// daylight is the brightness under thin clouds: three slow waves.
func (s *Sim) daylight() float64 {
	v := 1.0
	for i, period := range [...]float64{41, 67, 109} {
		sin, _ := junction.SinCos(s.weather[i] + s.now*(2*math.Pi)/period)
		v += float64(0.035 * sin)
	}
	return v
}
