package stream_test

import (
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/logging"
	"github.com/pion/transport/v5/vnet"
	"github.com/pion/webrtc/v4"

	"vantage/media"
)

// lossyNet is a network of a server (10.0.0.1) and a client (10.0.0.2) that loses a share of the media packets that the server sends.
func lossyNet(t testing.TB, share float64) (server, client *vnet.Net) {
	t.Helper()
	router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "10.0.0.0/24", LoggerFactory: logging.NewDefaultLoggerFactory()})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	rng := rand.New(rand.NewPCG(3, 3))
	router.AddChunkFilter(func(c vnet.Chunk) bool {
		mu.Lock()
		defer mu.Unlock()
		b := c.UserData()
		rtp := len(b) > 1 && b[0] >= 128 && b[0] < 192 && (b[1] < 192 || b[1] > 223)
		return !rtp || !net.ParseIP("10.0.0.1").Equal(c.SourceAddr().(*net.UDPAddr).IP) || rng.Float64() >= share
	})
	for ip, n := range map[string]**vnet.Net{"10.0.0.1": &server, "10.0.0.2": &client} {
		if *n, err = vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}}); err != nil {
			t.Fatal(err)
		}
		if err := router.AddNet(*n); err != nil {
			t.Fatal(err)
		}
	}
	if err := router.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = router.Stop() })
	return server, client
}

func nackGenerator(t testing.TB) *interceptor.Registry {
	t.Helper()
	g, err := nack.NewGeneratorInterceptor()
	if err != nil {
		t.Fatal(err)
	}
	r := &interceptor.Registry{}
	r.Add(g)
	return r
}

// noRTX registers H.264 without its retransmission format.
func noRTX(m *webrtc.MediaEngine) error {
	return m.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 102, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeH264, ClockRate: 90000, SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}},
	}}, webrtc.RTPCodecTypeVideo)
}

func TestLossIsMended(t *testing.T) {
	for name, codecs := range map[string]func(*webrtc.MediaEngine) error{"by RTX": nil, "under the same SSRC": noRTX} {
		t.Run(name, func(t *testing.T) {
			server, client := lossyNet(t, 0.05)
			cam := newCamera(h264Track)
			s := newSetup(t, server, map[media.StreamID]*media.Hub{"cam": cam.hub})
			p := newPlayer(t, s, clientOptions{net: client, video: true, codecs: codecs, interceptors: nackGenerator(t)})
			if resp, body := p.join("/whep/cam"); resp.StatusCode != 201 {
				t.Fatal(body)
			}
			live(t, cam, nil)
			eventually(t, "200 pictures", func() bool { return p.video.frames.Load() >= 200 })
			i := s.whep.Sessions()[0]
			if i.NACKs == 0 {
				t.Fatal("nothing was asked for again")
			}
			// Of all sequence numbers but the latest, which may still be on their way, each has come.
			missing, total := p.video.missing(60)
			if ratio := float64(missing) / float64(total); ratio > 0.004 {
				t.Errorf("%d of %d packets are missing, with %d asked for", missing, total, i.NACKs)
			}
		})
	}
}

// missing counts the sequence numbers that never came, but for the last few.
func (r *received) missing(last int) (missing, total int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for seq := r.first; int16(r.last-seq) > int16(last); seq++ {
		total++
		if !r.seen[seq] {
			missing++
		}
	}
	return missing, total
}
