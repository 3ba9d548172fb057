// Package synth makes pictures instead of receiving them: a picture with frame number and clock to measure with, and an
// animated road junction with exact ground truth.
//
//	s, err := synth.NewSource(synth.SourceOptions{URL: "synth://stamp?size=1280x720&fps=30", NewEncoder: adapter})
//	err = s.Run(ctx, hub)
//
// or without an encoder:
//
//	p, err := synth.NewJunction(spec)
//	p.Next(0, frame)
//	truth := p.Truth()
//
// # URLs
//
//	synth://stamp?size=1280x720&fps=30
//	synth://junction?seed=1&view=south-west&size=1280x720&fps=25
//
// Sizes are even, 320x180 to 3840x2160; fps is 1 to 120; views are those of [junction.Views].
//
// # Ownership
//
// A Picture draws into a frame that it is given and keeps nothing of it.
//
// # Goroutines
//
// Run uses the caller's and starts none. A Picture belongs to one goroutine.
package synth
