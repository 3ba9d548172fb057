package rtsp_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"vantage/ingest"
	"vantage/ingest/rtsp"
	"vantage/media"
	"vantage/media/mediatest"
)

// board is a registrar and a catalogue over one hub per published stream.
type board struct {
	mu      sync.Mutex
	hubs    map[media.StreamID]*media.Hub
	held    map[media.StreamID]bool
	reasons []error
	token   string
}

func newBoard() *board {
	return &board{hubs: map[media.StreamID]*media.Hub{}, held: map[media.StreamID]bool{}}
}

type publication struct {
	*media.Hub
	b    *board
	name media.StreamID
}

func (p *publication) Close(reason error) {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	p.b.held[p.name] = false
	p.b.reasons = append(p.b.reasons, reason)
	p.Hub.SetTracks(nil)
}

func (b *board) hub(name media.StreamID) *media.Hub {
	if b.hubs[name] == nil {
		b.hubs[name] = media.NewHub(string(name)+"/source", media.HubConfig{})
	}
	return b.hubs[name]
}

func (b *board) Publish(_ context.Context, r ingest.PublishRequest) (ingest.Publication, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.token != "" && r.Token != b.token {
		return nil, ingest.ErrUnauthorized
	}
	if b.held[r.Stream] {
		return nil, ingest.ErrBusy
	}
	b.held[r.Stream] = true
	return &publication{b.hub(r.Stream), b, r.Stream}, nil
}

func (b *board) Open(ctx context.Context, r rtsp.OpenRequest) (*rtsp.Opened, error) {
	b.mu.Lock()
	h, ok := b.hubs[r.Stream]
	b.mu.Unlock()
	if !ok {
		return nil, ingest.ErrUnknownStream
	}
	if _, err := h.WaitTracks(ctx); err != nil {
		return nil, err
	}
	return &rtsp.Opened{Rendition: "source", Video: h, Audio: h}, nil
}

func (b *board) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, h := range b.hubs {
		h.Close(nil)
	}
}

// publish starts ffmpeg as a camera; it is killed when the test ends, or by the returned function.
func publish(t *testing.T, url, transport string, args ...string) (stop func()) {
	t.Helper()
	_, stop = startCamera(t, url, transport, args...)
	return stop
}

func startCamera(t *testing.T, url, transport string, args ...string) (process *os.Process, stop func()) {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs the ffmpeg command (apt install ffmpeg)")
	}
	full := append([]string{"-v", "error", "-nostdin", "-re"}, args...)
	full = append(full, "-f", "rtsp", "-rtsp_transport", transport, url)
	cmd := exec.Command(path, full...)
	var diag strings.Builder
	cmd.Stderr = &diag
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("camera: %s", diag.String())
		}
	})
	return cmd.Process, stop
}

var (
	picture = []string{"-f", "lavfi", "-i", "mandelbrot=size=320x240:rate=25"}
	x264    = []string{"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "25"}
	sound   = []string{"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"}
)

func join(lists ...[]string) []string {
	var all []string
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func TestFFmpegPublishesAndPlays(t *testing.T) {
	for _, tc := range []struct {
		name, transport string
		args            []string
		video, audio    media.Codec
		pictures        int
	}{
		{"H.264 by TCP", "tcp", join(picture, x264), media.H264, 0, 30},
		{"H.264 by UDP", "udp", join(picture, x264), media.H264, 0, 30},
		{"H.264 with B-frames", "tcp", join(picture, []string{"-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-pix_fmt", "yuv420p", "-g", "25"}), media.H264, 0, 30},
		{"H.265", "tcp", join(picture, []string{"-c:v", "libx265", "-preset", "ultrafast", "-tune", "zerolatency", "-x265-params", "log-level=error", "-pix_fmt", "yuv420p", "-g", "25"}), media.H265, 0, 30},
		{"VP8", "tcp", join(picture, []string{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p", "-g", "25"}), media.VP8, 0, 30},
		{"VP9", "tcp", join(picture, []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p", "-g", "25", "-strict", "experimental"}), media.VP9, 0, 30},
		{"MJPEG", "tcp", join(picture, []string{"-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-huffman", "default", "-force_duplicated_matrix", "1"}), media.MJPEG, 0, 30},
		{"H.264 with AAC", "tcp", join(picture, sound, x264, []string{"-c:a", "aac"}), media.H264, media.AAC, 30},
		{"H.264 with Opus by UDP", "udp", join(picture, sound, x264, []string{"-c:a", "libopus"}), media.H264, media.Opus, 30},
		{"G.711 A-law alone", "tcp", join(sound, []string{"-c:a", "pcm_alaw", "-ar", "8000", "-ac", "1"}), 0, media.PCMA, 0},
		{"G.711 µ-law with video", "tcp", join(picture, sound, x264, []string{"-c:a", "pcm_mulaw", "-ar", "8000", "-ac", "1"}), media.H264, media.PCMU, 30},
	} {
		t.Run(tc.name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			b := newBoard()
			t.Cleanup(b.close)
			s, url := serve(t, rtsp.ServerOptions{Registrar: b, Catalog: b})
			publish(t, url+"/cam", tc.transport, tc.args...)
			waitFor(t, "the publisher", func() bool {
				b.mu.Lock()
				defer b.mu.Unlock()
				return b.hubs["cam"] != nil && b.hubs["cam"].Stats().Units > 0
			})
			for _, tr := range b.hubs["cam"].Tracks() {
				if want := map[media.Kind]media.Codec{media.Video: tc.video, media.Audio: tc.audio}[tr.Kind()]; tr.Codec != want {
					t.Errorf("published %v, want %v", tr.Codec, want)
				}
			}
			if tc.pictures > 0 {
				out := ffmpeg(t, "-rtsp_transport", tc.transport, "-i", url+"/cam", "-map", "0:v", "-frames:v", "30", "-f", "framemd5", "-")
				if got := strings.Count(string(out), "\n0,"); got < tc.pictures {
					t.Errorf("decoded %d pictures, want %d", got, tc.pictures)
				}
			}
			if tc.audio != 0 {
				out := ffmpeg(t, "-rtsp_transport", tc.transport, "-i", url+"/cam", "-map", "0:a", "-t", "0.8", "-f", "s16le", "-ac", "1", "-ar", "48000", "-")
				if len(out) < 48000 {
					t.Errorf("decoded %d bytes of sound, want half a second", len(out))
				}
			}
			for _, ss := range s.Sessions() {
				if ss.Kind == "rtsp-publish" && (ss.State != "live" || ss.PacketsReceived == 0 || ss.Transport != tc.transport || ss.Stream != "cam") {
					t.Errorf("session %+v", ss)
				}
			}
		})
	}
}

func TestASecondPublisherIsRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	b := newBoard()
	t.Cleanup(b.close)
	_, url := serve(t, rtsp.ServerOptions{Registrar: b, Catalog: b})
	publish(t, url+"/cam", "tcp", join(picture, x264)...)
	waitFor(t, "the first publisher", func() bool { b.mu.Lock(); defer b.mu.Unlock(); return b.held["cam"] })
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs ffmpeg")
	}
	out, err := exec.Command(path, join([]string{"-v", "error", "-nostdin"}, picture, x264, []string{"-t", "2", "-f", "rtsp", "-rtsp_transport", "tcp", url + "/cam"})...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "Already Has A Publisher") {
		t.Errorf("second publisher: %v, %s", err, out)
	}
}

func TestAPublisherThatLeavesGivesTheNameBack(t *testing.T) {
	mediatest.NoLeaks(t)
	b := newBoard()
	t.Cleanup(b.close)
	s, url := serve(t, rtsp.ServerOptions{Registrar: b, Catalog: b})
	for range 3 {
		stop := publish(t, url+"/cam", "tcp", join(picture, x264)...)
		waitFor(t, "the publisher", func() bool { b.mu.Lock(); defer b.mu.Unlock(); return b.held["cam"] })
		stop()
		waitFor(t, "its end", func() bool { b.mu.Lock(); defer b.mu.Unlock(); return !b.held["cam"] })
	}
	if n := len(s.Sessions()); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	for _, r := range b.reasons {
		if !errors.Is(r, rtsp.ErrPublisherLeft) {
			t.Errorf("ended for %v", r)
		}
	}
}

func TestKickEndsASession(t *testing.T) {
	mediatest.NoLeaks(t)
	b := newBoard()
	t.Cleanup(b.close)
	s, url := serve(t, rtsp.ServerOptions{Registrar: b, Catalog: b})
	publish(t, url+"/cam", "tcp", join(picture, x264)...)
	waitFor(t, "the publisher", func() bool { return len(s.Sessions()) == 1 })
	if !s.Kick(s.Sessions()[0].ID) || s.Kick("nobody") {
		t.Error("kick did not find whom it should, or found nobody")
	}
	waitFor(t, "its end", func() bool { return len(s.Sessions()) == 0 })
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.reasons) != 1 || !errors.Is(b.reasons[0], rtsp.ErrKicked) {
		t.Errorf("ended for %v", b.reasons)
	}
}

func TestASilentPublisherIsListedAsStalledAndClosed(t *testing.T) {
	mediatest.NoLeaks(t)
	b := newBoard()
	t.Cleanup(b.close)
	cfg := rtsp.DefaultServerConfig()
	cfg.UDPListen, cfg.ReadTimeout = freeUDPPair(t), 4*time.Second
	s, url := serve(t, rtsp.ServerOptions{Registrar: b, Catalog: b, Config: cfg})
	process, _ := startCamera(t, url+"/cam", "tcp", join(picture, x264)...)
	waitFor(t, "the publisher", func() bool { l := s.Sessions(); return len(l) == 1 && l[0].State == "live" })
	if err := process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	stalled := false
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		list := s.Sessions()
		if len(list) == 1 && list[0].State == "stalled" {
			stalled = true
		}
		if b.mu.Lock(); len(b.reasons) > 0 {
			b.mu.Unlock()
			break
		}
		b.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
	if !stalled {
		t.Error("never listed as stalled")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.reasons) != 1 {
		t.Errorf("not closed: %v", b.reasons)
	}
}
