// Package file plays a media file as if it were a camera: in real time, over and over, on one continuous time line.
//
//	s, err := file.NewSource(file.Options{URL: "file:///srv/video/gate.mp4", Open: opener})
//	err = s.Run(ctx, hub)
//
// The package reads no containers itself: the [Opener] does.
//
// # Ownership
//
// The source owns the units that the demuxer returns, places them on its time line, publishes and releases them.
//
// # Goroutines
//
// Run uses the caller's and starts none.
package file
