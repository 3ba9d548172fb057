package app

import (
	"context"
	"io"
	"net/http"

	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/httpx"
	"vantage/internal/store"
	"vantage/media"
	"vantage/roi"
)

// streamsAPI implements api.Streams and api.Watcher over the roster and the saved streams.
type streamsAPI struct {
	*roster
	saved *store.Streams
}

// List implements [api.Streams].
func (s streamsAPI) List(context.Context) ([]api.Stream, error) {
	list := []api.Stream{}
	for _, f := range s.list() {
		list = append(list, f.describe())
	}
	return list, nil
}

// Get implements [api.Streams].
func (s streamsAPI) Get(_ context.Context, id media.StreamID) (api.Stream, error) {
	f := s.find(id)
	if f == nil {
		return api.Stream{}, unknown(id)
	}
	return f.describe(), nil
}

// Put implements [api.Streams].
func (s streamsAPI) Put(_ context.Context, spec api.Spec, mustCreate bool) (api.Stream, bool, error) {
	s.editing.Lock()
	defer s.editing.Unlock()
	old := s.find(spec.ID)
	if old != nil && (mustCreate || old.origin == fromConfig) {
		return api.Stream{}, false, conflict(old)
	}
	if err := s.saved.Put(spec.ID, spec.Document); err != nil {
		return api.Stream{}, false, err
	}
	return s.replace(spec.ID, fromAPI, spec.Stream).describe(), old == nil, nil
}

// Delete implements [api.Streams].
func (s streamsAPI) Delete(_ context.Context, id media.StreamID) error {
	s.editing.Lock()
	defer s.editing.Unlock()
	f := s.find(id)
	switch {
	case f == nil:
		return unknown(id)
	case f.origin == fromConfig:
		return conflict(f)
	case f.origin == fromAPI:
		if err := s.saved.Delete(id); err != nil {
			return err
		}
	}
	s.remove(id, errRemoved)
	return nil
}

// conflict is the error for a change that f's origin forbids.
func conflict(f *feed) error {
	remedy := "choose another name, or change this one with PUT"
	if f.origin == fromConfig {
		remedy = "change it in the configuration file and reload"
	}
	return hint.New(httpx.Errorf(http.StatusConflict, "stream %q exists: %w", f.id, errTaken), remedy)
}

// Defaults implements [api.Streams].
func (s streamsAPI) Defaults() config.Stream { return s.config().Defaults }

// WatchStreams implements [api.Watcher].
func (s streamsAPI) WatchStreams(context.Context) (api.Watch[api.StreamEvent], error) {
	l := s.changes.listen()
	for _, f := range s.list() {
		l.add(f.id)
	}
	return &streamWatch{roster: s.roster, listener: l}, nil
}

// streamWatch implements api.Watch of stream changes.
type streamWatch struct {
	roster   *roster
	listener *changeListener
}

// Next implements [api.Watch]. What it tells is the state of now, not that of the change.
func (w *streamWatch) Next(ctx context.Context) (api.StreamEvent, error) {
	id, err := w.listener.next(ctx)
	if err != nil {
		return api.StreamEvent{}, err
	}
	f := w.roster.find(id)
	if f == nil {
		return api.StreamEvent{Removed: id}, nil
	}
	s := f.describe()
	return api.StreamEvent{Stream: &s}, nil
}

// Close implements [api.Watch].
func (w *streamWatch) Close() { w.roster.changes.leave(w.listener) }

// WatchRegions implements [api.Watcher].
func (s streamsAPI) WatchRegions(_ context.Context, id media.StreamID) (api.Watch[api.Plan], error) {
	f := s.find(id)
	switch {
	case f == nil:
		return nil, unknown(id)
	case f.worker == nil:
		return nil, errNoTranscoding()
	case f.cfg.ROI.Detector == "none":
		return nil, hint.New(httpx.Errorf(http.StatusConflict, "stream %q has no detector", id), "set roi.detector to saliency or motion")
	}
	plans, stop := f.plans.listen()
	f.activate()
	return &planWatch{feed: f, plans: plans, stop: func() {
		stop()
		f.activate()
	}}, nil
}

// errNoTranscoding says what this binary cannot do.
func errNoTranscoding() error {
	return hint.New(httpx.Errorf(http.StatusNotImplemented, "this build of vantage cannot decode or encode"), "use a build with cgo and FFmpeg's libraries")
}

// planWatch implements api.Watch of region plans.
type planWatch struct {
	feed  *feed
	plans <-chan *roi.Plan
	stop  func()
}

// Next implements [api.Watch].
func (w *planWatch) Next(ctx context.Context) (api.Plan, error) {
	for {
		select {
		case p := <-w.plans:
			if len(w.plans) > 0 {
				continue // only the newest matters
			}
			return describePlan(p), nil
		case <-w.feed.done:
			return api.Plan{}, io.EOF
		case <-ctx.Done():
			return api.Plan{}, context.Cause(ctx)
		}
	}
}

// Close implements [api.Watch].
func (w *planWatch) Close() { w.stop() }

func describePlan(p *roi.Plan) api.Plan {
	d := api.Plan{
		Width: p.WidthPx, Height: p.HeightPx, Block: roi.BlockPx, Cols: p.Cols, Rows: p.Rows,
		Offsets: make([]byte, len(p.Offsets)), Objects: []api.Object{},
	}
	if p.ClockRate > 0 {
		d.PTS = media.Rescale(p.PTS, p.ClockRate, 90000)
	}
	for i, o := range p.Offsets {
		d.Offsets[i] = byte(o)
	}
	for _, o := range p.Objects {
		d.Objects = append(d.Objects, api.Object{
			X: o.Rect.Min.X, Y: o.Rect.Min.Y, W: o.Rect.Dx(), H: o.Rect.Dy(), Class: o.Class, Score: float64(o.Score), ID: o.ID,
		})
	}
	return d
}
