package sim_test

import (
	"math"
	"testing"

	"go.uber.org/goleak"

	"vantage/ingest/synth/junction"
	"vantage/ingest/synth/junction/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNobodyDrivesThroughAnother(t *testing.T) {
	minutes, seeds := 10, uint64(4)
	if testing.Short() {
		minutes, seeds = 2, 2
	}
	for seed := range seeds {
		s := sim.New(seed, 10)
		bad := 0
		for range minutes * 60 * 10 {
			w := s.Step()
			for i := range w.Objects {
				for j := i + 1; j < len(w.Objects); j++ {
					a, b := &w.Objects[i], &w.Objects[j]
					d := a.Position.Sub(b.Position)
					if d.Dot(d) < 200 && a.Overlaps(b) && bad < 5 {
						bad++
						t.Errorf("seed %d, %.1f s: %s %d at %.1f meets %s %d at %.1f", seed, w.Seconds,
							a.Class, a.ID, a.Position, b.Class, b.ID, b.Position)
					}
				}
			}
		}
	}
}

func TestEverybodyArrives(t *testing.T) {
	const minutes, fps = 15, 5
	for seed := range uint64(2) {
		s := sim.New(seed, fps)
		first, count := map[int]float64{}, map[junction.Class]int{}
		for range minutes * 60 * fps {
			w := s.Step()
			for _, o := range w.Objects {
				if _, ok := first[o.ID]; !ok {
					first[o.ID] = w.Seconds
					count[o.Class]++
				}
				if age := w.Seconds - first[o.ID]; age > 400 {
					t.Fatalf("seed %d: %s %d has been under way for %.0f s at %v", seed, o.Class, o.ID, age, o.Position)
				}
			}
		}
		t.Logf("seed %d: %v in %d minutes", seed, count, minutes)
		for _, c := range []junction.Class{junction.Car, junction.Van, junction.Truck, junction.Bus, junction.Motorcycle, junction.Cyclist, junction.Pedestrian} {
			if count[c] < 3 {
				t.Errorf("seed %d: only %d of class %s in %d minutes", seed, count[c], c, minutes)
			}
		}
	}
}

func TestNobodyPassesARedLight(t *testing.T) {
	const fps = 15
	for seed := range uint64(2) {
		s := sim.New(seed, fps)
		before := map[int]junction.Object{}
		for range 5 * 60 * fps {
			w := s.Step()
			for _, o := range w.Objects {
				was, ok := before[o.ID]
				before[o.ID] = o
				if !ok || o.Class == junction.Pedestrian {
					continue
				}
				front := func(o junction.Object) junction.Vec { return o.Position.Mad(o.Heading, o.LengthM/2) }
				a, b := front(was), front(o)
				main := math.Abs(a.X) > junction.MainStopM && math.Abs(b.X) <= junction.MainStopM && math.Abs(a.Y) < junction.MainHalfM
				minor := math.Abs(a.Y) > junction.MinorStopM && math.Abs(b.Y) <= junction.MinorStopM && math.Abs(a.X) < junction.MinorHalfM
				red := func(g junction.Group) bool {
					return w.Signals[g] == junction.Red || w.Signals[g] == junction.RedAmber
				}
				if main && red(junction.MainThrough) && (o.Indicator != junction.IndicateLeft || red(junction.MainLeft)) || minor && red(junction.Minor) {
					t.Errorf("seed %d, %.1f s: %s %d passes the stop line at %v on red", seed, w.Seconds, o.Class, o.ID, b)
				}
			}
		}
	}
}

func TestTheSameSeedGivesTheSameTraffic(t *testing.T) {
	a, b, c := sim.New(7, 25), sim.New(7, 25), sim.New(8, 25)
	same := 0
	for range 200 {
		x, y, z := a.Step(), b.Step(), c.Step()
		if len(x.Objects) != len(y.Objects) || x.Daylight != y.Daylight || x.Signals != y.Signals {
			t.Fatalf("frame %d differs", x.Frame)
		}
		for i := range x.Objects {
			if x.Objects[i] != y.Objects[i] {
				t.Fatalf("frame %d, object %d differs", x.Frame, i)
			}
		}
		if len(x.Objects) == len(z.Objects) && x.Objects[0].Position == z.Objects[0].Position {
			same++
		}
	}
	if same > 0 {
		t.Errorf("another seed gave the same traffic in %d frames", same)
	}
}

func BenchmarkStep(b *testing.B) {
	s := sim.New(1, 30)
	b.ReportAllocs()
	for b.Loop() {
		s.Step()
	}
}
