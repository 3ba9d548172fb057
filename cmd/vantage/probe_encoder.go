package main

import (
	"context"
	"os/exec"

	"vantage/internal/worker"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// probeEncoderCmd measures one encoder and prints the result as JSON, or all of them, each in a child process of its own, since a
// driver may crash. 'vantage doctor' and the server start it.
type probeEncoderCmd struct {
	Name string `arg:"" optional:""`
}

func (c *probeEncoderCmd) Run(ctx context.Context, t *terminal) error {
	if c.Name != "" {
		return t.json(libav.Probe(ctx, c.Name))
	}
	return t.json(probeEncoders(ctx))
}

// probeEncoders measures every encoder of the table; none in a build without FFmpeg.
func probeEncoders(ctx context.Context) []transcode.ProbeResult {
	if !libav.Available {
		return []transcode.ProbeResult{}
	}
	argv := []string{worker.Executable(), "probe-encoder"}
	if nice, err := exec.LookPath("nice"); err == nil {
		argv = append([]string{nice, "-n", "19"}, argv...) // what is on the air goes first
	}
	return transcode.ProbeAll(ctx, func(ctx context.Context, name string) transcode.ProbeResult {
		return transcode.ProbeChild(ctx, argv, name)
	})
}
