// Package probe looks at a source for a few seconds and says what is wrong with it and what to do: the first thing a person
// who adds a camera needs.
//
//	v := probe.Probe(ctx, open, 5*time.Second)
//	v.WriteTo(os.Stdout)
//
// A source that cannot be reached is a verdict too, with the reason and the remedy, not an error.
//
// # Ownership
//
// The verdict is the caller's. Units are measured as they pass and not kept.
//
// # Goroutines
//
// Probe runs the source on one goroutine of its own, which has ended when it returns.
package probe
