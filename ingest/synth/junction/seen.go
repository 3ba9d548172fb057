package junction

import "image"

// Seen is where an object is in a picture.
type Seen struct {
	Object int // index in World.Objects

	// Box encloses the pixels in which at least a part of the object is seen; empty when it is hidden.
	Box image.Rectangle

	// Full encloses the whole object, hidden parts included, in pixels, and may reach out of the picture.
	Full image.Rectangle

	// Occlusion is the share of the object's part inside the picture that something is in front of, 0 to 1.
	Occlusion float64

	// Truncation is the share of Full outside the picture, 0 to 1.
	Truncation float64
}
