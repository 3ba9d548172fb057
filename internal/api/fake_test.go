package api_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"vantage/ingest"
	"vantage/ingest/probe"
	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/httpx"
	"vantage/media"
	"vantage/transcode"
)

// fake is a backend in memory that notes what it was asked.
type fake struct {
	mu      sync.Mutex
	streams map[media.StreamID]api.Stream
	docs    map[media.StreamID]string
	asked   any
	err     error // of the next call that can fail
	events  chan api.StreamEvent
	plans   chan api.Plan
	closed  int
}

func newFake() *fake {
	return &fake{
		streams: map[media.StreamID]api.Stream{"gate": {Name: "gate", Origin: "config", Tracks: []api.Track{}, Renditions: []api.Rendition{}}},
		docs:    map[media.StreamID]string{}, events: make(chan api.StreamEvent, 4), plans: make(chan api.Plan, 4),
	}
}

func (f *fake) backend() api.Backend { return api.Backend{f, f, f, f, f, f, f, f} } //nolint:govet // all parts are the fake

func (f *fake) note(asked any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = asked
	err := f.err
	f.err = nil
	return err
}

func (f *fake) List(context.Context) ([]api.Stream, error) {
	var list []api.Stream
	for _, s := range f.streams {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b api.Stream) int { return int(a.Name[0]) - int(b.Name[0]) })
	return list, f.note("list")
}

func (f *fake) Get(_ context.Context, id media.StreamID) (api.Stream, error) {
	s, ok := f.streams[id]
	if !ok {
		return s, hint.New(ingest.ErrUnknownStream, "GET /v1/streams lists them")
	}
	return s, nil
}

func (f *fake) Put(_ context.Context, s api.Spec, mustCreate bool) (api.Stream, bool, error) {
	old, exists := f.streams[s.ID]
	if exists && (mustCreate || old.Origin == "config") {
		return old, false, hint.New(httpx.Errorf(409, "stream %s exists", s.ID), "choose another name")
	}
	out := api.Stream{Name: s.ID, Origin: "api", Tracks: []api.Track{}, Renditions: []api.Rendition{}}
	out.Source.Type = s.Stream.Source.Transport
	f.streams[s.ID], f.docs[s.ID] = out, string(s.Document)
	return out, !exists, f.note(s)
}

func (f *fake) Delete(_ context.Context, id media.StreamID) error {
	if _, ok := f.streams[id]; !ok {
		return ingest.ErrUnknownStream
	}
	delete(f.streams, id)
	return nil
}

func (f *fake) Defaults() config.Stream {
	d := config.DefaultStream()
	d.Source.Transport = "tcp"
	return d
}

// watch is a channel as api.Watch.
type watch[T any] struct {
	f *fake
	c chan T
}

func (w watch[T]) Next(ctx context.Context) (v T, err error) {
	select {
	case v, ok := <-w.c:
		if !ok {
			return v, io.EOF
		}
		return v, nil
	case <-ctx.Done():
		return v, ctx.Err()
	}
}

func (w watch[T]) Close() {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.f.closed++
}

func (f *fake) WatchStreams(context.Context) (api.Watch[api.StreamEvent], error) {
	return watch[api.StreamEvent]{f, f.events}, f.note("events")
}

func (f *fake) WatchRegions(_ context.Context, id media.StreamID) (api.Watch[api.Plan], error) {
	if _, ok := f.streams[id]; !ok {
		return nil, ingest.ErrUnknownStream
	}
	return watch[api.Plan]{f, f.plans}, nil
}

func (f *fake) Snapshot(_ context.Context, id media.StreamID, widthPx int) ([]byte, error) {
	if _, ok := f.streams[id]; !ok {
		return nil, ingest.ErrUnknownStream
	}
	return []byte{0xff, 0xd8, 0xff}, f.note(widthPx)
}

func (f *fake) ListSessions(context.Context) ([]api.Session, error) {
	rtt := 12.5
	return []api.Session{{ID: "s1", Kind: "whep", Stream: "gate", RTTMs: &rtt, Since: time.Unix(0, 0).UTC()}}, f.note("sessions")
}

func (f *fake) EndSession(_ context.Context, id media.SessionID) error {
	if id != "s1" {
		return api.ErrUnknownSession
	}
	return nil
}

func (f *fake) Probe(_ context.Context, r api.ProbeRequest) (*probe.Verdict, error) {
	return &probe.Verdict{Verdict: probe.OK, Reachable: true, Tracks: []probe.Track{}, Problems: []probe.Problem{}}, f.note(r)
}

func (f *fake) Discover(_ context.Context, timeout time.Duration) ([]api.Camera, error) {
	return nil, f.note(timeout)
}

func (f *fake) Profiles(_ context.Context, r api.ProfilesRequest) ([]api.Profile, error) {
	return []api.Profile{{Token: "p1", Codec: "h264"}}, f.note(r)
}

func (f *fake) Examine(context.Context) (api.DoctorReport, error) {
	return api.DoctorReport{Encoders: []transcode.ProbeResult{{Encoder: "libx264", Codec: media.H264, Works: true}}}, f.note("doctor")
}

func (f *fake) Reload(context.Context) (api.ReloadReport, error) {
	changes := config.Changes{Added: []media.StreamID{"yard"}, Changed: []config.StreamChange{{ID: "gate", Source: true}}}
	return api.NewReloadReport(changes, []config.Warning{{Path: "rtsp.listen", Line: 3, Msg: "open"}}), f.note("reload")
}

var errSecret = errors.New("open /etc/vantage/secret: permission denied")
