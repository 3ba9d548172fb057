// Package raster fills triangles into a picture of samples with a depth buffer, in software.
//
//	b := raster.New(2560, 1440)
//	b.Smooth(v0, v1, v2, id)
//
// Coordinates are samples, x to the right and y down; a sample is covered when its centre lies inside, with edges
// shared by two triangles given to exactly one. Depth is kept as its inverse, which is linear on the screen: larger is nearer,
// 0 is infinitely far.
//
// # Ownership
//
// A buffer owns its slices; callers may read and write them between calls.
//
// # Goroutines
//
// None. One goroutine draws into a buffer. Results are the same on every processor: products and sums are never fused.
package raster
