// Package ingesttest holds the conformance suite of [ingest.Source] and a source in memory that passes it.
//
//	func TestConformance(t *testing.T) {
//		ingesttest.Run(t, func(t *testing.T) ingest.Source { return newSource(t) })
//	}
//
// What a new source gets wrong first is in the suite: units before their track is announced, time that steps back, a Run
// that outlives its context, goroutines and units left behind, a second Run that does not work. A bug found in one source
// becomes a case here, for all.
//
// # Ownership
//
// The suite looks at units while Publish runs and keeps none.
//
// # Goroutines
//
// Run starts one for each Run of the source. All have ended when a case has.
package ingesttest
