package e2e

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph264"
	"github.com/pion/rtp"

	"vantage/transcode/libav"
)

// clip is H.264 in memory: the NAL units of each picture.
type clip struct {
	pictures [][][]byte
	random   []bool
}

// The rate of clips, and their distance of random-access pictures.
const (
	clipFPS = 30
	clipGOP = 15
)

// makeClip has FFmpeg encode two seconds of moving pictures.
func makeClip(t *testing.T, width, height int) *clip {
	t.Helper()
	need(t)
	file := filepath.Join(t.TempDir(), fmt.Sprintf("clip-%dx%d.mp4", width, height))
	out, err := exec.Command("ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin",
		"-f", "lavfi", "-i", fmt.Sprintf("mandelbrot=size=%dx%d:rate=%d", width, height, clipFPS), "-t", "2",
		"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-profile:v", "baseline",
		"-g", fmt.Sprint(clipGOP), "-b:v", "1M", file).CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	d, err := libav.OpenDemuxer(file)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c := &clip{}
	for {
		u, err := d.Next()
		if err != nil {
			break // the end; an empty clip fails below
		}
		var parts [][]byte
		for _, p := range u.Parts {
			parts = append(parts, append([]byte(nil), p...))
		}
		c.pictures, c.random = append(c.pictures, parts), append(c.random, u.RandomAccess)
		u.Release()
	}
	if len(c.pictures) != 2*clipFPS || !c.random[0] {
		t.Fatalf("clip of %d pictures, want %d", len(c.pictures), 2*clipFPS)
	}
	return c
}

// rtspCamera is a camera that serves a clip again and again, and misbehaves when told.
type rtspCamera struct {
	addr string

	mu      sync.Mutex
	clip    *clip
	silent  bool
	corrupt int     // so many of the next pictures are damaged
	loss    float64 // fraction of packets that are lost; as many are reordered
	stop    func()
}

// newRTSPCamera starts a camera on a port of its own; it ends with the test.
func newRTSPCamera(t *testing.T, c *clip) *rtspCamera {
	t.Helper()
	cam := &rtspCamera{addr: fmt.Sprintf("127.0.0.1:%d", freePorts(t, 1)[0]), clip: c}
	cam.on(t)
	t.Cleanup(cam.off)
	return cam
}

func (c *rtspCamera) url() string { return "rtsp://" + c.addr + "/cam" }

// set changes how the camera behaves.
func (c *rtspCamera) set(change func(*rtspCamera)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c)
}

// on powers the camera up.
func (c *rtspCamera) on(t *testing.T) {
	t.Helper()
	forma := &format.H264{PayloadTyp: 96, PacketizationMode: 1}
	desc := &description.Session{Medias: []*description.Media{{Type: description.MediaTypeVideo, Formats: []format.Format{forma}}}}
	h := &cameraHandler{}
	server := &gortsplib.Server{Handler: h, RTSPAddress: c.addr, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	// The port of a camera that was just off may still be closing.
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := server.Start()
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	stream := &gortsplib.ServerStream{Server: server, Desc: desc}
	if err := stream.Initialize(); err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	h.stream = stream
	h.mu.Unlock()
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		c.film(stream, desc.Medias[0], forma, quit)
	}()
	c.stop = sync.OnceFunc(func() {
		close(quit)
		<-done
		stream.Close()
		server.Close()
	})
}

// off pulls the plug.
func (c *rtspCamera) off() { c.stop() }

// film sends the clip at its rate until quit is closed.
func (c *rtspCamera) film(stream *gortsplib.ServerStream, m *description.Media, forma *format.H264, quit <-chan struct{}) {
	enc, err := forma.CreateEncoder()
	if err != nil {
		panic(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	tick := time.NewTicker(time.Second / clipFPS)
	defer tick.Stop()
	var held *rtp.Packet
	send := func(pkt *rtp.Packet) { _ = stream.WritePacketRTP(m, pkt) } // without a reader it goes nowhere
	for n := 0; ; n++ {
		select {
		case <-tick.C:
		case <-quit:
			return
		}
		c.mu.Lock()
		clip, silent, loss := c.clip, c.silent, c.loss
		damaged := c.corrupt > 0
		if damaged {
			c.corrupt--
		}
		c.mu.Unlock()
		if silent {
			continue
		}
		for _, pkt := range packets(enc, clip.pictures[n%len(clip.pictures)], damaged, rng) {
			pkt.Timestamp = uint32(n * 90000 / clipFPS)
			switch {
			case rng.Float64() < loss:
			case held == nil && rng.Float64() < loss:
				held = pkt
			default:
				send(pkt)
				if held != nil {
					send(held)
					held = nil
				}
			}
		}
	}
}

// packets are those of one picture, damaged if so wished.
func packets(enc *rtph264.Encoder, nalus [][]byte, damaged bool, rng *rand.Rand) []*rtp.Packet {
	if damaged {
		var broken [][]byte
		for _, n := range nalus {
			b := append([]byte(nil), n...)
			for range 1 + len(b)/20 {
				b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
			}
			broken = append(broken, b)
		}
		nalus = broken
	}
	list, err := enc.Encode(nalus)
	if err != nil {
		return nil
	}
	return list
}

// cameraHandler answers DESCRIBE, SETUP and PLAY.
type cameraHandler struct {
	mu     sync.Mutex
	stream *gortsplib.ServerStream
}

func (h *cameraHandler) get() *gortsplib.ServerStream {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stream
}

func (h *cameraHandler) answer() (*base.Response, *gortsplib.ServerStream, error) {
	if s := h.get(); s != nil {
		return &base.Response{StatusCode: base.StatusOK}, s, nil
	}
	return &base.Response{StatusCode: base.StatusNotFound}, nil, nil
}

func (h *cameraHandler) OnDescribe(*gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	return h.answer()
}

func (h *cameraHandler) OnSetup(*gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	return h.answer()
}

func (h *cameraHandler) OnPlay(*gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	return &base.Response{StatusCode: base.StatusOK}, nil
}
