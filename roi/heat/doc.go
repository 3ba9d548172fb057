// Package heat draws what the detectors see: the plan as a heat map over its picture, and a box around each object.
//
//	img, err := heat.Draw(frame, plan)
//	err = png.Encode(w, img)
//
// Warm blocks are encoded finer than the picture's even quality, cold ones coarser; what is left grey is encoded evenly.
//
// # Ownership
//
// The frame and the plan are borrowed; the image is the caller's.
//
// # Goroutines
//
// None are started; Draw may be called from any.
//
// # Standards
//
// Pictures are converted as ITU-R BT.601 (up to 720 lines below HD) or BT.709, by size, as players guess when a stream does not say.
package heat
