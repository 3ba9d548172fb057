package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"

	"vantage/ingest"
	"vantage/ingest/rtsp"
	"vantage/internal/hint"
	"vantage/internal/redact"
)

// sources is the table of what brings streams in, by the scheme of the URL.
var sources = map[string]func(ingest.Config, *slog.Logger) (ingest.Source, error){
	"rtsp":  newRTSP,
	"rtsps": newRTSP,
}

func newRTSP(c ingest.Config, log *slog.Logger) (ingest.Source, error) {
	return rtsp.NewClient(rtsp.ClientOptions{
		URL: c.URL, Transport: rtsp.Transport(c.Transport), Fingerprint: c.Fingerprint, Log: log,
	})
}

// newSource makes the source that the configuration names.
func newSource(c ingest.Config, log *slog.Logger) (ingest.Source, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, hint.New(fmt.Errorf("source url %s is not valid", redact.URL(c.URL)), "percent-encode special characters of the password")
	}
	make, ok := sources[u.Scheme]
	if !ok {
		return nil, hint.New(fmt.Errorf("source url with scheme %q", u.Scheme), "use rtsp://, rtsps://, file:// or synth://")
	}
	return make(c, log)
}

// sourceOf returns what keeps a feed's source running; nil when it waits for a publisher.
func (r *roster) sourceOf(f *feed) func(context.Context) error {
	c := f.cfg.Source
	if c.URL == "" {
		return nil
	}
	return func(ctx context.Context) error {
		src, err := newSource(c, f.log)
		if err != nil {
			f.setStatus(ingest.Status{State: ingest.Failed, Err: err, Since: f.status.Load().Since})
			return err
		}
		sup := ingest.NewSupervisor(ingest.SupervisorConfig{
			Source: src, Timeline: ingest.NewTimeline(f.source), StallAfter: c.StallAfter, Stream: f.id,
			OnStatus: f.setStatus, Log: f.log, Metrics: r.metrics.ingest,
		})
		if !c.OnDemand {
			return sup.Run(ctx)
		}
		return f.gate.Run(ctx, sup.Run)
	}
}
