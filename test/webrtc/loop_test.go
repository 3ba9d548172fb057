package webrtc

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpav1"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph264"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph265"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpvp8"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpvp9"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	pionmedia "github.com/pion/webrtc/v4/pkg/media"
	"go.uber.org/goleak"

	"vantage/ingest"
	"vantage/ingest/whip"
	"vantage/internal/rtc"
	"vantage/media"
	"vantage/media/annexb"
	"vantage/media/mediatest"
	"vantage/stream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// station joins a WHIP and a WHEP server over one hub: registrar and catalogue in one.
type station struct{ hub *media.Hub }

type publication struct{ *media.Hub }

func (publication) Close(error) {}

func (s station) Publish(context.Context, ingest.PublishRequest) (ingest.Publication, error) {
	return publication{s.hub}, nil
}

func (s station) Open(ctx context.Context, _ stream.OpenRequest) (*stream.Opened, error) {
	tracks, err := s.hub.WaitTracks(ctx)
	if err != nil {
		return nil, err
	}
	o := &stream.Opened{Rendition: "source", Close: func() {}}
	if media.TrackOf(tracks, media.Video) != nil {
		o.Video = s.hub
	}
	if media.TrackOf(tracks, media.Audio) != nil {
		o.Audio = s.hub
	}
	return o, nil
}

func serve(t *testing.T) (url string) {
	t.Helper()
	mediatest.NoLeaks(t)
	engine, err := rtc.Listen(rtc.Config{UDPListen: ":0"}, rtc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := station{media.NewHub("loop/source", media.HubConfig{})}
	in, err := whip.New(whip.Options{Config: whip.Default(), Engine: engine, Registrar: s})
	if err != nil {
		t.Fatal(err)
	}
	out, err := stream.New(stream.Options{Config: stream.Default(), Engine: engine, Catalog: s})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/whip/", in.Handler())
	mux.Handle("/whep/", out.Handler())
	server := httptest.NewServer(mux)
	ctx, cancel := context.WithCancel(context.Background())
	var tasks sync.WaitGroup
	for _, run := range []func(context.Context) error{in.Run, out.Run} {
		tasks.Go(func() {
			if err := run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		cancel()
		tasks.Wait()
		server.Close()
		http.DefaultClient.CloseIdleConnections()
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL
}

func peer(t *testing.T) *webrtc.PeerConnection {
	t.Helper()
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	reg := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(m, reg); err != nil {
		t.Fatal(err)
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(reg), webrtc.WithSettingEngine(settings)).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.GracefulClose() })
	return pc
}

func post(t *testing.T, url string, pc *webrtc.PeerConnection) {
	t.Helper()
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	resp, err := http.Post(url, "application/sdp", strings.NewReader(pc.LocalDescription().SDP))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("POST %s: %d %s", url, resp.StatusCode, body)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(body)}); err != nil {
		t.Fatal(err)
	}
}

// decode returns a function that makes access units of packets, each joined to one byte string.
func decode(codec media.Codec) func(*rtp.Packet) ([]byte, error) {
	join := func(parts [][]byte, err error) ([]byte, error) { return bytes.Join(parts, []byte{0, 0, 1}), err }
	switch codec {
	case media.H264:
		d := &rtph264.Decoder{PacketizationMode: 1}
		_ = d.Init()
		return func(p *rtp.Packet) ([]byte, error) { return join(d.Decode(p)) }
	case media.H265:
		d := &rtph265.Decoder{}
		_ = d.Init()
		return func(p *rtp.Packet) ([]byte, error) { return join(d.Decode(p)) }
	case media.AV1:
		d := &rtpav1.Decoder{}
		_ = d.Init()
		return func(p *rtp.Packet) ([]byte, error) { return join(d.Decode(p)) }
	case media.VP8:
		d := &rtpvp8.Decoder{}
		_ = d.Init()
		return d.Decode
	default:
		d := &rtpvp9.Decoder{}
		_ = d.Init()
		return d.Decode
	}
}

// samples reads a fixture: what a publisher sends, and of each the bytes of its coded picture that a viewer must get.
func samples(t *testing.T, codec media.Codec, file string) (send, pictures [][]byte) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../media/bitstream/testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(file, ".ivf") {
		for b := raw[32:]; len(b) > 0; {
			n := binary.LittleEndian.Uint32(b)
			frame := b[12 : 12+n]
			b = b[12+n:]
			send = append(send, frame)
			pictures = append(pictures, frame[len(frame)/2:]) // AV1 loses the size fields in front
		}
		return send, pictures
	}
	nalus, err := annexb.Split(nil, raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nalus {
		slice := n[0]&0x1f == 1 || n[0]&0x1f == 5
		if codec == media.H265 {
			slice = n[0]>>1&0x3f < 32
		}
		if len(send) == len(pictures) {
			send = append(send, nil)
		}
		send[len(send)-1] = annexb.Append(send[len(send)-1], n)
		if slice {
			pictures = append(pictures, n)
		}
	}
	return send[:len(pictures)], pictures
}

func TestWhatGoesInComesOut(t *testing.T) {
	for _, tc := range []struct {
		codec media.Codec
		file  string
	}{
		{media.H264, "h264-baseline.h264"}, {media.H265, "h265-lowdelay.h265"}, {media.VP8, "vp8.ivf"}, {media.VP9, "vp9.ivf"}, {media.AV1, "av1.ivf"},
	} {
		t.Run(tc.codec.String(), func(t *testing.T) {
			url := serve(t)
			send, pictures := samples(t, tc.codec, tc.file)
			publisher := peer(t)
			video := track(t, publisher, tc.codec.MIME())
			audio := track(t, publisher, webrtc.MimeTypeOpus)
			post(t, url+"/whip/loop", publisher)
			stop := play(video, audio, send)
			defer stop()

			v := newViewer(t, tc.codec)
			post(t, url+"/whep/loop", v.pc)
			v.wait(t, func() bool { return len(v.units) >= 2*len(send) && v.sounds >= 50 && len(v.reports) == 2 })
			v.mu.Lock()
			defer v.mu.Unlock()
			// Every picture that came is one that was sent, whole, and they came in the order of the loop.
			last := -1
			for i, u := range v.units {
				at := -1
				for j := range pictures {
					if k := (last + 1 + j) % len(pictures); bytes.Contains(u, pictures[k]) {
						at = k
						break
					}
				}
				switch {
				case at < 0:
					t.Fatalf("unit %d of %d bytes is none that was sent", i, len(u))
				case last >= 0 && at != (last+1)%len(pictures):
					t.Errorf("picture %d came after %d", at, last)
				}
				last = at
			}
			if skew := v.skew(); skew.Abs() > 100*time.Millisecond {
				t.Errorf("sound is %v off the picture by the sender reports", skew)
			}
		})
	}
}

func track(t *testing.T, pc *webrtc.PeerConnection, mime string) *webrtc.TrackLocalStaticSample {
	t.Helper()
	kind, _, _ := strings.Cut(mime, "/")
	tr, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: mime}, kind, "loop")
	if err != nil {
		t.Fatal(err)
	}
	sender, err := pc.AddTrack(tr)
	if err != nil {
		t.Fatal(err)
	}
	go func() { // the interceptors see what is read
		for {
			if _, _, err := sender.ReadRTCP(); err != nil {
				return
			}
		}
	}()
	return tr
}

// play sends pictures at 30 a second and sound in 20 ms, in step.
func play(video, audio *webrtc.TrackLocalStaticSample, send [][]byte) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	begin := time.Now()
	loop := func(every time.Duration, each func(i int)) {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				case <-time.After(time.Until(begin.Add(time.Duration(i) * every))):
					each(i)
				}
			}
		})
	}
	const frame, packet = time.Second / 30, 20 * time.Millisecond
	loop(frame, func(i int) { _ = video.WriteSample(pionmedia.Sample{Data: send[i%len(send)], Duration: frame}) })
	loop(packet, func(int) {
		_ = audio.WriteSample(pionmedia.Sample{Data: append([]byte{0xfc}, make([]byte, 60)...), Duration: packet})
	})
	return func() { close(done); wg.Wait() }
}

// viewer collects what comes by WHEP.
type viewer struct {
	pc *webrtc.PeerConnection

	mu      sync.Mutex
	units   [][]byte
	sounds  int
	reports map[webrtc.RTPCodecType]*rtcp.SenderReport
	arrived map[webrtc.RTPCodecType]stamp // the first packet after the first picture
}

// stamp is when a timestamp came.
type stamp struct {
	ts uint32
	at time.Time
}

func newViewer(t *testing.T, codec media.Codec) *viewer {
	v := &viewer{pc: peer(t), reports: map[webrtc.RTPCodecType]*rtcp.SenderReport{}, arrived: map[webrtc.RTPCodecType]stamp{}}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		if _, err := v.pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			t.Fatal(err)
		}
	}
	v.pc.OnTrack(func(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		go v.readReports(remote.Kind(), receiver)
		unit := decode(codec)
		for {
			p, _, err := remote.ReadRTP()
			if err != nil {
				return
			}
			v.mu.Lock()
			v.arrived[remote.Kind()] = stamp{p.Timestamp, time.Now()}
			if remote.Kind() == webrtc.RTPCodecTypeAudio {
				v.sounds++
			} else if u, err := unit(p); err == nil {
				v.units = append(v.units, bytes.Clone(u))
			}
			v.mu.Unlock()
		}
	})
	return v
}

func (v *viewer) readReports(kind webrtc.RTPCodecType, receiver *webrtc.RTPReceiver) {
	for {
		packets, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			if r, ok := p.(*rtcp.SenderReport); ok {
				v.mu.Lock()
				v.reports[kind] = r
				v.mu.Unlock()
			}
		}
	}
}

// skew is how much later than the picture the sound is to be played, if both are played by the reports as they were sent: in step.
func (v *viewer) skew() time.Duration {
	delay := func(k webrtc.RTPCodecType, clock int) time.Duration {
		r, s := v.reports[k], v.arrived[k]
		sent := time.Unix(int64(r.NTPTime>>32)-2208988800, int64((r.NTPTime&0xffffffff)*1e9>>32)).Add(media.Duration(int64(int32(s.ts-r.RTPTime)), clock))
		return s.at.Sub(sent)
	}
	return delay(webrtc.RTPCodecTypeAudio, 48000) - delay(webrtc.RTPCodecTypeVideo, 90000)
}

func (v *viewer) wait(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		v.mu.Lock()
		done, state := ok(), fmt.Sprintf("%d units, %d sounds, %d reports", len(v.units), v.sounds, len(v.reports))
		v.mu.Unlock()
		if done {
			return
		}
		if time.Now().After(end) {
			t.Fatal("not in time: " + state)
		}
	}
}
