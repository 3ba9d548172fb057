package worker_test

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vantage/internal/pipeline"
	"vantage/internal/worker"
	"vantage/media"
	"vantage/roi"
	"vantage/transcode"
	"vantage/transcode/fake"
)

// fakeBackends are stages in pure Go, without detectors. watch, which may be nil, is lent each encoder.
func fakeBackends(watch func(transcode.Encoder) transcode.Encoder) worker.Backends {
	return func(pipeline.Config, *slog.Logger) pipeline.Backends {
		return pipeline.Backends{
			Decoder: func(t *media.Track) (transcode.Decoder, error) { return fake.NewDecoder(t) },
			Scaler: func(size media.Size, format media.PixelFormat) (transcode.Scaler, error) {
				return fake.NewScaler(size, format)
			},
			Encoder: func(c transcode.EncoderConfig) (transcode.Encoder, error) {
				e, err := fake.NewEncoder(c)
				if err != nil || watch == nil {
					return e, err
				}
				return watch(e), nil
			},
			Engine: func(c roi.Config) (*roi.Engine, error) { return roi.NewEngine(c, roi.Options{}) },
		}
	}
}

// child starts the test binary as a worker.
func child(backends string) worker.Starter {
	return worker.Command(func() *exec.Cmd {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childEnv+"="+backends)
		return c
	})
}

// newEncoder makes a camera's encoder.
type newEncoder func(c transcode.EncoderConfig) (transcode.Encoder, error)

func fakeEncoder(c transcode.EncoderConfig) (transcode.Encoder, error) { return fake.NewEncoder(c) }

// lens is what a camera looks through; it may change while it films.
type lens struct {
	size atomic.Pointer[media.Size]
	gop  int // pictures between key frames that nobody asked for
}

func newLens(w, h, gop int) *lens {
	l := &lens{gop: gop}
	l.size.Store(&media.Size{WidthPx: w, HeightPx: h})
	return l
}

// film publishes 30 pictures a second until ctx ends.
func (l *lens) film(ctx context.Context, t *testing.T, hub *media.Hub, open newEncoder) {
	var e transcode.Encoder
	var size media.Size
	var epoch uint32
	defer func() {
		if e != nil {
			_ = e.Close()
		}
	}()
	tick := time.NewTicker(time.Second / 30)
	defer tick.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		if now := *l.size.Load(); now != size {
			if e != nil {
				_ = e.Close()
				epoch++
			}
			var err error
			e, err = open(transcode.EncoderConfig{
				Encoder: "libx264", Codec: media.H264, TrackID: "video", Epoch: epoch, WidthPx: now.WidthPx, HeightPx: now.HeightPx,
				FrameRate: 30, ClockRate: 90000, Rate: transcode.RateControl{CRF: 25}, GOPFrames: l.gop,
			})
			if err != nil {
				t.Error(err)
				return
			}
			size = now
			hub.SetTracks([]*media.Track{e.Track()})
		}
		if q, ok := hub.Demand().Take(); ok {
			_ = e.Request(q) // the fake takes all
		}
		f := media.NewFrame(media.I420, size.WidthPx, size.HeightPx)
		f.PTS, f.ClockRate = int64(n)*3000, 90000
		for i := range f.Planes[0] {
			f.Planes[0][i] = byte((i + n) % 200)
		}
		clear(f.Planes[1])
		clear(f.Planes[2])
		err := e.Encode(f, hub.Publish)
		f.Release()
		if err != nil {
			t.Error(err)
			return
		}
		<-tick.C
	}
}

// rig is a camera, its worker and the hub of one rendition.
type rig struct {
	source, roi *media.Hub
	stream      *worker.Stream
	wg          sync.WaitGroup
	end         func() // and waits
}

// gear is what a rig is made of; zero fields have defaults.
type gear struct {
	start  worker.Starter
	open   newEncoder
	lens   *lens
	limit  int
	linger time.Duration
}

func newRig(t *testing.T, g gear) *rig {
	t.Helper()
	if g.open == nil {
		g.open = fakeEncoder
	}
	if g.lens == nil {
		g.lens = newLens(160, 96, 15)
	}
	if g.limit == 0 {
		g.limit = 5
	}
	if g.linger == 0 {
		g.linger = 100 * time.Millisecond
	}
	r := &rig{source: media.NewHub("cam/source", media.HubConfig{}), roi: media.NewHub("cam/roi", media.HubConfig{})}
	cfg := pipeline.Config{Stream: "cam", ROI: roi.Default(), Renditions: []pipeline.Rendition{{Name: "roi", RenditionConfig: transcode.Default()}}}
	r.stream = worker.New(worker.Options{
		Stream: "cam", Pipeline: func() pipeline.Config { return cfg }, Source: r.source,
		Outputs: map[string]*media.Hub{"roi": r.roi}, Start: g.start, Linger: g.linger,
		CrashLimit: g.limit, CrashWindow: time.Minute, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	ctx, cancel := context.WithCancel(t.Context())
	r.end = func() {
		cancel()
		r.wg.Wait()
	}
	t.Cleanup(r.end)
	r.wg.Go(func() { g.lens.film(ctx, t, r.source, g.open) })
	r.wg.Go(func() {
		if err := r.stream.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

// watch makes the rendition active and returns a viewer of it.
func (r *rig) watch(t *testing.T) *media.Subscription {
	t.Helper()
	sub := r.roi.Subscribe(media.QueueConfig{MaxAge: time.Second})
	t.Cleanup(sub.Close)
	r.stream.SetActive([]string{"roi"})
	return sub
}

// next waits for a picture that ok accepts.
func next(t *testing.T, sub *media.Subscription, within time.Duration, ok func(*media.Unit) bool) time.Duration {
	t.Helper()
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for {
		u, err := sub.Pop(ctx)
		if err != nil {
			t.Fatalf("no such picture within %v: %v", within, err)
		}
		good := ok(u)
		u.Release()
		if good {
			return time.Since(start)
		}
	}
}

func anyUnit(*media.Unit) bool { return true }

func random(u *media.Unit) bool { return u.RandomAccess }

// until polls for what no channel tells.
func until(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}
