//go:build cgo && !nolibav

package worker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"vantage/internal/pipeline"
	"vantage/internal/worker"
	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
	"vantage/roi/motion"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// childEnv makes the test binary a worker.
const childEnv = "VANTAGE_TEST_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		c, err := worker.Inherited()
		if err == nil {
			err = worker.Serve(context.Background(), c, backends, slog.New(slog.NewJSONHandler(os.Stderr, nil)))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func backends(pipeline.Config, *slog.Logger) pipeline.Backends {
	return pipeline.Backends{
		Decoder: func(t *media.Track) (transcode.Decoder, error) { return libav.NewDecoder(t, libav.DecoderOptions{}) },
		Scaler: func(size media.Size, format media.PixelFormat) (transcode.Scaler, error) {
			return libav.NewScaler(libav.ScalerConfig{Size: size, Format: format})
		},
		Encoder: func(c transcode.EncoderConfig) (transcode.Encoder, error) {
			c.Encoder = "libx264"
			return libav.NewEncoder(c, libav.EncoderOptions{})
		},
		Engine: func(c roi.Config) (*roi.Engine, error) {
			return roi.NewEngine(c, roi.Options{}, motion.New(motion.Options{}))
		},
	}
}

// camera publishes an endless H.264 stream of size w x h at 30 pictures a second until ctx ends.
func camera(ctx context.Context, t *testing.T, hub *media.Hub, w, h int) {
	t.Helper()
	e, err := libav.NewEncoder(transcode.EncoderConfig{
		Encoder: "libx264", Codec: media.H264, TrackID: "video", WidthPx: w, HeightPx: h,
		FrameRate: 30, ClockRate: 90000, Rate: transcode.RateControl{CRF: 25}, GOPFrames: 15,
	}, libav.EncoderOptions{})
	if err != nil {
		t.Error(err)
		return
	}
	defer e.Close()
	track := e.Track()
	hub.SetTracks([]*media.Track{track})
	tick := time.NewTicker(time.Second / 30)
	defer tick.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		f := media.NewFrame(media.I420, w, h)
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
}

func newRig(ctx context.Context, t *testing.T, start worker.Starter, limit int) *rig {
	r := &rig{source: media.NewHub("cam/source", media.HubConfig{}), roi: media.NewHub("cam/roi", media.HubConfig{})}
	cfg := pipeline.Config{Stream: "cam", ROI: roi.Default(), Renditions: []pipeline.Rendition{{Name: "roi", RenditionConfig: transcode.Default()}}}
	r.stream = worker.New(worker.Options{
		Stream: "cam", Pipeline: func() pipeline.Config { return cfg }, Source: r.source,
		Outputs: map[string]*media.Hub{"roi": r.roi}, Start: start, Linger: 100 * time.Millisecond,
		CrashLimit: limit, CrashWindow: time.Minute, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	r.wg.Go(func() { camera(ctx, t, r.source, 320, 180) })
	r.wg.Go(func() {
		if err := r.stream.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

func child() *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childEnv+"=1")
	return c
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

func TestChildTranscodesAndEndsWhenNobodyWatches(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, start := range map[string]worker.Starter{"child process": worker.Command(child), "in process": worker.InProcess(backends)} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			r := newRig(ctx, t, start, 5)
			sub := r.roi.Subscribe(media.QueueConfig{MaxAge: time.Second})
			r.stream.SetActive([]string{"roi"})
			next(t, sub, 10*time.Second, func(u *media.Unit) bool { return u.RandomAccess })
			next(t, sub, 2*time.Second, anyUnit)

			sub.Request(media.Request{KeyFrame: true})
			next(t, sub, 3*time.Second, func(u *media.Unit) bool { return u.RandomAccess })

			sub.Close()
			r.stream.SetActive(nil)
			deadline := time.Now().Add(5 * time.Second)
			for r.stream.Status().State != worker.Off {
				if time.Now().After(deadline) {
					t.Fatalf("state %v with nothing active", r.stream.Status().State)
				}
				time.Sleep(10 * time.Millisecond)
			}
			cancel()
			r.wg.Wait()
		})
	}
}

func TestCrashOfTheChildCostsLessThanTwoSecondsAndNoViewer(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := newRig(ctx, t, worker.Command(child), 5)
	sub := r.roi.Subscribe(media.QueueConfig{MaxAge: time.Second})
	defer sub.Close()
	r.stream.SetActive([]string{"roi"})
	next(t, sub, 10*time.Second, anyUnit)

	pid := r.stream.Status().PID
	if err := syscall.Kill(pid, syscall.SIGSEGV); err != nil {
		t.Fatal(err)
	}
	// The first picture of the next child is a random-access one, on the same subscription.
	took := next(t, sub, 5*time.Second, func(u *media.Unit) bool { return u.RandomAccess && r.stream.Status().PID != pid })
	t.Logf("crash to first picture: %v", took)
	if took > 2*time.Second {
		t.Errorf("crash to first picture took %v, want 2 s at most", took)
	}
	if n := r.stream.Status().Crashes; n != 1 {
		t.Errorf("%d crashes counted, want 1", n)
	}
	cancel()
	r.wg.Wait()
}

func TestOpenCircuitGivesViewersTheSourceAsItIs(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, cancel := context.WithCancel(t.Context())
	broken := func(*slog.Logger) (*worker.Process, error) { return nil, errors.New("no such binary") }
	r := newRig(ctx, t, broken, 2)
	sub := r.roi.Subscribe(media.QueueConfig{MaxAge: time.Second})
	defer sub.Close()
	r.stream.SetActive([]string{"roi"})
	next(t, sub, 5*time.Second, func(u *media.Unit) bool { return u.RandomAccess })
	if s := r.stream.Status(); s.State != worker.Broken || s.Err == nil {
		t.Errorf("state %v (%v), want broken with the reason", s.State, s.Err)
	}
	cancel()
	r.wg.Wait()
}
