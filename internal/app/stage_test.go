package app

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"vantage/internal/config"
	"vantage/internal/pipeline"
	"vantage/internal/worker"
	"vantage/media"
	"vantage/roi"
	"vantage/transcode"
	"vantage/transcode/fake"
)

var discard = slog.New(slog.DiscardHandler)

// fakeBackends are stages in pure Go.
func fakeBackends(pipeline.Config, *slog.Logger) pipeline.Backends {
	return pipeline.Backends{
		Decoder: func(t *media.Track) (transcode.Decoder, error) { return fake.NewDecoder(t) },
		Scaler: func(size media.Size, format media.PixelFormat) (transcode.Scaler, error) {
			return fake.NewScaler(size, format)
		},
		Encoder: func(c transcode.EncoderConfig) (transcode.Encoder, error) { return fake.NewEncoder(c) },
		Engine:  func(c roi.Config) (*roi.Engine, error) { return roi.NewEngine(c, roi.Options{}) },
	}
}

// settings are the defaults on free ports of this machine, with a part of a configuration file.
func settings(t *testing.T, extra string) *config.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "vantage.yaml")
	write(t, file, t.TempDir(), extra)
	return load(t, file)
}

func write(t *testing.T, file, state, extra string) {
	t.Helper()
	text := "state_dir: " + state + `
http: {listen: "127.0.0.1:0"}
rtsp: {listen: "` + freeAddr(t) + `", udp_listen: ""}
webrtc: {udp_listen: "127.0.0.1:0", tcp_listen: ""}
admin: {listen: ""}
shutdown_timeout: 5s
` + extra
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, file string) *config.Config {
	t.Helper()
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serve runs an app until the function returned is called, which returns what Run did.
func serve(t *testing.T, cfg *config.Config, o Options) (*App, func() error) {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	a, err := New(cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = stop() })
	until(t, 5*time.Second, "the roster to run", func() bool {
		a.roster.mu.Lock()
		defer a.roster.mu.Unlock()
		return a.roster.ctx != nil
	})
	return a, stop
}

// bare is a running roster without servers.
func bare(t *testing.T, extra string, start worker.Starter) *roster {
	t.Helper()
	cfg := settings(t, extra)
	r := newRoster(cfg, Options{Log: slog.New(slog.DiscardHandler), Start: start}, metrics{})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { r.run(ctx) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	for id, s := range cfg.Streams {
		if _, err := r.add(id, fromConfig, s); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func until(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}

// show publishes pictures of the fake codec until the function returned is called.
func show(t *testing.T, pub media.Publisher) (stop func()) {
	t.Helper()
	e, err := fake.NewEncoder(transcode.EncoderConfig{
		Codec: media.H264, TrackID: "video", WidthPx: 64, HeightPx: 48, FrameRate: 30, ClockRate: 90000, Rate: transcode.RateControl{CRF: 25}, GOPFrames: 5,
	})
	if err != nil {
		t.Fatal(err)
	}
	pub.SetTracks([]*media.Track{e.Track()})
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer e.Close()
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for n := int64(0); ; n++ {
			select {
			case <-tick.C:
			case <-quit:
				return
			}
			f := media.NewFrame(media.I420, 64, 48)
			f.PTS, f.ClockRate = n*900, 90000
			for _, p := range f.Planes {
				clear(p)
			}
			if err := e.Encode(f, pub.Publish); err != nil {
				t.Error(err)
			}
			f.Release()
		}
	})
	stop = sync.OnceFunc(func() {
		close(quit)
		wg.Wait()
	})
	t.Cleanup(stop)
	return stop
}
