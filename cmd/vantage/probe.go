package main

import (
	"context"
	"time"

	"vantage/ingest"
	"vantage/ingest/probe"
	"vantage/internal/app"
)

type streamProbeCmd struct {
	URL         string        `arg:"" help:"Address of the source: rtsp://user:password@host/path."`
	Transport   string        `help:"Of the media: auto, udp or tcp." default:"auto" enum:"auto,udp,tcp"`
	Fingerprint string        `help:"SHA-256 of the certificate in hex, for rtsps:// with a self-signed one." placeholder:"HEX"`
	Duration    time.Duration `help:"How long media is looked at, 1s to 30s." default:"5s"`
	JSON        bool          `help:"Print the verdict as JSON, as POST /v1/probe answers."`
}

func (c *streamProbeCmd) Run(ctx context.Context, t *terminal) error {
	source := ingest.Default()
	source.URL, source.Transport, source.Fingerprint = c.URL, c.Transport, c.Fingerprint
	if err := source.Validate(); err != nil {
		return usageError{err}
	}
	verdict := app.ProbeSource(ctx, source, c.Duration)
	if c.JSON {
		if err := t.json(verdict); err != nil {
			return err
		}
	} else if _, err := verdict.WriteTo(t.out); err != nil {
		return err
	}
	if verdict.Verdict == probe.Fail {
		return errFound
	}
	return nil
}
