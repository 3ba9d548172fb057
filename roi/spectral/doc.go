// Package spectral finds what stands out of a single picture: the spectral residual saliency of Hou and Zhang.
//
//	d := spectral.New()
//	_, err := d.Detect(ctx, frame)
//	heat, trust := d.Saliency()
//
// The log amplitude spectrum of natural pictures is smooth; what differs from its local mean, brought back with the original phase, is what
// a glance finds. It needs no history, so that it works on the first picture, after a cut and while the camera moves. It knows no
// objects and reports no regions, only a map.
//
// # Ownership
//
// Frames are borrowed. The map belongs to the detector until the next Detect.
//
// # Goroutines
//
// None are started. A Detector is used by one goroutine.
//
// # Standards
//
// X. Hou and L. Zhang, "Saliency Detection: A Spectral Residual Approach", CVPR 2007.
package spectral
