// Package motion finds what moves in front of a still camera, and what has moved and now stands.
//
//	d := motion.New(motion.Options{})
//	objects, err := d.Detect(ctx, frame)
//	heat, trust := d.Saliency()
//
// It models the background of each sample of a small luma picture by a mean and a noise level, follows the light by the median change of
// each brightness, and joins what differs into blobs that it tracks. What stops stays foreground for [DefaultHold]; a hole
// that something left in the background is told from it by its edges and is filled at once. When most edges of the background
// have moved, the camera has: the model starts again and the trust of the map falls to 0, until the picture is still.
//
// # Ownership
//
// Frames are borrowed. What Detect and Saliency return belongs to the detector until the next Detect.
//
// # Goroutines
//
// None are started. A Detector is used by one goroutine.
//
// # Standards
//
// The model is a running Gaussian per sample (Wren et al., PAMI 1997) with selective update; the edge test for holes follows
// Cucchiara et al., PAMI 2003, in spirit.
package motion
