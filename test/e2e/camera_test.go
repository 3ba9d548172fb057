package e2e

import (
	"fmt"
	"io"
	"os/exec"
	"path"
	"testing"
	"time"

	"vantage/ingest/synth/stamp"
	"vantage/media"
)

// camera is an FFmpeg process that encodes stamped pictures and publishes them by RTSP.
type camera struct {
	Size    media.Size
	FPS     int
	Bitrate string // as FFmpeg takes it; "" is 4M
	Audio   bool   // adds a tone, as AAC
}

// film starts the camera. It ends with the test.
func (c camera) film(t *testing.T, url string) {
	t.Helper()
	need(t)
	if c.Bitrate == "" {
		c.Bitrate = "4M"
	}
	args := []string{
		"-hide_banner", "-loglevel", "warning", "-nostdin",
		"-probesize", "32", "-analyzeduration", "0", "-fflags", "nobuffer",
		"-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", fmt.Sprintf("%dx%d", c.Size.WidthPx, c.Size.HeightPx), "-framerate", fmt.Sprint(c.FPS), "-i", "pipe:0",
	}
	if c.Audio {
		args = append(args, "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-c:a", "aac", "-b:a", "96k")
	}
	args = append(args, "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline",
		"-b:v", c.Bitrate, "-maxrate", c.Bitrate, "-bufsize", c.Bitrate, "-g", fmt.Sprint(2*c.FPS), "-flush_packets", "1",
		"-f", "rtsp", "-rtsp_transport", "tcp", url)
	cmd := exec.Command("ffmpeg", args...)
	log := create(t, "camera-"+path.Base(url)+".log")
	cmd.Stdout, cmd.Stderr = log, log
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, cmd, 5*time.Second)
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer in.Close()
		c.paint(in, stop)
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
	})
}

// paint writes pictures at the camera's rate until stop is closed or nobody reads. A late picture is followed at once by those due since:
// FFmpeg counts pictures to know the time, and would fall behind the clock for good.
func (c camera) paint(w io.Writer, stop <-chan struct{}) {
	s := newScene(c.Size)
	began := time.Now()
	for n := uint32(0); ; n++ {
		due := began.Add(time.Duration(n) * time.Second / time.Duration(c.FPS))
		select {
		case <-stop:
			return
		case <-time.After(time.Until(due)):
		}
		f := s.picture(int(n))
		stamp.Paint(f, stamp.Stamp{Frame: n, Micros: time.Now().UnixMicro()})
		for _, plane := range f.Planes {
			if _, err := w.Write(plane); err != nil {
				f.Release()
				return // the encoder has ended, which its log explains
			}
		}
		f.Release()
	}
}

// scene draws a still, finely textured background with bright things that move over it, so that encoders and detectors have work.
type scene struct {
	size       media.Size
	background []byte // luma
}

func newScene(size media.Size) *scene {
	s := &scene{size: size, background: make([]byte, size.WidthPx*size.HeightPx)}
	seed := uint32(1)
	for i := range s.background {
		seed = seed*1664525 + 1013904223
		x, y := i%size.WidthPx, i/size.WidthPx
		s.background[i] = byte(70 + 50*x/size.WidthPx + 30*y/size.HeightPx + int(seed>>24)%12)
	}
	return s
}

// Movers are so many blocks of so many pixels.
const (
	movers    = 3
	moverSide = 12 // of the picture's height, as its fraction
)

// picture draws picture n; the caller owns it.
func (s *scene) picture(n int) *media.Frame {
	w, h := s.size.WidthPx, s.size.HeightPx
	f := media.NewFrame(media.I420, w, h)
	copy(f.Planes[0], s.background)
	for _, p := range f.Planes[1:] {
		for i := range p {
			p[i] = 128
		}
	}
	side := h / moverSide
	for m := range movers {
		x := bounce(n*(2+m)+m*w/3, w-side)
		y := h/3 + m*h/6
		for dy := range side {
			row := f.Planes[0][(y+dy)*w+x:]
			for dx := range side {
				row[dx] = byte(180 + (dx*dy/4+m*20)%50)
			}
		}
	}
	return f
}

// bounce is where something is after going n pixels to and fro between 0 and limit.
func bounce(n, limit int) int {
	n %= 2 * limit
	if n > limit {
		return 2*limit - n
	}
	return n
}
