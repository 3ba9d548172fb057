// Package junction is the world of the animated road junction: its frame of reference, its layout, the camera, what moves
// in it, and the truth about every frame. Package sim moves it, package render draws it, and package synth joins them.
//
//	c := junction.Views[0].Camera(1280, 720)
//	u, v, depth, ok := c.Project(junction.Vec{X: 3, Y: 1})
//	h := c.Homography() // road plane to image, exactly
//
// # Frame of reference
//
// Metres; x is east along the main road, y is north along the minor road, z is up; the origin is the middle of the junction on
// the road surface, where z is 0. Sidewalks lie at z = 0.12. Headings are counter-clockwise from east.
//
// # Ownership
//
// Everything is a plain value, but for a World, which its maker reuses.
//
// # Goroutines
//
// None. All functions are pure. Numbers are the same on every processor, see [Vec].
//
// # Standards
//
// Boxes, occlusion and truncation mean what they do in the KITTI and MOTChallenge ground truths: a box encloses what is seen, and
// the shares are of the object's area.
package junction
