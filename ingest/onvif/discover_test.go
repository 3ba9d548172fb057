package onvif_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"vantage/ingest/onvif"
	"vantage/ingest/onvif/onviftest"
	"vantage/internal/hint"
)

func TestDiscoverByMulticast(t *testing.T) {
	// A port of its own in the local scope (RFC 2365) on the loopback interface: nothing else hears or answers.
	group := netip.AddrPortFrom(netip.MustParseAddr("239.255.77.77"), freePort(t))
	var want []string
	for _, name := range []string{"Gate North", "Gate South"} {
		cfg := config()
		cfg.Name, cfg.Group, cfg.Interface = name, group, "lo"
		cam, err := onviftest.Listen(cfg)
		if err != nil {
			t.Skipf("no multicast on the loopback interface here: %v", err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- cam.Run(ctx) }()
		defer func() { cancel(); <-done }()
		want = append(want, cam.XAddr())
	}
	cameras, err := onvif.Discover(t.Context(), onvif.DiscoverConfig{Timeout: 500 * time.Millisecond, Interfaces: []string{"lo"}, Group: group})
	if err != nil {
		t.Fatal(err)
	}
	if len(cameras) != 2 {
		t.Fatalf("found %d cameras: %+v", len(cameras), cameras)
	}
	for i, c := range cameras {
		if c.Name != []string{"Gate North", "Gate South"}[i] || c.Hardware != "VC-1" || c.Location != "yard" || c.Address != "127.0.0.1" ||
			len(c.XAddrs) != 1 || c.XAddrs[0] != want[i] || len(c.Profiles) != 1 || c.Profiles[0] != "Streaming" {
			t.Errorf("camera %+v, want it at %s", c, want[i])
		}
	}
}

func freePort(t *testing.T) uint16 {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

func TestDiscoverByHost(t *testing.T) {
	for name, change := range map[string]func(c *onviftest.Config){
		"a camera":                              func(*onviftest.Config) {},
		"one that does not say what it answers": func(c *onviftest.Config) { c.Quirks.NoRelatesTo = true },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config()
			change(&cfg)
			cam := start(t, cfg)
			cameras, err := onvif.Discover(t.Context(), onvif.DiscoverConfig{
				Timeout: 300 * time.Millisecond, HostsOnly: true, Hosts: []string{cam.ProbeAddr(), "127.0.0.1:1"},
			})
			if err != nil || len(cameras) != 1 || cameras[0].XAddrs[0] != cam.XAddr() {
				t.Fatalf("got %+v, %v", cameras, err)
			}
			profiles, err := client(t, cameras[0].XAddrs[0], user, password).Profiles(t.Context())
			if err != nil || len(profiles) != 3 {
				t.Errorf("got %d profiles, %v", len(profiles), err)
			}
		})
	}
	t.Run("a camera that tells an address of another network", func(t *testing.T) {
		cfg := config()
		cfg.Quirks.XAddrHost = "192.168.77.7:8899"
		cam := start(t, cfg)
		cameras, err := onvif.Discover(t.Context(), onvif.DiscoverConfig{Timeout: 300 * time.Millisecond, HostsOnly: true, Hosts: []string{cam.ProbeAddr()}})
		if err != nil || len(cameras) != 1 {
			t.Fatalf("got %+v, %v", cameras, err)
		}
		want := []string{"http://127.0.0.1:8899/onvif/device_service", "http://192.168.77.7:8899/onvif/device_service"}
		if got := cameras[0].XAddrs; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestDiscoverEnds(t *testing.T) {
	quiet, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = quiet.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	begin := time.Now()
	cameras, err := onvif.Discover(ctx, onvif.DiscoverConfig{Timeout: time.Minute, HostsOnly: true, Hosts: []string{quiet.LocalAddr().String()}})
	if err != nil || len(cameras) != 0 || time.Since(begin) > 10*time.Second {
		t.Errorf("got %v, %v after %v", cameras, err, time.Since(begin))
	}
}

func TestDiscoverWhereNobodyCanBeAsked(t *testing.T) {
	for name, tc := range map[string]struct {
		cfg  onvif.DiscoverConfig
		says string
	}{
		"an interface that is not there": {onvif.DiscoverConfig{Interfaces: []string{"none0"}}, "no network interface none0"},
		"a host without a name":          {onvif.DiscoverConfig{HostsOnly: true, Hosts: []string{"camera.invalid"}}, "camera.invalid"},
		"no host at all":                 {onvif.DiscoverConfig{HostsOnly: true}, "multicast"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := onvif.Discover(t.Context(), tc.cfg)
			if err == nil || !strings.Contains(err.Error(), tc.says) || hint.Of(err) == "" {
				t.Errorf("got %v, hint %q", err, hint.Of(err))
			}
			if errors.Is(err, context.DeadlineExceeded) {
				t.Error("it waited")
			}
		})
	}
}
