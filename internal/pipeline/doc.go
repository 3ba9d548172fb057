// Package pipeline is the graph of one stream: decode once, look once, scale and encode once per rendition.
//
//	units → Decoder → Frame ─┬→ frame queue → Scaler → Encoder → Publisher   (one goroutine a rendition)
//	                         └→ latest luma → roi.Engine ┄ latest plan ┄→ the encoders
//	audio units → AudioTranscoder → Publisher
//
// The same graph runs live, inside a worker process, and offline for 'vantage transcode'. Offline nothing is dropped: queues
// block, and every picture is analysed before it is encoded.
//
//	g := pipeline.New(cfg, backends, outputs)
//	g.SetActive([]string{"roi"})
//	err := g.Run(ctx, subscription)
//
// # Ownership
//
// The graph owns what it pops from its input. Publishers get units for the length of the call.
//
// # Goroutines
//
// New starts none. Run starts one for the analysis, one for each active rendition and one for a snapshot while it is made, and returns when
// all have ended. SetActive, Snapshot and Stats may be called from any goroutine.
package pipeline
