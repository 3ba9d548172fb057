// Package demo publishes sample cameras over real RTSP, and renders the junction to files.
//
//	err := demo.Run(ctx, demo.Options{URL: "rtsp://127.0.0.1:8554", Footage: ".cache/footage", Log: log})
//	err := demo.Render(ctx, demo.RenderOptions{Spec: spec, Frames: 750, Video: y4m, Truth: jsonl, Camera: json})
//
// Each camera is an FFmpeg process that encodes H.264 as a real one would, from footage that scripts/footage.sh fetched or
// from the rendered junction, whose pictures are piped into it.
//
// # Ownership
//
// Run owns its child processes: they end before it returns. Writers given to Render are the caller's to close.
//
// # Goroutines
//
// Run starts one per camera, and two more for each that is rendered; Render none. All have ended when they return.
//
// # Standards
//
// YUV4MPEG2 as written by mjpegtools, with FFmpeg's colour range comment.
package demo
