package fanout

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vantage/media"
	"vantage/media/mediatest"
)

var videoTrack = &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000}

// wire is a Writer that keeps headers, or blocks nothing and counts only.
type wire struct {
	mu      sync.Mutex
	headers []rtp.Header
	bytes   []int
	n       atomic.Int64
	count   bool // no keeping
}

func (w *wire) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	w.n.Add(1)
	if !w.count {
		w.mu.Lock()
		w.headers = append(w.headers, *h)
		w.bytes = append(w.bytes, len(payload))
		w.mu.Unlock()
	}
	return 12 + len(payload), nil
}

func (w *wire) at(i int) rtp.Header {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.headers[i]
}

func start(t testing.TB, f *Fan) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { _ = f.Run(ctx) })
	t.Cleanup(func() { cancel(); done.Wait() })
	eventually(t, "the fan to run", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.ctx != nil })
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func publish(h *media.Hub, pts int64, random bool, size int) {
	u := media.NewUnit(videoTrack, size)
	u.PTS, u.RandomAccess, u.Arrived = pts, random, time.Now()
	nalu := make([]byte, size)
	nalu[0] = 0x41
	u.Append(nalu)
	h.Publish(u)
	u.Release()
}

func video(h *media.Hub, w Writer, ssrc uint32) StreamConfig {
	return StreamConfig{Hub: h, Kind: media.Video, Codec: media.H264, ClockRate: 90000, Writer: w, SSRC: ssrc, PayloadType: 100}
}

func TestFan(t *testing.T) {
	mediatest.NoLeaks(t)
	f := New(Config{})
	hub := media.NewHub("cam/source", media.HubConfig{})
	if _, err := f.Join(ViewerConfig{Streams: []StreamConfig{video(hub, &wire{}, 1)}}); !errors.Is(err, ErrNotRunning) {
		t.Fatalf("join before Run: %v", err)
	}
	start(t, f)
	var wires [5]wire
	var viewers []*Viewer
	reports := make(chan []rtcp.Packet, 10)
	for i := range wires {
		cfg := ViewerConfig{Streams: []StreamConfig{video(hub, &wires[i], uint32(i+1))}, CNAME: "cam"}
		if i == 0 {
			cfg.Streams[0].RTXSSRC, cfg.Streams[0].RTXPayloadType = 99, 101
			cfg.WriteRTCP = func(p []rtcp.Packet) error { reports <- p; return nil }
		}
		v, err := f.Join(cfg)
		if err != nil {
			t.Fatal(err)
		}
		viewers = append(viewers, v)
	}
	eventually(t, "one subscription for all", func() bool { return hub.Stats().Subscribers == 1 })
	publish(hub, 0, true, 100)
	publish(hub, 3000, false, 3000)
	for i := range wires {
		eventually(t, "4 packets", func() bool { return wires[i].n.Load() == 4 })
		first, last := wires[i].at(0), wires[i].at(3)
		if first.SSRC != uint32(i+1) || first.PayloadType != 100 || !first.Marker || !last.Marker || wires[i].at(2).Marker {
			t.Errorf("viewer %d: %+v ... %+v", i, first, last)
		}
		if last.SequenceNumber != first.SequenceNumber+3 || last.Timestamp != first.Timestamp+3000 {
			t.Errorf("viewer %d: from %d at %d to %d at %d", i, first.SequenceNumber, first.Timestamp, last.SequenceNumber, last.Timestamp)
		}
	}

	t.Run("a sender report ties timestamps to the clock", func(t *testing.T) {
		p := <-reports
		sr, ok := p[0].(*rtcp.SenderReport)
		if !ok || sr.SSRC != 1 {
			t.Fatalf("got %v", p)
		}
		if d := int32(sr.RTPTime - wires[0].at(0).Timestamp); d < 0 || d > 9000 {
			t.Errorf("the report is %d ticks after the picture", d)
		}
	})
	t.Run("a NACK is answered by RTX where negotiated", func(t *testing.T) {
		lost := wires[0].at(1)
		viewers[0].HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: 1, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{lost.SequenceNumber})}})
		got := wires[0].at(4)
		if got.SSRC != 99 || got.PayloadType != 101 || got.Timestamp != lost.Timestamp || wires[0].bytes[4] != wires[0].bytes[1]+2 {
			t.Errorf("got %+v for %+v", got, lost)
		}
	})
	t.Run("and by the very packet where not", func(t *testing.T) {
		lost := wires[1].at(3)
		viewers[1].HandleRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: 2, Nacks: rtcp.NackPairsFromSequenceNumbers([]uint16{lost.SequenceNumber})}})
		got := wires[1].at(4)
		if got.SSRC != lost.SSRC || got.SequenceNumber != lost.SequenceNumber || got.Timestamp != lost.Timestamp || got.Marker != lost.Marker {
			t.Errorf("got %+v for %+v", got, lost)
		}
	})
	t.Run("what was never sent is not answered", func(t *testing.T) {
		n := wires[2].n.Load()
		viewers[2].HandleRTCP([]rtcp.Packet{
			&rtcp.TransportLayerNack{MediaSSRC: 3, Nacks: []rtcp.NackPair{{PacketID: wires[2].at(0).SequenceNumber + 100, LostPackets: 0xffff}}},
			&rtcp.TransportLayerNack{MediaSSRC: 77, Nacks: []rtcp.NackPair{{PacketID: wires[2].at(0).SequenceNumber}}},
		})
		if got := wires[2].n.Load(); got != n {
			t.Errorf("%d packets for it", got-n)
		}
		if s := viewers[2].Stats(); s.NACKs != 17 || s.Resent != 0 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("statistics hold what the receiver reports", func(t *testing.T) {
		viewers[3].HandleRTCP([]rtcp.Packet{&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: 4, TotalLost: 7, FractionLost: 64, Jitter: 900}}}})
		if s := viewers[3].Stats(); s.Lost != 7 || s.FractionLost != .25 || s.Jitter != 10*time.Millisecond || s.Packets != 4 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("a late viewer begins at random access, which is asked for", func(t *testing.T) {
		for _, ok := hub.Demand().Take(); ok; _, ok = hub.Demand().Take() {
		}
		var w wire
		v, err := f.Join(ViewerConfig{Streams: []StreamConfig{video(hub, &w, 50)}})
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		n := wires[4].n.Load()
		publish(hub, 6000, false, 100)
		eventually(t, "the others to go on", func() bool { return wires[4].n.Load() > n })
		if w.n.Load() != 0 {
			t.Error("it began in the middle")
		}
		eventually(t, "a wish for a key frame", func() bool { r, ok := hub.Demand().Take(); return ok && r.KeyFrame })
		publish(hub, 9000, true, 100)
		eventually(t, "the picture", func() bool { return w.n.Load() == 1 })
	})
	for _, v := range viewers {
		v.Close()
		v.Close()
	}
	eventually(t, "no subscription", func() bool { return hub.Stats().Subscribers == 0 })
	if len(f.feeds) != 0 {
		t.Errorf("%d feeds left", len(f.feeds))
	}
}

func TestEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		end  func(cancel func(), h *media.Hub)
		want func(error) bool
	}{
		"the hub closes": {func(_ func(), h *media.Hub) { h.Close(nil) }, func(err error) bool { return errors.Is(err, media.ErrClosed) }},
		"the codec changes": {func(_ func(), h *media.Hub) {
			u := media.NewUnit(&media.Track{Codec: media.VP8, ClockRate: 90000}, 1)
			u.RandomAccess = true
			u.Append([]byte{1})
			h.Publish(u)
			u.Release()
		}, func(err error) bool { c, ok := errors.AsType[*CodecError](err); return ok && c.To == media.VP8 }},
		"the fan stops": {func(cancel func(), _ *media.Hub) { cancel() }, func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		t.Run(name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			f := New(Config{})
			ctx, cancel := context.WithCancel(context.Background())
			var done sync.WaitGroup
			done.Go(func() { _ = f.Run(ctx) })
			defer done.Wait()
			defer cancel()
			eventually(t, "the fan to run", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.ctx != nil })
			hub := media.NewHub("cam/source", media.HubConfig{})
			ended := make(chan error, 1)
			v, err := f.Join(ViewerConfig{Streams: []StreamConfig{video(hub, &wire{}, 1)}, OnEnd: func(err error) { ended <- err }})
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "the subscription", func() bool { return hub.Stats().Subscribers == 1 })
			tc.end(cancel, hub)
			select {
			case err := <-ended:
				if !tc.want(err) {
					t.Errorf("got %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("the viewer was not told")
			}
			v.Close()
		})
	}
}

// The path of every packet to every viewer does not allocate.
func TestSendDoesNotAllocate(t *testing.T) {
	f := New(Config{Lanes: 1})
	l := f.lanes[0]
	fd := &feed{fan: f, members: make([]atomic.Int32, 1)}
	v := &Viewer{fan: f, lane: l, cfg: ViewerConfig{Cork: func() {}, Uncork: func() {}}}
	o := newOutput(v, fd, video(nil, &wire{count: true}, 1))
	v.outputs, v.lead = []*output{o}, o
	l.add(o)
	b := burstOf(10)
	defer b.release()
	b.random = true
	l.send(job{fd, b})
	if n := testing.AllocsPerRun(100, func() { l.send(job{fd, b}) }); n > 0 {
		t.Errorf("%v allocations for a burst of 10 packets", n)
	}
}

func BenchmarkSend(b *testing.B) {
	f := New(Config{Lanes: 1})
	l := f.lanes[0]
	fd := &feed{fan: f, members: make([]atomic.Int32, 1)}
	const viewers, packets = 100, 10
	for i := range viewers {
		v := &Viewer{fan: f, lane: l}
		o := newOutput(v, fd, video(nil, &wire{count: true}, uint32(i)))
		v.outputs, v.lead = []*output{o}, o
		l.add(o)
	}
	u := burstOf(packets)
	u.random = true
	b.ReportAllocs()
	for b.Loop() {
		l.send(job{fd, u})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/viewers/packets, "ns/packet")
}
