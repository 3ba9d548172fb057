package whip

import (
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"github.com/pion/logging"
	"github.com/pion/transport/v5/vnet"

	"vantage/media"
)

// lossyNet is a network of a server (10.0.0.1) and a client (10.0.0.2), that loses a share of the larger packets that the client
// sends.
func lossyNet(t testing.TB, share float64) (server, client *vnet.Net) {
	t.Helper()
	router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "10.0.0.0/24", LoggerFactory: logging.NewDefaultLoggerFactory()})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	rng := rand.New(rand.NewPCG(7, 7))
	router.AddChunkFilter(func(c vnet.Chunk) bool {
		mu.Lock()
		defer mu.Unlock()
		media := len(c.UserData()) > 0 && c.UserData()[0] >= 128 && c.UserData()[0] < 192
		return !media || !net.ParseIP("10.0.0.2").Equal(c.SourceAddr().(*net.UDPAddr).IP) || rng.Float64() >= share
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

func TestLoss(t *testing.T) {
	t.Run("5 percent are sent again and nothing is missed", func(t *testing.T) {
		server, client := lossyNet(t, 0.05)
		s := newSetup(t, server)
		p := newSender(t, senderOptions{net: client, codec: media.H264, nack: true})
		p.publish(t, s.URL+"/whip/pub", "")
		p.play(t, loadClip(t, media.H264, "h264-baseline.h264"))
		eventually(t, "150 pictures", func() bool { return s.g.count(media.Video) >= 150 })
		i := s.whip.Sessions()[0]
		if i.NACKs == 0 {
			t.Error("nothing was asked for again")
		}
		if i.Lost > 3 {
			t.Errorf("%d packets lost for good, with %d asked for", i.Lost, i.NACKs)
		}
	})
	t.Run("without retransmission a key frame is asked for and nothing broken is published", func(t *testing.T) {
		server, client := lossyNet(t, 0.03)
		s := newSetup(t, server)
		p := newSender(t, senderOptions{net: client, codec: media.H264})
		p.publish(t, s.URL+"/whip/pub", "")
		p.play(t, loadClip(t, media.H264, "h264-baseline.h264"))
		eventually(t, "a loss that was mended by a PLI", func() bool {
			list := s.whip.Sessions()
			return len(list) == 1 && list[0].Lost > 0 && list[0].PLIs > 0 && s.g.count(media.Video) > 30
		})
	})
}
