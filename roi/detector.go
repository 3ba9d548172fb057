package roi

import (
	"context"

	"gorgonia.org/tensor"

	"vantage/media"
)

// Detector finds what matters in a picture.
//
// The frame is borrowed for the call, and is Gray8, I420 or NV12 of any size; within an [Engine] it is the small luma
// picture of [AnalysisWidthPx]. Rectangles are in pixels of that frame, best first. The returned slice belongs to
// the detector and is valid until its next call. A detector is stateful (it learns the background, it tracks) and is
// called by one goroutine, with frames in time order; a change of size or a jump in time restarts its state and is not an error.
type Detector interface {
	Detect(ctx context.Context, f *media.Frame) ([]media.Region, error)
}

// Mapper is the optional ability of a [Detector] to say how much each place matters, not only where objects are.
type Mapper interface {
	// Saliency returns the map of the last successful Detect: float32, rows by columns over the whole picture at the
	// detector's own resolution, 0 (does not matter) to 1; nil before the first. It belongs to the detector and is
	// valid, and not to be written, until the next Detect.
	//
	// Trust, 0 to 1, is how much the map means just now. A motion detector whose camera pans returns 0. See
	// [Engine] for how maps are fused by trust.
	Saliency() (m *tensor.Dense, trust float32)
}
