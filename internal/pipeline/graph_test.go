package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vantage/internal/hint"
	"vantage/internal/pipeline"
	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
	"vantage/transcode"
	"vantage/transcode/fake"
)

// fakes are stages in pure Go, with a detector that sees one thing in every picture.
func fakes() pipeline.Backends {
	return pipeline.Backends{
		Decoder: func(t *media.Track) (transcode.Decoder, error) { return fake.NewDecoder(t) },
		Scaler: func(size media.Size, format media.PixelFormat) (transcode.Scaler, error) {
			return fake.NewScaler(size, format)
		},
		Encoder: func(c transcode.EncoderConfig) (transcode.Encoder, error) { return fake.NewEncoder(c) },
		Engine:  func(c roi.Config) (*roi.Engine, error) { return roi.NewEngine(c, roi.Options{}, eye{}) },
	}
}

type eye struct{}

func (eye) Detect(context.Context, *media.Frame) ([]media.Region, error) {
	return []media.Region{{Rect: image.Rect(0, 0, 32, 32), Score: 1}}, nil
}

// board collects what outputs publish.
type board struct {
	demand *media.Demand
	mu     sync.Mutex
	tracks []*media.Track // all that were announced
	units  []shot
	strays int // units of a track that was not the one announced last
}

type shot struct {
	pts, bytes int64
	random     bool
	epoch      uint32
}

func newBoard() *board { return &board{demand: media.NewDemand()} }

func (b *board) SetTracks(t []*media.Track) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tracks = append(b.tracks, t...)
}

func (b *board) Demand() *media.Demand { return b.demand }

func (b *board) Publish(u *media.Unit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.tracks) == 0 || b.tracks[len(b.tracks)-1] != u.Track {
		b.strays++
	}
	b.units = append(b.units, shot{u.PTS, int64(u.Size()), u.RandomAccess, u.Track.Epoch})
}

func (b *board) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.units)
}

// projector shows pictures to a graph until stopped. Its pictures are made when they are asked for.
type projector struct {
	n    atomic.Int64
	size func(n int64) media.Size
	end  func(n int64) bool
	pace time.Duration // between two pictures
}

func (p *projector) Next() (*media.Frame, error) {
	n := p.n.Add(1) - 1
	if p.end != nil && p.end(n) {
		return nil, io.EOF
	}
	if p.pace > 0 {
		time.Sleep(p.pace)
	}
	s := media.Size{WidthPx: 64, HeightPx: 48}
	if p.size != nil {
		s = p.size(n)
	}
	f := media.NewFrame(media.I420, s.WidthPx, s.HeightPx)
	f.PTS, f.ClockRate = n*3000, 90000
	for _, plane := range f.Planes {
		for i := range plane {
			plane[i] = byte(int64(i) + n)
		}
	}
	return f, nil
}

func after(last int64) func(int64) bool { return func(n int64) bool { return n >= last } }

func rung(name string, change func(*pipeline.Rendition)) pipeline.Rendition {
	r := pipeline.Rendition{Name: name, RenditionConfig: transcode.Default()}
	r.ROI = false
	if change != nil {
		change(&r)
	}
	return r
}

// studio is a graph with its outputs.
type studio struct {
	*pipeline.Graph
	outs map[string]*board
}

func newStudio(offline bool, b pipeline.Backends, hooks pipeline.Hooks, ladder ...pipeline.Rendition) studio {
	s := studio{outs: map[string]*board{pipeline.AudioOutput: newBoard()}}
	var names []string
	for _, r := range ladder {
		s.outs[r.Name] = newBoard()
		names = append(names, r.Name)
	}
	cfg := pipeline.Config{Stream: "test", ROI: roi.Default(), Renditions: ladder, Offline: offline}
	s.Graph = pipeline.New(cfg, b, func(name string) media.Publisher { return s.outs[name] }, hooks, nil)
	s.SetActive(names)
	return s
}

func until(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}

// play runs the graph until the function returned is called.
func (s studio) play(t *testing.T, p *projector) (stop func()) {
	t.Helper()
	over := errors.New("test is over")
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.RunFrames(ctx, p) }()
	return sync.OnceFunc(func() {
		cancel(over)
		if err := <-done; !errors.Is(err, over) {
			t.Errorf("run ended with %v, want the cause of its context", err)
		}
	})
}

func TestOfflineEveryRenditionHasEveryPictureWhateverItsPace(t *testing.T) {
	mediatest.NoLeaks(t)
	const n = 40
	b := fakes()
	b.Encoder = func(c transcode.EncoderConfig) (transcode.Encoder, error) {
		e, err := fake.NewEncoder(c)
		if c.WidthPx == 64 {
			return slow{e, 2 * time.Millisecond}, err
		}
		return e, err
	}
	s := newStudio(true, b, pipeline.Hooks{}, rung("full", nil),
		rung("small", func(r *pipeline.Rendition) { r.Size = media.Size{WidthPx: 32, HeightPx: 24} }),
		rung("half", func(r *pipeline.Rendition) { r.FPS = 15 }))
	if err := s.RunFrames(t.Context(), &projector{end: after(n)}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"full": n, "small": n, "half": n / 2} {
		if got := s.outs[name].count(); got != want {
			t.Errorf("%s: %d pictures, want %d", name, got, want)
		}
	}
	for name, st := range s.Stats().Renditions {
		if st.FramesDropped != 0 || st.State != pipeline.Live {
			t.Errorf("%s: %v with %d drops", name, st.State, st.FramesDropped)
		}
	}
}

// slow takes its time.
type slow struct {
	transcode.Encoder
	pause time.Duration
}

func (s slow) Encode(f *media.Frame, emit func(*media.Unit)) error {
	time.Sleep(s.pause)
	return s.Encoder.Encode(f, emit)
}

func TestASlowEncoderDelaysNobodyElse(t *testing.T) {
	mediatest.NoLeaks(t)
	b := fakes()
	held := make(chan struct{})
	b.Encoder = func(c transcode.EncoderConfig) (transcode.Encoder, error) {
		e, err := fake.NewEncoder(c)
		if c.WidthPx == 32 {
			return stuck{e, held}, err
		}
		return e, err
	}
	s := newStudio(false, b, pipeline.Hooks{}, rung("full", nil), rung("small", func(r *pipeline.Rendition) { r.Size = media.Size{WidthPx: 32, HeightPx: 24} }))
	stop := s.play(t, &projector{pace: 5 * time.Millisecond})
	until(t, 20*time.Second, "60 pictures of the quick one", func() bool { return s.outs["full"].count() >= 60 })
	st := s.Stats().Renditions
	if st["small"].Frames != 0 || st["small"].FramesDropped < 40 {
		t.Errorf("the stuck one has %d pictures and %d drops", st["small"].Frames, st["small"].FramesDropped)
	}
	close(held)
	until(t, 10*time.Second, "the stuck one to go on", func() bool { return s.outs["small"].count() > 0 })
	stop()
}

// stuck waits for held to be closed.
type stuck struct {
	transcode.Encoder
	held chan struct{}
}

func (s stuck) Encode(f *media.Frame, emit func(*media.Unit)) error {
	<-s.held
	return s.Encoder.Encode(f, emit)
}

func TestAnOutputHasOnePublisherAtATime(t *testing.T) {
	mediatest.NoLeaks(t)
	b := fakes()
	var open, most atomic.Int32
	b.Encoder = func(c transcode.EncoderConfig) (transcode.Encoder, error) {
		time.Sleep(3 * time.Millisecond) // as a real one takes to open
		e, err := fake.NewEncoder(c)
		if n := open.Add(1); n > most.Load() {
			most.Store(n)
		}
		return counted{e, &open}, err
	}
	s := newStudio(false, b, pipeline.Hooks{}, rung("full", nil))
	p := &projector{pace: time.Millisecond}
	stop := s.play(t, p)
	for range 50 {
		s.SetActive(nil)
		at := p.n.Load()
		until(t, 5*time.Second, "it to be stopped", func() bool { return p.n.Load() > at+1 })
		s.SetActive([]string{"full"})
		until(t, 5*time.Second, "it to be started", func() bool { return p.n.Load() > at+3 })
		s.Stats()
	}
	before := s.outs["full"].count()
	until(t, 10*time.Second, "pictures at the end", func() bool { return s.outs["full"].count() > before+3 })
	stop()
	if n := most.Load(); n != 1 {
		t.Errorf("%d encoders of one output at once, want 1", n)
	}
	if n := s.outs["full"].strays; n != 0 {
		t.Errorf("%d units of another track than the announced one", n)
	}
	if n := open.Load(); n != 0 {
		t.Errorf("%d encoders left open", n)
	}
}

type counted struct {
	transcode.Encoder
	open *atomic.Int32
}

func (c counted) Close() error {
	c.open.Add(-1)
	return c.Encoder.Close()
}

var errNoSession = hint.New(errors.New("no session left"), "close another program")

func TestAnEncoderThatDoesNotOpenIsToldAndTriedAgain(t *testing.T) {
	mediatest.NoLeaks(t)
	var tries atomic.Int32
	b := fakes()
	b.Encoder = func(c transcode.EncoderConfig) (transcode.Encoder, error) {
		if tries.Add(1) == 1 {
			return nil, errNoSession
		}
		return fake.NewEncoder(c)
	}
	s := newStudio(false, b, pipeline.Hooks{}, rung("full", nil))
	stop := s.play(t, &projector{pace: 5 * time.Millisecond})
	until(t, 5*time.Second, "the failure to be told", func() bool { return s.Stats().Renditions["full"].State == pipeline.Failed })
	if st := s.Stats().Renditions["full"]; st.Err == "" || st.Hint != "close another program" {
		t.Errorf("told %q with hint %q", st.Err, st.Hint)
	}
	until(t, 10*time.Second, "pictures after another try", func() bool { return s.outs["full"].count() > 0 })
	if n := tries.Load(); n != 2 {
		t.Errorf("%d tries, want 2: not one a picture", n)
	}
	if st := s.Stats().Renditions["full"]; st.State != pipeline.Live || st.Err != "" {
		t.Errorf("state %v (%s), want live", st.State, st.Err)
	}
	stop()
}

func TestOfflineAnEncoderThatDoesNotOpenEndsTheRun(t *testing.T) {
	mediatest.NoLeaks(t)
	b := fakes()
	b.Encoder = func(transcode.EncoderConfig) (transcode.Encoder, error) { return nil, errNoSession }
	s := newStudio(true, b, pipeline.Hooks{}, rung("full", nil), rung("small", nil))
	if err := s.RunFrames(t.Context(), &projector{}); !errors.Is(err, errNoSession) {
		t.Errorf("got %v, want what the encoder said", err)
	}
}

func TestAPictureOfAnotherSizeBeginsTheNextEpoch(t *testing.T) {
	mediatest.NoLeaks(t)
	s := newStudio(true, fakes(), pipeline.Hooks{}, rung("full", nil), rung("small", func(r *pipeline.Rendition) { r.Size = media.Size{WidthPx: 32, HeightPx: 24} }))
	size := func(n int64) media.Size {
		if n < 10 {
			return media.Size{WidthPx: 64, HeightPx: 48}
		}
		return media.Size{WidthPx: 80, HeightPx: 64}
	}
	if err := s.RunFrames(t.Context(), &projector{size: size, end: after(20)}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]uint32{"full": {0, 1}, "small": {0, 0}} {
		b := s.outs[name]
		if len(b.units) != 20 {
			t.Fatalf("%s: %d pictures, want 20", name, len(b.units))
		}
		if got := []uint32{b.units[9].epoch, b.units[10].epoch}; !slices.Equal(got, want) || !b.units[10].random {
			t.Errorf("%s: epochs %v around the change, want %v and a random-access picture after it", name, got, want)
		}
	}
	if w := s.outs["full"].tracks[1].WidthPx; w != 80 {
		t.Errorf("the second track is %d wide, want 80", w)
	}
}

func TestAPlanThatAgesOutIsUsedNoMore(t *testing.T) {
	mediatest.NoLeaks(t)
	b := fakes()
	var analyses atomic.Int32
	blind := make(chan struct{})
	b.Engine = func(c roi.Config) (*roi.Engine, error) {
		c.MaxAge = 100 * time.Millisecond
		return roi.NewEngine(c, roi.Options{}, tired{&analyses, blind})
	}
	var planned, plain atomic.Int32
	b.Encoder = func(c transcode.EncoderConfig) (transcode.Encoder, error) {
		e, err := fake.NewEncoder(c)
		return regions{e, &planned, &plain}, err
	}
	s := newStudio(false, b, pipeline.Hooks{}, rung("roi", func(r *pipeline.Rendition) { r.ROI = true }))
	stop := s.play(t, &projector{pace: 5 * time.Millisecond})
	until(t, 5*time.Second, "pictures with a plan", func() bool { return planned.Load() > 0 })
	// The detector hangs from now on: pictures go on without a plan.
	before := plain.Load()
	until(t, 5*time.Second, "pictures without a plan", func() bool { return plain.Load() > before+20 })
	if s.Stats().Plans == 0 {
		t.Error("no plan was counted")
	}
	close(blind)
	stop()
}

// tired answers twice, and then not before blind is closed.
type tired struct {
	n     *atomic.Int32
	blind chan struct{}
}

func (d tired) Detect(ctx context.Context, f *media.Frame) ([]media.Region, error) {
	if d.n.Add(1) > 2 {
		<-d.blind
	}
	return eye{}.Detect(ctx, f)
}

type regions struct {
	transcode.Encoder
	planned, plain *atomic.Int32
}

func (r regions) Encode(f *media.Frame, emit func(*media.Unit)) error {
	if f != nil && len(f.Regions) > 0 {
		r.planned.Add(1)
	} else {
		r.plain.Add(1)
	}
	return r.Encoder.Encode(f, emit)
}

func TestASnapshotIsAJPEGOfTheNextPicture(t *testing.T) {
	mediatest.NoLeaks(t)
	s := newStudio(false, fakes(), pipeline.Hooks{})
	stop := s.play(t, &projector{pace: 2 * time.Millisecond})
	for ask, want := range map[int]image.Point{0: {X: 64, Y: 48}, 32: {X: 32, Y: 24}, 4000: {X: 64, Y: 48}, 1: {X: 16, Y: 12}} {
		got := make(chan []byte, 1)
		s.Snapshot(ask, func(b []byte) { got <- bytes.Clone(b) })
		select {
		case b := <-got:
			c, err := jpeg.DecodeConfig(bytes.NewReader(b))
			if err != nil || c.Width != want.X || c.Height != want.Y {
				t.Errorf("%d wide: got %dx%d (%v), want %v", ask, c.Width, c.Height, err, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no snapshot %d wide", ask)
		}
	}
	// One that takes its time delays no picture.
	held, begun := make(chan struct{}), make(chan struct{})
	s.Snapshot(0, func([]byte) {
		close(begun)
		<-held
	})
	<-begun
	before := s.Stats().FramesDecoded
	until(t, 5*time.Second, "pictures beside the snapshot", func() bool { return s.Stats().FramesDecoded > before+5 })
	close(held)
	stop()
}
