package stream_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"

	"vantage/internal/rtc"
	"vantage/media"
	"vantage/media/mediatest"
	"vantage/stream"
)

const deadline = 15 * time.Second

// eventually polls until ok says true.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// h264Track and opusTrack are what tests publish.
var (
	sps       = []byte{0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0xa0, 0x47, 0xfe, 0xc8}
	pps       = []byte{0x68, 0xcb, 0x83, 0xcb, 0x20}
	h264Track = &media.Track{
		ID: "video", Codec: media.H264, ClockRate: 90000, WidthPx: 1280, HeightPx: 720, FrameRate: 30, Params: [][]byte{sps, pps},
	}
	opusTrack = &media.Track{ID: "audio", Codec: media.Opus, ClockRate: 48000, SampleRate: 48000, Channels: 2}
)

// camera publishes pictures of a given size to a hub, by itself or step by step.
type camera struct {
	hub    *media.Hub
	track  *media.Track
	n      int
	size   int // bytes of a P picture
	gop    int
	keyAsk atomic.Int64
}

func newCamera(tracks ...*media.Track) *camera {
	c := &camera{hub: media.NewHub("cam/source", media.HubConfig{}), track: tracks[0], size: 8000, gop: 30}
	c.hub.SetTracks(tracks)
	return c
}

// picture publishes one access unit.
func (c *camera) picture(random bool) {
	u := media.NewUnit(c.track, c.size+64)
	u.PTS = int64(c.n) * 3000
	u.DTS, u.Arrived, u.Captured = u.PTS, time.Now(), time.Now()
	u.RandomAccess = random
	slice := make([]byte, c.size)
	slice[0] = 0x41
	if random {
		u.Append(sps)
		u.Append(pps)
		slice = make([]byte, 3*c.size)
		slice[0] = 0x65
	}
	for i := 1; i < len(slice); i++ {
		slice[i] = byte(c.n + i)
	}
	u.Append(slice)
	c.n++
	c.hub.Publish(u)
	u.Release()
}

// sound publishes 20 ms of Opus.
func (c *camera) sound(track *media.Track, i int) {
	u := media.NewUnit(track, 100)
	u.PTS = int64(i) * 960
	u.DTS, u.Arrived, u.RandomAccess = u.PTS, time.Now(), true
	u.Append(append([]byte{0xfc}, make([]byte, 60)...))
	c.hub.Publish(u)
	u.Release()
}

// run publishes at the given rate until the test's context ends, with an IDR each gop pictures and on request.
func (c *camera) run(ctx context.Context, fps int, audio *media.Track) {
	tick := time.NewTicker(time.Second / time.Duration(fps))
	defer tick.Stop()
	for sounds := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		random := c.n%c.gop == 0
		if r, ok := c.hub.Demand().Take(); ok && r.KeyFrame {
			c.keyAsk.Add(1)
			random = true
		}
		c.picture(random)
		for audio != nil && sounds*fps < c.n*50 {
			c.sound(audio, sounds)
			sounds++
		}
	}
}

// catalog is a stream.Catalog over a map.
type catalog struct {
	hubs   map[media.StreamID]*media.Hub
	audio  map[media.StreamID]*media.Hub
	err    error
	open   atomic.Int64
	mu     sync.Mutex
	asked  []stream.OpenRequest
	closes atomic.Int64
}

func (c *catalog) Open(_ context.Context, r stream.OpenRequest) (*stream.Opened, error) {
	c.mu.Lock()
	c.asked = append(c.asked, r)
	c.mu.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	h, ok := c.hubs[r.Stream]
	if !ok {
		return nil, errNoStream
	}
	c.open.Add(1)
	audio := c.audio[r.Stream]
	if audio == nil && media.TrackOf(h.Tracks(), media.Audio) != nil {
		audio = h
	}
	video := h
	if media.TrackOf(h.Tracks(), media.Video) == nil {
		video = nil
	}
	return &stream.Opened{Rendition: "source", Video: video, Audio: audio, Close: func() { c.open.Add(-1); c.closes.Add(1) }}, nil
}

// setup is a running WHEP server.
type setup struct {
	*httptest.Server
	t      testing.TB
	whep   *stream.Server
	engine *rtc.Engine
	cat    *catalog
	stop   func() // ends the server and waits
}

func testLog(t testing.TB) *slog.Logger {
	if !testing.Verbose() {
		return nil
	}
	return slog.New(slog.NewTextHandler(t.Output(), nil))
}

func newSetup(t testing.TB, n transport.Net, cams map[media.StreamID]*media.Hub) *setup {
	t.Helper()
	return newSetupWith(t, n, cams, func(*rtc.Config) {})
}

func newSetupWith(t testing.TB, n transport.Net, cams map[media.StreamID]*media.Hub, change func(*rtc.Config)) *setup {
	t.Helper()
	mediatest.NoLeaks(t)
	cfg := rtc.Config{UDPListen: ":0", TCPListen: "127.0.0.1:0"}
	change(&cfg)
	if n != nil {
		cfg.UDPListen = "10.0.0.1:8189"
	}
	engine, err := rtc.Listen(cfg, rtc.Options{Net: n, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	cat := &catalog{hubs: cams}
	server, err := stream.New(stream.Options{Config: stream.Default(), Engine: engine, Catalog: cat, Log: testLog(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		if err := server.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
	})
	s := &setup{Server: httptest.NewServer(server.Handler()), t: t, whep: server, engine: engine, cat: cat}
	s.stop = func() { cancel(); done.Wait() }
	t.Cleanup(func() {
		s.stop()
		s.Close()
		http.DefaultClient.CloseIdleConnections()
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
		if n := cat.open.Load(); n != 0 {
			t.Errorf("%d opened streams were not closed", n)
		}
	})
	return s
}

// player is a WHEP client.
type player struct {
	t        testing.TB
	s        *setup
	pc       *webrtc.PeerConnection
	location string
	etag     string
	answer   string

	video, audio received
	remote       sync.Map // kind → *webrtc.TrackRemote
}

// received counts what came of one track.
type received struct {
	packets, frames atomic.Int64
	firstRandom     atomic.Bool
	ts              atomic.Uint32

	mu          sync.Mutex
	seen        map[uint16]bool
	first, last uint16
}

func (r *received) add(p *rtp.Packet) {
	if r.packets.Add(1) == 1 && len(p.Payload) > 0 {
		r.firstRandom.Store(p.Payload[0]&0x1f == 24) // STAP-A: the parameter sets
	}
	r.ts.Store(p.Timestamp)
	if p.Marker {
		r.frames.Add(1)
	}
	r.mu.Lock()
	if r.seen == nil {
		r.seen = make(map[uint16]bool)
		r.first, r.last = p.SequenceNumber, p.SequenceNumber
	}
	r.seen[p.SequenceNumber] = true
	if int16(p.SequenceNumber-r.last) > 0 {
		r.last = p.SequenceNumber
	}
	r.mu.Unlock()
}

type clientOptions struct {
	net          transport.Net
	video, audio bool
	tcp          bool                            // no UDP
	codecs       func(*webrtc.MediaEngine) error // nil: pion's defaults
	interceptors *interceptor.Registry           // nil: none
}

func newPlayer(t testing.TB, s *setup, o clientOptions) *player {
	t.Helper()
	m := &webrtc.MediaEngine{}
	register := o.codecs
	if register == nil {
		register = (*webrtc.MediaEngine).RegisterDefaultCodecs
	}
	if err := register(m); err != nil {
		t.Fatal(err)
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	if o.net != nil {
		settings.SetNet(o.net)
	}
	if o.tcp {
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	}
	if o.interceptors == nil {
		o.interceptors = &interceptor.Registry{}
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(settings),
		webrtc.WithInterceptorRegistry(o.interceptors)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, s: s, pc: pc}
	t.Cleanup(func() { _ = pc.GracefulClose() })
	for kind, on := range map[webrtc.RTPCodecType]bool{webrtc.RTPCodecTypeVideo: o.video, webrtc.RTPCodecTypeAudio: o.audio} {
		if !on {
			continue
		}
		if _, err := pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			t.Fatal(err)
		}
	}
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		into := &p.video
		if track.Kind() == webrtc.RTPCodecTypeAudio {
			into = &p.audio
		}
		p.remote.Store(track.Kind(), track)
		for {
			k, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			into.add(k)
		}
	})
	return p
}

func (p *player) offer() string {
	p.t.Helper()
	offer, err := p.pc.CreateOffer(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		p.t.Fatal(err)
	}
	<-gathered
	return p.pc.LocalDescription().SDP
}

// join posts the offer and takes the answer; it returns the response, whose body is read.
func (p *player) join(path string) (*http.Response, string) {
	p.t.Helper()
	resp, body := p.s.do(p.t, http.MethodPost, path, p.offer(), "Content-Type", "application/sdp")
	if resp.StatusCode != http.StatusCreated {
		return resp, body
	}
	p.location, p.etag, p.answer = resp.Header.Get("Location"), resp.Header.Get("ETag"), body
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: body}); err != nil {
		p.t.Fatal(err)
	}
	return resp, body
}

func (s *setup) do(t testing.TB, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func live(t testing.TB, c *camera, audio *media.Track) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { c.run(ctx, 30, audio) })
	t.Cleanup(func() { cancel(); done.Wait() })
}
