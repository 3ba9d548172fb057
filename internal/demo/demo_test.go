package demo_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vantage/ingest"
	"vantage/ingest/rtsp"
	"vantage/ingest/synth"
	"vantage/ingest/synth/junction"
	"vantage/internal/demo"
	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/mediatest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRenderWritesVideoAndTruth(t *testing.T) {
	mediatest.NoLeaks(t)
	spec, err := synth.Parse("synth://junction?seed=5&size=320x180&fps=29.97&view=east")
	if err != nil {
		t.Fatal(err)
	}
	const frames = 7
	var video, truth, camera bytes.Buffer
	steps := 0
	err = demo.Render(t.Context(), demo.RenderOptions{
		Spec: spec, Frames: frames, Video: &video, Truth: &truth, Camera: &camera, Progress: func(done, total int) { steps++ },
	})
	if err != nil || steps != frames {
		t.Fatalf("%v after %d steps", err, steps)
	}
	const header = "YUV4MPEG2 W320 H180 F30000:1001 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n"
	if !strings.HasPrefix(video.String(), header) {
		t.Errorf("header %.80q", video.String())
	}
	if got, want := video.Len(), len(header)+frames*(len("FRAME\n")+320*180*3/2); got != want {
		t.Errorf("%d bytes of video, want %d", got, want)
	}
	lines := bufio.NewScanner(&truth)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var l junction.Truth
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil || l.Frame != n || len(l.Objects) == 0 {
			t.Fatalf("line %d: %v, %+v", n, err, l)
		}
	}
	if n != frames {
		t.Errorf("%d lines of truth", n)
	}
	var c junction.CameraTruth
	if err := json.Unmarshal(camera.Bytes(), &c); err != nil || c.View != "east" || c.WidthPx != 320 || c.Seed != 5 {
		t.Errorf("camera %+v, %v", c, err)
	}
}

func TestRenderTellsOfErrors(t *testing.T) {
	mediatest.NoLeaks(t)
	spec, err := synth.Parse("synth://junction?size=320x180")
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	if err := demo.Render(t.Context(), demo.RenderOptions{Spec: spec, Frames: 30, Video: failing{full}}); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if err := demo.Render(ctx, demo.RenderOptions{Spec: spec, Frames: 30}); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	spec.Kind = synth.Stamp
	if err := demo.Render(t.Context(), demo.RenderOptions{Spec: spec}); err == nil {
		t.Error("a picture without truth was rendered")
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestWithoutFootageTheJunctionIsSeenFromThreePlaces(t *testing.T) {
	list := demo.Cameras(t.TempDir())
	if len(list) != 3 {
		t.Fatalf("%d cameras", len(list))
	}
	views := map[string]bool{}
	for _, c := range list {
		if c.File != "" || !c.Name.Valid() {
			t.Errorf("camera %+v", c)
		}
		views[c.Spec.View.Name] = true
	}
	if len(views) != 3 {
		t.Errorf("views %v", views)
	}
}

func TestFootageIsUsedWhereItIs(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"vtest.avi", "box.mp4"} {
		if err := os.WriteFile(filepath.Join(dir, f), []byte{1}, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names := ""
	for _, c := range demo.Cameras(dir) {
		names += string(c.Name) + " "
	}
	if names != "junction campus workbench " {
		t.Errorf("cameras %s", names)
	}
}

func TestRunWithoutFFmpegHasARemedy(t *testing.T) {
	err := demo.Run(t.Context(), demo.Options{FFmpeg: "no-such-program"})
	if err == nil || !strings.Contains(hint.Of(err), "apt-get install ffmpeg") {
		t.Errorf("got %v, hint %q", err, hint.Of(err))
	}
}

// registrar counts the units of whoever publishes.
type registrar struct {
	mu   sync.Mutex
	hubs map[media.StreamID]*media.Hub
}

type publication struct{ *media.Hub }

func (publication) Close(error) {}

func (r *registrar) Publish(_ context.Context, q ingest.PublishRequest) (ingest.Publication, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hubs[q.Stream] == nil {
		r.hubs[q.Stream] = media.NewHub(string(q.Stream), media.HubConfig{})
	}
	return publication{r.hubs[q.Stream]}, nil
}

func (r *registrar) units() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := ""
	for _, c := range []media.StreamID{"junction", "campus", "workbench"} {
		if h := r.hubs[c]; h != nil && h.Stats().Units > 4 && h.Stats().RandomAccess > 0 {
			s += fmt.Sprintf("%s with %d tracks ", c, len(h.Tracks()))
		}
	}
	return s
}

func TestCamerasPublishOverRTSPAndComeBack(t *testing.T) {
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs the ffmpeg command (apt install ffmpeg)")
	}
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"vtest.avi": {"-f", "lavfi", "-i", "mandelbrot=size=320x240:rate=10", "-t", "2", "-c:v", "mpeg4"},
		"box.mp4": {
			"-f", "lavfi", "-i", "mandelbrot=size=320x240:rate=25", "-f", "lavfi", "-i", "sine=sample_rate=48000",
			"-t", "2", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac",
		},
	} {
		out, err := exec.Command(path, append(append([]string{"-v", "error", "-nostdin"}, args...), filepath.Join(dir, name))...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reg := &registrar{hubs: map[media.StreamID]*media.Hub{}}
	cfg := rtsp.DefaultServerConfig()
	cfg.UDPListen = ""
	cfg.Listen = l.Addr().String()
	s, err := rtsp.NewServer(rtsp.ServerOptions{Config: cfg, Registrar: reg, Listener: l})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	run := func(fn func(context.Context) error) {
		wg.Go(func() {
			if err := fn(ctx); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		})
	}
	run(s.Run)
	run(func(ctx context.Context) error {
		return demo.Run(ctx, demo.Options{URL: "rtsp://" + l.Addr().String(), Footage: dir})
	})
	defer wg.Wait()
	defer cancel()
	const want = "junction with 1 tracks campus with 1 tracks workbench with 2 tracks "
	waitFor(t, want, reg.units)

	// A camera that is thrown out comes back by itself.
	for _, ss := range s.Sessions() {
		s.Kick(ss.ID)
	}
	reg.mu.Lock()
	clear(reg.hubs)
	reg.mu.Unlock()
	waitFor(t, want, reg.units)
}

func waitFor(t *testing.T, want string, got func() string) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second) // the race detector makes drawing ten times slower
	for got() != want {
		if time.Now().After(deadline) {
			t.Fatalf("got %q, want %q", got(), want)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
