// Package sim moves the road users of the junction: vehicles that follow each other by the intelligent driver model and keep
// to their signals, cyclists, and pedestrians who cross on green.
//
//	s := sim.New(seed, 30)
//	for range 100 {
//		w := s.Step()
//	}
//
// Nobody drives through another: a vehicle passes its stop line only with the right of way over every conflicting path, which it
// takes at once for its whole way through the junction and gives back as its tail leaves each conflict. Since nobody waits while
// holding, there is no deadlock.
//
// # Ownership
//
// The World that Step returns is the simulation's own and valid until the next Step.
//
// # Goroutines
//
// None. A simulation belongs to one goroutine. It is deterministic: the same seed and frame rate give the same bits on
// every processor.
//
// # Standards
//
// Car following is the IDM of Treiber, Hennecke and Helbing, "Congested traffic states in empirical observations and
// microscopic simulations", Phys. Rev. E 62 (2000).
package sim
