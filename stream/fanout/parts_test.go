package fanout

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"vantage/media"
)

func burstOf(packets int) *burst {
	b := newBurst()
	for i := range packets {
		b.add([]byte{byte(i)}, 0, i == packets-1)
	}
	return b
}

func TestRing(t *testing.T) {
	base := time.Unix(1000, 0)
	t.Run("a packet is found by its index", func(t *testing.T) {
		var r ring
		for i := range 5 {
			b := burstOf(3)
			r.append(b, base.Add(time.Duration(i)*33*time.Millisecond))
			b.release()
		}
		for index := range uint64(15) {
			b, i := r.find(index)
			if b == nil || b.first+uint64(i) != index || b.payload(i)[0] != byte(index%3) {
				t.Fatalf("index %d: %+v, %d", index, b, i)
			}
			b.release()
		}
		if b, _ := r.find(15); b != nil {
			t.Error("found what has not come")
		}
		r.drop()
		if b, _ := r.find(3); b != nil {
			t.Error("found what was dropped")
		}
	})
	t.Run("what is old goes, the last burst stays", func(t *testing.T) {
		var r ring
		for _, at := range []time.Duration{0, time.Second, 2 * time.Second, 20 * time.Second} {
			b := burstOf(1)
			r.append(b, base.Add(at))
			b.release()
		}
		if len(r.bursts) != 1 || r.packets != 1 || r.bursts[0].first != 3 {
			t.Errorf("%d bursts, %d packets", len(r.bursts), r.packets)
		}
		r.drop()
	})
	t.Run("many packets push old ones out", func(t *testing.T) {
		var r ring
		for range 20 {
			b := burstOf(1000)
			r.append(b, base)
			b.release()
		}
		if r.packets > ringPackets {
			t.Errorf("%d packets", r.packets)
		}
		r.drop()
	})
	t.Run("who holds a burst keeps it over its end in the ring", func(t *testing.T) {
		var r ring
		b := burstOf(2)
		r.append(b, base)
		b.release()
		held, _ := r.find(1)
		r.drop()
		if held.payload(1)[0] != 1 {
			t.Error("the burst was reused")
		}
		held.release()
		defer func() {
			if recover() == nil {
				t.Error("a release too many does not panic")
			}
		}()
		held.release()
	})
}

func TestClock(t *testing.T) {
	base := time.Unix(1700000000, 0)
	var c clock
	c.observe(10*time.Second, base)
	if got := c.at(base.Add(time.Second)); got != 11*time.Second {
		t.Errorf("got %v", got)
	}
	t.Run("jitter moves it little", func(t *testing.T) {
		c.observe(11*time.Second, base.Add(time.Second+100*time.Millisecond))
		if got := c.at(base); got != 10*time.Second-clockSlew {
			t.Errorf("got %v", got)
		}
		c.observe(11*time.Second, base.Add(time.Second-100*time.Millisecond))
		if got := c.at(base); got != 10*time.Second {
			t.Errorf("and back: got %v", got)
		}
	})
	t.Run("drift is followed", func(t *testing.T) {
		d := c
		for i := range 3600 { // 100 ppm over an hour, seen once a second
			at := time.Duration(i) * time.Second
			d.observe(at, base.Add(at-10*time.Second+at/10000))
		}
		if got := d.at(base.Add(3590*time.Second+360*time.Millisecond)) - 3600*time.Second; got.Abs() > time.Millisecond {
			t.Errorf("off by %v", got)
		}
	})
	t.Run("a jump is taken at once", func(t *testing.T) {
		c.observe(0, base)
		if got := c.at(base); got != 0 {
			t.Errorf("got %v", got)
		}
	})
}

func TestNTP(t *testing.T) {
	if got, want := ntp(time.Unix(0, 5e8)), uint64(2208988800)<<32|1<<31; got != want {
		t.Errorf("got %#x, want %#x", got, want)
	}
}

func TestRoundTrip(t *testing.T) {
	now := time.Unix(1700000000, 0)
	lsr := uint32(ntp(now.Add(-150*time.Millisecond)) >> 16)
	for name, tc := range map[string]struct {
		r    rtcp.ReceptionReport
		want time.Duration
		ok   bool
	}{
		"no sender report yet":    {rtcp.ReceptionReport{}, 0, false},
		"the time since less LSR": {rtcp.ReceptionReport{LastSenderReport: lsr, Delay: 65536 / 10}, 50 * time.Millisecond, true},
		"a delay beyond the time": {rtcp.ReceptionReport{LastSenderReport: lsr, Delay: 65536}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := roundTrip(tc.r, now)
			if ok != tc.ok || ok && (got-tc.want).Abs() > time.Millisecond {
				t.Errorf("got %v, %v", got, ok)
			}
		})
	}
	if got := signed24(0xffffff); got != -1 {
		t.Errorf("a negative loss: got %d", got)
	}
}

func TestLookUp(t *testing.T) {
	o := &output{seqOffset: 65530}
	now := time.Now()
	if _, _, ok := o.lookUp(65530, now); ok {
		t.Error("found before the start")
	}
	o.started, o.first, o.next = true, 100, 120 // sequence numbers 94 to 113, after a wrap
	for seq, want := range map[uint16]uint64{94: 100, 113: 119, 100: 106} {
		if got, _, ok := o.lookUp(seq, now); !ok || got != want {
			t.Errorf("sequence number %d: got %d, %v, want %d", seq, got, ok, want)
		}
	}
	for _, seq := range []uint16{93, 114, 0, 65530} {
		if got, _, ok := o.lookUp(seq, now); ok {
			t.Errorf("sequence number %d was never sent: got %d", seq, got)
		}
	}
	allowed := 0
	for range 2 * maxRetransmits {
		if _, _, ok := o.lookUp(100, now.Add(time.Minute)); ok {
			allowed++
		}
	}
	if allowed != maxRetransmits {
		t.Errorf("%d retransmissions in a second", allowed)
	}
}

func TestPacketizer(t *testing.T) {
	unit := func(c media.Codec, parts ...[]byte) *media.Unit {
		u := media.NewUnit(&media.Track{Codec: c, ClockRate: c.RTPClockRate()}, 0)
		for _, p := range parts {
			u.Append(p)
		}
		return u
	}
	big := bytes.Repeat([]byte{0x11}, 5000)
	for name, tc := range map[string]struct {
		u       *media.Unit
		packets int // 0: an error
		marker  bool
	}{
		"H.264":                     {unit(media.H264, []byte{0x67, 1}, []byte{0x68, 1}, append([]byte{0x65}, big...)), 6, true},
		"H.265":                     {unit(media.H265, []byte{0x40, 1, 2}, append([]byte{0x26, 1}, big...)), 6, true},
		"VP8":                       {unit(media.VP8, big), 5, true},
		"AV1":                       {unit(media.AV1, append([]byte{0x32}, big...)), 5, true},
		"Opus":                      {unit(media.Opus, []byte{0xfc, 1, 2}), 1, false},
		"G.711 of a quarter second": {unit(media.PCMU, make([]byte, 2000)), 2, false},
		"Opus beyond its limit":     {unit(media.Opus, big), 0, false},
		"nothing":                   {unit(media.H264), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			defer tc.u.Release()
			p, err := newPacketizer(tc.u.Track.Codec)
			if err != nil {
				t.Fatal(err)
			}
			b := newBurst()
			defer b.release()
			err = p.fill(b, tc.u)
			if (err != nil) != (tc.packets == 0) {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			if len(b.packets) != tc.packets {
				t.Errorf("%d packets, want %d", len(b.packets), tc.packets)
			}
			for i := range b.packets {
				if n := len(b.payload(i)); n == 0 || n > MaxPayloadBytes {
					t.Errorf("packet %d has %d bytes", i, n)
				}
				if got, want := b.packets[i].marker, tc.marker && i == len(b.packets)-1; got != want {
					t.Errorf("packet %d: marker %v", i, got)
				}
			}
		})
	}
	if _, err := newPacketizer(media.MJPEG); err == nil {
		t.Error("MJPEG has no format that browsers take")
	}
	t.Run("the second packet of G.711 is later", func(t *testing.T) {
		u := unit(media.PCMA, make([]byte, 2000))
		defer u.Release()
		p, _ := newPacketizer(media.PCMA)
		b := newBurst()
		defer b.release()
		if err := p.fill(b, u); err != nil || b.packets[1].ts != MaxPayloadBytes {
			t.Errorf("%+v, %v", b.packets, err)
		}
	})
}
