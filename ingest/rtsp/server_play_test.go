package rtsp_test

import (
	"bytes"
	"context"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"vantage/ingest"
	"vantage/ingest/rtsp"
	"vantage/media"
	"vantage/media/mediatest"
)

// catalog serves the hubs that a test puts in.
type catalog struct {
	mu     sync.Mutex
	hubs   map[media.StreamID]rtsp.Opened
	opens  int
	closes int
	user   string
	pass   string
	last   rtsp.OpenRequest
}

func (c *catalog) Open(_ context.Context, r rtsp.OpenRequest) (*rtsp.Opened, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = r
	if c.user != "" && (r.User != c.user || r.Password != c.pass) {
		return nil, ingest.ErrUnauthorized
	}
	o, ok := c.hubs[r.Stream]
	if !ok {
		return nil, ingest.ErrUnknownStream
	}
	c.opens++
	o.Close = func() {
		c.mu.Lock()
		c.closes++
		c.mu.Unlock()
	}
	return &o, nil
}

// serve runs a server on a free port until the test ends, and returns it with its rtsp://host:port.
func serve(t *testing.T, opt rtsp.ServerOptions) (*rtsp.Server, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	opt.Listener = l
	if opt.Config == (rtsp.ServerConfig{}) {
		opt.Config = rtsp.DefaultServerConfig()
		opt.Config.UDPListen = freeUDPPair(t)
	}
	opt.Config.Listen = l.Addr().String()
	s, err := rtsp.NewServer(opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	select {
	case <-s.Ready():
	case err := <-done:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, "rtsp://" + l.Addr().String()
}

// freeUDPPair returns an address whose port is even and free, as is the next one.
func freeUDPPair(t *testing.T) string {
	t.Helper()
	for range 100 {
		a, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := a.LocalAddr().(*net.UDPAddr).Port
		a.Close()
		if port%2 != 0 {
			continue
		}
		b, err := net.ListenPacket("udp", "127.0.0.1:"+strconv.Itoa(port+1))
		if err != nil {
			continue
		}
		b.Close()
		return "127.0.0.1:" + strconv.Itoa(port)
	}
	t.Fatal("no free pair of UDP ports")
	return ""
}

// h264Units encodes n pictures and returns their access units, without delimiters.
func h264Units(t *testing.T, n int, args ...string) [][][]byte {
	t.Helper()
	out := ffmpeg(t, append([]string{
		"-f", "lavfi", "-i", "mandelbrot=size=320x240:rate=25", "-frames:v", strconv.Itoa(n),
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "10", "-x264-params", "aud=1:keyint=10:scenecut=0",
	}, append(args, "-f", "h264", "-")...)...)
	var stream h264.AnnexB
	if err := stream.Unmarshal(out); err != nil {
		t.Fatal(err)
	}
	var units [][][]byte
	for _, nalu := range stream {
		if h264.NALUType(nalu[0]&0x1F) == h264.NALUTypeAccessUnitDelimiter {
			units = append(units, nil)
			continue
		}
		units[len(units)-1] = append(units[len(units)-1], nalu)
	}
	return units
}

func ffmpeg(t *testing.T, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs the ffmpeg command (apt install ffmpeg)")
	}
	cmd := exec.CommandContext(t.Context(), path, append([]string{"-v", "error", "-nostdin"}, args...)...)
	var out, diag bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &diag
	if err := cmd.Run(); err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, diag.String())
	}
	return out.Bytes()
}

// feed publishes access units in real time, over and over, until the context ends.
func feed(ctx context.Context, pub media.Publisher, track *media.Track, units [][][]byte) {
	pub.SetTracks([]*media.Track{track})
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		u := media.NewUnit(track, 4096)
		u.PTS = int64(n) * 3600
		u.DTS = u.PTS
		u.Arrived = time.Now()
		for _, p := range units[n%len(units)] {
			u.Append(p)
			if h264.NALUType(p[0]&0x1F) == h264.NALUTypeIDR {
				u.RandomAccess = true
			}
		}
		pub.Publish(u)
		u.Release()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// camera is a hub that plays H.264 until the test ends.
func camera(t *testing.T, units [][][]byte) *media.Hub {
	t.Helper()
	hub := media.NewHub("cam/source", media.HubConfig{})
	track := &media.Track{
		ID: "video", Codec: media.H264, ClockRate: 90000, WidthPx: 320, HeightPx: 240,
		Params: [][]byte{units[0][0], units[0][1]},
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { feed(ctx, hub, track, units) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		hub.Close(nil)
	})
	return hub
}

func TestFFmpegPlaysByTCPAndUDP(t *testing.T) {
	mediatest.NoLeaks(t)
	hub := camera(t, h264Units(t, 50))
	c := &catalog{hubs: map[media.StreamID]rtsp.Opened{"cam": {Rendition: "source", Video: hub}}}
	s, url := serve(t, rtsp.ServerOptions{Catalog: c})
	for _, transport := range []string{"tcp", "udp"} {
		t.Run(transport, func(t *testing.T) {
			out := ffmpeg(t, "-rtsp_transport", transport, "-i", url+"/cam", "-frames:v", "40", "-f", "framemd5", "-")
			if got := strings.Count(string(out), "\n0,"); got != 40 {
				t.Errorf("decoded %d pictures, want 40\n%s", got, out)
			}
		})
	}
	waitFor(t, "players to leave", func() bool { return len(s.Sessions()) == 0 })
	waitFor(t, "streams to be closed", func() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.opens == c.closes })
}

// waitFor polls real sockets, with a deadline.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
