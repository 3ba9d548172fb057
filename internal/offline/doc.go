// Package offline looks at files with the detectors and encoders that a server uses for live streams: what a detector
// sees in a clip, and what coding by regions saves on it.
//
//	report, err := offline.Evaluate(ctx, offline.Evaluation{In: "vtest.avi", ROI: roi.Default(), Detectors: detectors})
//	err = report.WriteText(os.Stdout)
//
// # Ownership
//
// Files are opened and closed by the call that names them.
//
// # Goroutines
//
// [Evaluate] uses those of roi/eval, [Map] none; both have ended them when they return.
//
// # Standards
//
// Those of roi/eval.
package offline
