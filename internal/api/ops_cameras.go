package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"vantage/ingest/probe"
)

// The bounds of how long cameras are looked for and looked at.
const (
	defaultDiscover, minDiscover, maxDiscover = 3 * time.Second, 500 * time.Millisecond, 30 * time.Second
	defaultProbe, minProbe, maxProbe          = 5 * time.Second, time.Second, 30 * time.Second
)

type probeIn struct{ Body ProbeRequest }

type probeOut struct{ Body *probe.Verdict }

type discoverIn struct {
	Body *DiscoverRequest
}

type discoverOut struct {
	Body struct {
		Cameras []Camera `json:"cameras" nullable:"false"`
	}
}

type profilesIn struct{ Body ProfilesRequest }

type profilesOut struct {
	Body struct {
		Profiles []Profile `json:"profiles" nullable:"false"`
	}
}

func (a *API) registerCameras() {
	const tag = "Cameras"
	handle(a, a.guarded(operation(http.MethodPost, "/v1/probe", "probe", tag, "Look at a source without adding it")),
		func(ctx context.Context, in *probeIn) (*probeOut, error) {
			r := in.Body
			if !strings.HasPrefix(r.URL, "rtsp://") && !strings.HasPrefix(r.URL, "rtsps://") {
				return nil, invalid("url", "is no RTSP address", "write rtsp://host/path or rtsps://host/path")
			}
			span, err := r.Duration.within("duration", defaultProbe, minProbe, maxProbe)
			if err != nil {
				return nil, err
			}
			r.Duration = Span(span)
			verdict, err := a.options.Backend.Prober.Probe(ctx, r)
			return &probeOut{verdict}, err
		})
	handle(a, a.guarded(operation(http.MethodPost, "/v1/discover", "discover", tag, "Find cameras on the local network")),
		func(ctx context.Context, in *discoverIn) (*discoverOut, error) {
			var wait Span
			if in.Body != nil {
				wait = in.Body.Timeout
			}
			span, err := wait.within("timeout", defaultDiscover, minDiscover, maxDiscover)
			if err != nil {
				return nil, err
			}
			out := &discoverOut{}
			found, err := a.options.Backend.Discoverer.Discover(ctx, span)
			out.Body.Cameras = list(found)
			return out, err
		})
	handle(a, a.guarded(operation(http.MethodPost, "/v1/discover/profiles", "camera-profiles", tag, "Ask a camera for its profiles")),
		func(ctx context.Context, in *profilesIn) (*profilesOut, error) {
			if !strings.HasPrefix(in.Body.XAddr, "http://") && !strings.HasPrefix(in.Body.XAddr, "https://") {
				return nil, invalid("xaddr", "is no HTTP address", "take it from the answer of /v1/discover")
			}
			all, err := a.options.Backend.Discoverer.Profiles(ctx, in.Body)
			out := &profilesOut{}
			out.Body.Profiles = list(all)
			return out, err
		})
}
