package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"vantage/ingest"
	"vantage/ingest/rtsp"
	"vantage/internal/hint"
	"vantage/internal/pipeline"
	"vantage/internal/worker"
	"vantage/media"
	"vantage/stream"
)

// openTimeout is how long a viewer waits for a stream's first tracks: an on-demand camera connects within it.
const openTimeout = 8 * time.Second

// Why a stream that exists is not shown.
var (
	errNotLive    = errors.New("the stream is not live")
	errRendition  = errors.New("no such rendition")
	errUnplayable = errors.New("the viewer cannot play the stream's codec")
)

// wish is what viewers of all protocols ask for.
type wish struct {
	stream    media.StreamID
	rendition string
	codecs    []media.Codec // nil: anything
	token     string
}

// view is an open stream.
type view struct {
	rendition    string
	video, audio *media.Hub
	close        func()
}

// viewers implements stream.Catalog.
type viewers struct{ *roster }

// Open implements [stream.Catalog].
func (v viewers) Open(ctx context.Context, q stream.OpenRequest) (*stream.Opened, error) {
	o, err := v.open(ctx, wish{q.Stream, q.Rendition, q.Codecs, q.Token})
	if err != nil {
		return nil, problem(err)
	}
	return &stream.Opened{Rendition: o.rendition, Video: o.video, Audio: o.audio, Close: o.close}, nil
}

// players implements rtsp.Catalog.
type players struct{ *roster }

// Open implements [rtsp.Catalog].
func (p players) Open(ctx context.Context, q rtsp.OpenRequest) (*rtsp.Opened, error) {
	o, err := p.open(ctx, wish{q.Stream, q.Rendition, nil, q.Password})
	if err != nil {
		return nil, err
	}
	return &rtsp.Opened{Rendition: o.rendition, Video: o.video, Audio: o.audio, Close: o.close}, nil
}

// open finds what the viewer is to see, starts what makes it, and waits for its tracks.
func (r *roster) open(ctx context.Context, w wish) (*view, error) {
	if !r.config().Auth.MayPlay(w.stream, w.token) {
		return nil, ingest.ErrUnauthorized
	}
	f := r.find(w.stream)
	if f == nil {
		return nil, unknown(w.stream)
	}
	if w.rendition != "" && f.hub(w.rendition) == nil {
		return nil, f.unknownRendition(w.rendition)
	}
	if s := f.status.Load(); s.State == ingest.Failed {
		return nil, f.notLive(errNotLive) // only a person can help: waiting does not
	}
	ctx, cancel := context.WithTimeoutCause(ctx, openTimeout, errNotLive)
	defer cancel()
	v := &view{rendition: renditionSource} // audio alone has no other
	var holds []func()
	v.close = func() {
		for _, release := range holds {
			release()
		}
	}
	hold := func(h *media.Hub) ([]*media.Track, error) {
		holds = append(holds, h.Hold())
		tracks, err := h.WaitTracks(ctx)
		if err != nil {
			return nil, f.notLive(err)
		}
		return tracks, nil
	}
	tracks, err := hold(f.source)
	if err == nil {
		err = f.choose(v, w, tracks)
	}
	if err == nil && v.video != nil && v.video != f.source {
		_, err = hold(v.video)
	}
	if err == nil && v.audio != nil && v.audio != f.source && v.audio != v.video {
		if _, err = hold(v.audio); err != nil && v.video != nil {
			f.log.Warn("no audio for a viewer", "err", err)
			v.audio, err = nil, nil // a picture without sound beats none
		}
	}
	if err != nil {
		v.close()
		return nil, err
	}
	f.watched(v.rendition, +1)
	leave := v.close
	v.close = sync.OnceFunc(func() {
		f.watched(v.rendition, -1)
		leave()
	})
	return v, nil
}

// watched counts the viewers of a rendition.
func (f *feed) watched(rendition string, change int) {
	f.mu.Lock()
	f.viewers[rendition] += change
	f.mu.Unlock()
	f.changed(f)
}

// choose fills in the hubs of v for a source with the given tracks.
func (f *feed) choose(v *view, w wish, tracks []*media.Track) error {
	plays := func(t *media.Track) bool { return w.codecs == nil || slices.Contains(w.codecs, t.Codec) }
	webRTC := w.codecs != nil
	if t := media.TrackOf(tracks, media.Video); t != nil {
		v.rendition = w.rendition
		if v.rendition == "" {
			v.rendition = renditionSource
			if !plays(t) || webRTC && t.Reordered {
				v.rendition = f.transcoded(w.codecs)
			}
		}
		v.video = f.hub(v.rendition)
		switch {
		case v.video == nil:
			return f.unplayable(t)
		case v.video == f.source && (!plays(t) || webRTC && t.Reordered):
			return f.unplayable(t)
		case v.video != f.source && !plays(&media.Track{Codec: f.codec(v.rendition)}):
			return hint.New(fmt.Errorf("rendition %q of stream %q is %v: %w", v.rendition, f.id, f.codec(v.rendition), errUnplayable),
				"ask for another rendition; GET /v1/streams/"+string(f.id)+" lists them")
		}
	}
	if t := media.TrackOf(tracks, media.Audio); t != nil {
		switch {
		case plays(t):
			v.audio = f.source
		case f.outputs[pipeline.AudioOutput] != nil && plays(&media.Track{Codec: media.Opus}):
			v.audio = f.outputs[pipeline.AudioOutput]
		}
	}
	if v.video == nil && v.audio == nil {
		return hint.New(errUnplayable, "the viewer must offer to receive video or audio that the stream has")
	}
	return nil
}

// codec is that of a rendition of the ladder.
func (f *feed) codec(rendition string) media.Codec {
	for _, r := range f.ladder {
		if r.Name == rendition {
			return r.Codec
		}
	}
	return 0
}

// transcoded is the rendition for viewers that cannot take the source; "" when there is none.
func (f *feed) transcoded(codecs []media.Codec) string {
	if f.worker == nil || f.worker.Status().State == worker.Broken {
		return ""
	}
	for _, r := range f.ladder {
		if slices.Contains(codecs, r.Codec) {
			return r.Name
		}
	}
	return ""
}

func (f *feed) unplayable(t *media.Track) error {
	what := fmt.Sprintf("%v", t.Codec)
	if t.Reordered {
		what += " with B-frames"
	}
	remedy := "ask for ?rendition=" + renditionROI + ", or set the camera to H.264 without B-frames"
	if f.worker == nil {
		remedy = "set the camera to H.264 without B-frames; this server cannot transcode"
	}
	return hint.New(fmt.Errorf("stream %q comes as %s: %w", f.id, what, errUnplayable), remedy)
}

func (f *feed) unknownRendition(name string) error {
	names := []string{renditionSource}
	if f.worker != nil {
		for _, r := range f.ladder {
			names = append(names, r.Name)
		}
	}
	return hint.New(fmt.Errorf("stream %q: rendition %q: %w", f.id, name, errRendition), "it has "+strings.Join(names, ", "))
}

// notLive says why no tracks came: with the source's own trouble where it has one.
func (f *feed) notLive(err error) error {
	s := f.status.Load()
	if s.Err != nil {
		return fmt.Errorf("stream %q: %w (%s): %w", f.id, errNotLive, s.State, s.Err)
	}
	if f.worker != nil {
		if st := f.worker.Status(); st.Err != nil {
			return fmt.Errorf("stream %q: %w: %w", f.id, errNotLive, st.Err)
		}
	}
	if errors.Is(err, errNotLive) {
		return hint.New(fmt.Errorf("stream %q: %w (%s)", f.id, errNotLive, s.State), "check that the camera or publisher runs")
	}
	return fmt.Errorf("stream %q: %w", f.id, err)
}
