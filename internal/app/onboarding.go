package app

import (
	"context"
	"time"

	"vantage/ingest"
	"vantage/ingest/onvif"
	"vantage/ingest/probe"
	"vantage/internal/api"
	"vantage/internal/redact"
)

// onboarding implements api.Prober and api.Discoverer.
type onboarding struct{ *App }

// Probe implements [api.Prober].
func (o onboarding) Probe(ctx context.Context, r api.ProbeRequest) (*probe.Verdict, error) {
	return ProbeSource(ctx, ingest.Config{URL: r.URL, Transport: r.Transport, Fingerprint: r.Fingerprint}, time.Duration(r.Duration)), nil
}

// ProbeSource looks at a source as 'vantage stream probe' does.
func ProbeSource(ctx context.Context, c ingest.Config, d time.Duration) *probe.Verdict {
	src, err := newSource(c, nil)
	if d == 0 {
		d = probe.DefaultDuration
	}
	return probe.Probe(ctx, src, err, d)
}

// Discover implements [api.Discoverer].
func (o onboarding) Discover(ctx context.Context, timeout time.Duration) ([]api.Camera, error) {
	found, err := onvif.Discover(ctx, onvif.DiscoverConfig{Timeout: timeout})
	if err != nil {
		return nil, err
	}
	list := make([]api.Camera, len(found))
	for i, c := range found {
		list[i] = api.Camera(c)
	}
	return list, nil
}

// Profiles implements [api.Discoverer].
func (o onboarding) Profiles(ctx context.Context, r api.ProfilesRequest) ([]api.Profile, error) {
	c, err := onvif.NewClient(onvif.ClientConfig{XAddr: r.XAddr, Username: r.Username, Password: redact.Secret(r.Password)})
	if err != nil {
		return nil, err
	}
	found, err := c.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]api.Profile, len(found))
	for i, p := range found {
		list[i] = api.Profile(p)
	}
	return list, nil
}
