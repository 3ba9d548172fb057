package app

import (
	"context"
	"log/slog"
	"sync/atomic"

	"vantage/transcode"
)

// encoders is what is known of the encoders of this machine.
type encoders struct {
	probes atomic.Pointer[[]transcode.ProbeResult]
}

// results is what was measured; nil before.
func (e *encoders) results() []transcode.ProbeResult {
	if p := e.probes.Load(); p != nil {
		return *p
	}
	return nil
}

// measure probes the encoders and keeps the results.
func (e *encoders) measure(ctx context.Context, probe func(context.Context) []transcode.ProbeResult, log *slog.Logger) {
	results := probe(ctx)
	if ctx.Err() != nil {
		return
	}
	e.probes.Store(&results)
	var usable []string
	for _, r := range results {
		if r.Works {
			usable = append(usable, r.Encoder)
		}
	}
	log.Info("encoders measured", "usable", usable, "known", len(results))
}
