// Package render draws the junction: a software rasteriser over small 3-D models, with sun, sky, shadows, and the
// noise of a lens and a sensor.
//
//	r := render.New(camera, seed)
//	seen := r.Draw(world, frame)
//
// What does not move (ground, markings, buildings, trees, poles) is drawn once by New, with two by two samples per pixel, a
// shadow map and procedural textures. A frame copies it, draws road users and lamps on top where they are, resolves the samples there to
// pixels, and adds light changes and noise to all.
//
// # Ownership
//
// Draw writes into the frame that it is given, which it does not keep. The list of what is seen is the renderer's own, valid until
// the next Draw.
//
// # Goroutines
//
// New uses two goroutines and waits for them. A renderer belongs to one goroutine. The same camera, seed and world give the
// same bytes on every processor.
package render
