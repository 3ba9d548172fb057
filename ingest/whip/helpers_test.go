package whip

import (
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/rtcp"
	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"
	pionmedia "github.com/pion/webrtc/v4/pkg/media"

	"vantage/ingest"
	"vantage/internal/rtc"
	"vantage/media"
	"vantage/media/annexb"
	"vantage/media/mediatest"
)

// eventually polls until ok says true.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// registrar is an ingest.Registrar for one publisher, which keeps what it says.
type registrar struct {
	hub   *media.Hub
	token string
	err   error

	mu     sync.Mutex
	asked  ingest.PublishRequest
	tracks [][]*media.Track
	units  map[media.Kind]int
	random int
	first  map[media.Kind]bool // RandomAccess of the first unit
	back   int                 // units that went back in time
	last   map[media.Kind]int64
	known  int // units with a capture time
	closed []error
}

func newRegistrar() *registrar {
	return &registrar{
		hub: media.NewHub("pub/source", media.HubConfig{}), units: map[media.Kind]int{}, first: map[media.Kind]bool{}, last: map[media.Kind]int64{},
	}
}

func (g *registrar) Publish(_ context.Context, r ingest.PublishRequest) (ingest.Publication, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = r
	if g.err != nil {
		return nil, g.err
	}
	if g.token != r.Token {
		return nil, ingest.ErrUnauthorized
	}
	return &claim{g.hub, g}, nil
}

func (g *registrar) count(k media.Kind) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.units[k]
}

type claim struct {
	*media.Hub
	g *registrar
}

func (c *claim) SetTracks(list []*media.Track) {
	c.g.mu.Lock()
	c.g.tracks = append(c.g.tracks, list)
	c.g.mu.Unlock()
	c.Hub.SetTracks(list)
}

func (c *claim) Publish(u *media.Unit) {
	c.g.mu.Lock()
	k := u.Track.Kind()
	if c.g.units[k] == 0 {
		c.g.first[k] = u.RandomAccess
	} else if u.PTS <= c.g.last[k] {
		c.g.back++
	}
	c.g.last[k] = u.PTS
	c.g.units[k]++
	if k == media.Video && u.RandomAccess {
		c.g.random++
	}
	if !u.Captured.IsZero() {
		c.g.known++
	}
	c.g.mu.Unlock()
	c.Hub.Publish(u)
}

func (c *claim) Close(reason error) {
	c.g.mu.Lock()
	defer c.g.mu.Unlock()
	c.g.closed = append(c.g.closed, reason)
}

type setup struct {
	*httptest.Server
	whip *Server
	g    *registrar
}

func newSetup(t testing.TB, n transport.Net) *setup {
	t.Helper()
	mediatest.NoLeaks(t)
	cfg := rtc.Config{UDPListen: ":0"}
	if n != nil {
		cfg.UDPListen = "10.0.0.1:8189"
	}
	var log *slog.Logger
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	engine, err := rtc.Listen(cfg, rtc.Options{Net: n})
	if err != nil {
		t.Fatal(err)
	}
	s := &setup{g: newRegistrar()}
	if s.whip, err = New(Options{Config: Default(), Engine: engine, Registrar: s.g, Log: log}); err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(s.whip.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := s.whip.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		done.Wait()
		s.Server.Close()
		http.DefaultClient.CloseIdleConnections()
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// clip is a real encode as samples: Annex B for H.264 and H.265, frames otherwise.
type clip struct {
	file    string
	codec   media.Codec
	samples [][]byte
}

func loadClip(t testing.TB, codec media.Codec, file string) clip {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../media/bitstream/testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	c := clip{file: file, codec: codec}
	if strings.HasSuffix(file, ".ivf") {
		for b := raw[32:]; len(b) > 0; {
			n := binary.LittleEndian.Uint32(b)
			c.samples = append(c.samples, b[12:12+n])
			b = b[12+n:]
		}
		return c
	}
	nalus, err := annexb.Split(nil, raw)
	if err != nil {
		t.Fatal(err)
	}
	had := true
	for _, n := range nalus {
		slice, first := n[0]&0x1f == 1 || n[0]&0x1f == 5, n[1]&0x80 != 0
		if codec == media.H265 {
			slice, first = n[0]>>1&0x3f < 32, n[2]&0x80 != 0
		}
		if had && (!slice || first) {
			c.samples, had = append(c.samples, nil), false
		}
		had = had || slice
		c.samples[len(c.samples)-1] = annexb.Append(c.samples[len(c.samples)-1], n)
	}
	return c
}

// sender is a WHIP client.
type sender struct {
	pc           *webrtc.PeerConnection
	video, audio *webrtc.TrackLocalStaticSample
	plis         atomic.Int64
	rembs        atomic.Int64
	paused       atomic.Bool
	location     string
}

type senderOptions struct {
	net   transport.Net
	codec media.Codec // 0: no video
	audio string      // MIME type; "": none
	nack  bool        // answers NACKs
}

func newSender(t testing.TB, o senderOptions) *sender {
	t.Helper()
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	reg := &interceptor.Registry{}
	if o.nack {
		responder, err := nack.NewResponderInterceptor()
		if err != nil {
			t.Fatal(err)
		}
		reg.Add(responder)
	}
	if err := webrtc.ConfigureRTCPReports(reg); err != nil {
		t.Fatal(err)
	}
	if err := webrtc.ConfigureTWCCHeaderExtensionSender(m, reg); err != nil {
		t.Fatal(err)
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	if o.net != nil {
		settings.SetNet(o.net)
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(reg)).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	s := &sender{pc: pc}
	t.Cleanup(func() { _ = pc.GracefulClose() })
	add := func(mime, id string) *webrtc.TrackLocalStaticSample {
		track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: mime}, id, "pub")
		if err != nil {
			t.Fatal(err)
		}
		rtpSender, err := pc.AddTrack(track)
		if err != nil {
			t.Fatal(err)
		}
		go s.readRTCP(rtpSender)
		return track
	}
	if o.codec != 0 {
		s.video = add(o.codec.MIME(), "video")
	}
	if o.audio != "" {
		s.audio = add(o.audio, "audio")
	}
	return s
}

func (s *sender) readRTCP(from *webrtc.RTPSender) {
	for {
		packets, _, err := from.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p.(type) {
			case *rtcp.PictureLossIndication:
				s.plis.Add(1)
			case *rtcp.ReceiverEstimatedMaximumBitrate:
				s.rembs.Add(1)
			}
		}
	}
}

func (s *sender) publish(t testing.TB, url, token string) (int, string) {
	t.Helper()
	offer, err := s.pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(s.pc)
	if err := s.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	req, _ := http.NewRequest(http.MethodPost, url, strings.NewReader(s.pc.LocalDescription().SDP))
	req.Header.Set("Content-Type", "application/sdp")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusCreated {
		return resp.StatusCode, string(body)
	}
	s.location = resp.Header.Get("Location")
	if err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(body)}); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// play sends the clip in a loop at 30 pictures a second, with Opus or G.711 beside it, until the test ends. A PLI begins the clip anew,
// as an encoder answers it.
func (s *sender) play(t testing.TB, c clip) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(time.Second / 30)
		defer tick.Stop()
		plis := int64(0)
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if s.paused.Load() {
				continue
			}
			if n := s.plis.Load(); n != plis {
				plis, i = n, 0
			}
			if s.video != nil {
				_ = s.video.WriteSample(pionmedia.Sample{Data: c.samples[i%len(c.samples)], Duration: time.Second / 30})
			}
			if s.audio != nil {
				_ = s.audio.WriteSample(pionmedia.Sample{Data: append([]byte{0xfc}, make([]byte, 80)...), Duration: time.Second / 30})
			}
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
}
