// Package roitest holds what every detector must keep to: a conformance suite, and synthetic scenes to try detectors on.
//
//	func TestConformance(t *testing.T) {
//		roitest.Run(t, func() roi.Detector { return motion.New(motion.Options{}) })
//	}
//
// # Ownership
//
// A scene's pictures are the caller's. The suite counts them: a detector that keeps one fails.
//
// # Goroutines
//
// None are left behind, and the suite checks that a detector leaves none.
//
// # Standards
//
// None.
package roitest
