package rtc

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

func listenPair(t testing.TB) (sender *udpConn, receiver *net.UDPConn, to netip.AddrPort) {
	t.Helper()
	open := func() *net.UDPConn {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	receiver = open()
	_ = receiver.SetReadBuffer(4 << 20)
	return newUDPConn(open()), receiver, receiver.LocalAddr().(*net.UDPAddr).AddrPort()
}

// rtpOf is a packet of n bytes that begins as RTP does.
func rtpOf(n, seq int) []byte {
	p := bytes.Repeat([]byte{byte(seq)}, n)
	p[0] = 0x80
	return p
}

func receiveAll(t testing.TB, c *net.UDPConn, n int) [][]byte {
	t.Helper()
	var all [][]byte
	buf := make([]byte, 2000)
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	for len(all) < n {
		k, _, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			t.Fatalf("after %d of %d packets: %v", len(all), n, err)
		}
		all = append(all, bytes.Clone(buf[:k]))
	}
	return all
}

func TestBatch(t *testing.T) {
	many := make([]int, 200)
	for i := range many {
		many[i] = 1200
	}
	for name, sizes := range map[string][]int{
		"a frame: parameter sets, full packets, the rest": {40, 1200, 1200, 1200, 300},
		"full packets alone":                              {1200, 1200},
		"a single packet":                                 {700},
		"ever smaller ones":                               {900, 800, 700},
		"ever larger ones":                                {700, 800, 900},
		"more than one call takes":                        many,
		"nothing":                                         nil,
	} {
		for _, plain := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, plain=%v", name, plain), func(t *testing.T) {
				c, receiver, to := listenPair(t)
				b := c.cork(to)
				if b == nil {
					t.Skip("the kernel does not cut UDP")
				}
				c.refused.Store(plain) // as if the device had refused in between
				for i, n := range sizes {
					if k, err := c.WriteToAddrPort(rtpOf(n, i), to); k != n || err != nil {
						t.Fatalf("write: %d, %v", k, err)
					}
				}
				c.uncork(b)
				for i, p := range receiveAll(t, receiver, len(sizes)) {
					if !bytes.Equal(p, rtpOf(sizes[i], i)) {
						t.Fatalf("packet %d: %d bytes, want %d", i, len(p), sizes[i])
					}
				}
				if len(c.corked) != 0 || c.open.Load() != 0 {
					t.Error("the peer is still corked")
				}
			})
		}
	}
	t.Run("STUN and DTLS do not wait", func(t *testing.T) {
		c, receiver, to := listenPair(t)
		b := c.cork(to)
		defer c.uncork(b)
		for _, first := range []byte{0, 22} {
			if _, err := c.WriteToAddrPort([]byte{first, 1, 2}, to); err != nil {
				t.Fatal(err)
			}
		}
		receiveAll(t, receiver, 2)
	})
	t.Run("other peers do not wait", func(t *testing.T) {
		c, receiver, to := listenPair(t)
		b := c.cork(netip.MustParseAddrPort("192.0.2.1:9"))
		if b == nil {
			t.Skip("the kernel does not cut UDP")
		}
		if _, err := c.WriteToAddrPort(rtpOf(100, 1), to); err != nil {
			t.Fatal(err)
		}
		receiveAll(t, receiver, 1)
		b.buf, b.n = b.buf[:0], 0
		c.uncork(b)
	})
	t.Run("a mapped address is the same peer", func(t *testing.T) {
		c, receiver, to := listenPair(t)
		b := c.cork(to)
		if b == nil {
			t.Skip("the kernel does not cut UDP")
		}
		mapped := netip.AddrPortFrom(netip.AddrFrom16(to.Addr().As16()), to.Port())
		if _, err := c.WriteToAddrPort(rtpOf(100, 1), mapped); err != nil || b.n != 1 {
			t.Fatalf("%d packets collected, %v", b.n, err)
		}
		c.uncork(b)
		receiveAll(t, receiver, 1)
	})
	t.Run("a peer is corked once", func(t *testing.T) {
		c, _, to := listenPair(t)
		b := c.cork(to)
		if b == nil {
			t.Skip("the kernel does not cut UDP")
		}
		if again := c.cork(to); again != nil {
			t.Error("corked twice")
		}
		c.uncork(b)
		c.uncork(nil)
	})
}

// Writers of other goroutines may come at any time; nothing is lost or torn.
func TestBatchConcurrently(t *testing.T) {
	c, receiver, to := listenPair(t)
	const rounds, each = 50, 10
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range rounds * each {
			_, _ = c.WriteToAddrPort(rtpOf(60, i), to)
		}
	})
	wg.Go(func() {
		for range rounds {
			b := c.cork(to)
			for i := range each {
				_, _ = c.WriteToAddrPort(rtpOf(1200, i), to)
			}
			c.uncork(b)
		}
	})
	sizes := map[int]int{}
	for _, p := range receiveAll(t, receiver, 2*rounds*each) {
		sizes[len(p)]++
	}
	wg.Wait()
	if sizes[60] != rounds*each || sizes[1200] != rounds*each {
		t.Errorf("got %v", sizes)
	}
}

func TestBatchDoesNotAllocate(t *testing.T) {
	c, _, to := listenPair(t)
	p := rtpOf(1200, 0)
	if n := testing.AllocsPerRun(100, func() {
		b := c.cork(to)
		for range 10 {
			_, _ = c.WriteToAddrPort(p, to)
		}
		c.uncork(b)
	}); n > 0.1 {
		t.Errorf("%v allocations per burst", n)
	}
}

func BenchmarkBurst(b *testing.B) {
	for name, segments := range map[string]bool{"one call a packet": false, "one call a burst": true} {
		b.Run(name, func(b *testing.B) {
			c, receiver, to := listenPair(b)
			c.segments = c.segments && segments
			go func() {
				buf := make([]byte, 2000)
				for {
					if _, _, err := receiver.ReadFromUDPAddrPort(buf); err != nil {
						return
					}
				}
			}()
			p := rtpOf(1200, 0)
			b.ReportAllocs()
			for b.Loop() {
				batch := c.cork(to)
				for range 10 {
					_, _ = c.WriteToAddrPort(p, to)
				}
				c.uncork(batch)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10, "ns/packet")
		})
	}
}
