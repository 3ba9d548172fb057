// Package roi decides where the bits of a picture go: detectors say what matters, an [Engine] fuses that over space and time, and a
// [Plan] gives every macroblock a QP offset for the encoder.
//
//	engine, err := roi.NewEngine(cfg, roi.Options{Stream: "gate-north", Log: log},
//		motion.New(motion.Options{}), spectral.New())
//	go engine.Run(ctx, latest)             // live: fed by latest.Set(frame), never delays it
//	...
//	d := frame.Derive()                    // encoder side, for each picture
//	d.Regions = engine.Plan(time.Now()).Regions(d.WidthPx, d.HeightPx)
//
// For a file, [Engine.Analyse] returns the plan of every picture in the caller's goroutine.
//
// The table of detectors lives with who builds the graph: "saliency" is motion then spectral, "motion" is motion alone,
// "none" is no detector at all, and then there is never a plan.
//
// # Ownership
//
// Frames are borrowed by Analyse and Detect, and taken from the slot by Run. A Plan is immutable and may be kept; the slices that a detector
// returns belong to the detector until its next call. The engine owns its detectors.
//
// # Goroutines
//
// The package starts none. Run analyses on its caller's; Plan and SetPicture are safe from any. Detectors are called by one goroutine at a time.
//
// # Standards
//
// Offsets are differences of QP as ISO/IEC 14496-10 counts it (0 to 51, six steps double the quantiser); rectangles follow
// FFmpeg's AVRegionOfInterest: the first match wins. The spectral residual is Hou and Zhang, CVPR 2007.
package roi
