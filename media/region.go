package media

import "image"

// Region is a rectangle of a picture and what is known of it: detector output, encoder hint and V2X input in one type.
type Region struct {
	// Rect is in pixels of the picture that carries the region, Max exclusive. Who scales the picture scales it.
	Rect image.Rectangle

	// QOffset shifts the quantiser inside Rect: -1 is the finest, +1 the coarsest, 0 no change. Multiply by the codec's
	// quantiser range (51 for H.264) for a QP difference, as AVRegionOfInterest.qoffset does. Where regions overlap,
	// the first one of a list wins.
	QOffset float32

	// Class is the detector's label ("person"), empty for a plain saliency block.
	Class string

	// Score is the detector's confidence, 0 to 1.
	Score float32

	// ID links the same object over time; 0 when untracked.
	ID int64
}

// ScaleRegions returns the regions of a picture of size from, mapped onto a picture of size to, rounded outward and
// clipped. dst is reused when it has room.
func ScaleRegions(dst, src []Region, from, to image.Point) []Region {
	dst = dst[:0]
	if from.X <= 0 || from.Y <= 0 {
		return dst
	}
	bounds := image.Rectangle{Max: to}
	for _, r := range src {
		s := r
		s.Rect = image.Rect(
			r.Rect.Min.X*to.X/from.X, r.Rect.Min.Y*to.Y/from.Y,
			(r.Rect.Max.X*to.X+from.X-1)/from.X, (r.Rect.Max.Y*to.Y+from.Y-1)/from.Y,
		).Intersect(bounds)
		if !s.Rect.Empty() {
			dst = append(dst, s)
		}
	}
	return dst
}
