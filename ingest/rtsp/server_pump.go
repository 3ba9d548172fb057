package rtsp

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vantage/media"
)

const (
	// inFlightBytes is how much of a TCP player's media may wait in the library; the rest waits in the player's queue, where its age
	// is seen.
	inFlightBytes = 64 << 10
	// congestionPoll is how often a congested player is looked at.
	congestionPoll = 5 * time.Millisecond
	// udpBurst packets are sent without a pause, and then one udpPause: an IDR sent at once overflows a receiver's socket.
	udpBurst = 32
	udpPause = time.Millisecond
	// reportInterval is the time between two sender reports (RFC 3550 §6.2).
	reportInterval = 5 * time.Second
)

var (
	errSessionOver  = errors.New("session over")
	errCodecChanged = errors.New("the stream's codec changed: describe it again")
)

func formats(f format.Format) []format.Format { return []format.Format{f} }

// playerTrack is one track on its way to one player. The pump owns it, but for the fields that feedback reads.
type playerTrack struct {
	hub    *media.Hub
	track  *media.Track
	pack   packetizer
	media  *description.Media
	ssrc   uint32
	base   uint32 // RTP time of PTS 0
	chosen bool   // set up by the player
	sub    *media.Subscription

	packets, octets uint32 // for sender reports, modulo 2^32
	lastRTP         uint32
	lastWall        time.Time
	lastSent        time.Time

	reportNTP  atomic.Uint32 // middle 32 bits of the last sender report
	reportSent atomic.Int64  // Unix nanoseconds
}

func (t *playerTrack) init(ssrc uint32) {
	t.ssrc = ssrc
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	t.base = binary.BigEndian.Uint32(b[:])
}

// rtpTime is the RTP time stamp of u, before the offsets of its packets.
func (t *playerTrack) rtpTime(u *media.Unit) uint32 {
	return t.base + uint32(media.Rescale(u.PTS, u.Track.ClockRate, t.pack.format.ClockRate()))
}

// pump sends until ctx ends, the stream ends or the session is over. It ends with what waits, a goodbye and an empty queue.
func (p *player) pump(ctx context.Context) error {
	q := media.QueueConfig{Edge: "hub-rtsp", MaxAge: p.s.opt.Config.PlayerQueue}
	var wake [2]<-chan struct{}
	n := 0
	for _, t := range p.tracks {
		if !t.chosen {
			continue
		}
		t.sub = t.hub.SubscribeKind(q, t.track.Kind())
		defer t.sub.Close()
		wake[n] = t.sub.C()
		n++
	}
	var clock senderClock
	report := time.NewTicker(reportInterval)
	defer report.Stop()
	var pushed uint64
	for {
		select {
		case <-ctx.Done():
			return p.finish(ctx, &clock, &pushed, context.Cause(ctx))
		case <-report.C:
			for _, t := range p.tracks {
				p.report(t, &pushed)
			}
		case <-wake[0]:
		case <-wake[1]:
		}
		for _, t := range p.tracks {
			if err := p.drain(ctx, t, &clock, &pushed); err != nil {
				return p.finish(ctx, &clock, &pushed, err)
			}
		}
	}
}

// drain sends what waits for one track.
func (p *player) drain(ctx context.Context, t *playerTrack, clock *senderClock, pushed *uint64) error {
	for t.chosen {
		u, err := t.sub.TryPop()
		if u == nil {
			return err
		}
		if u.Track.ID != t.track.ID {
			u.Release()
			continue
		}
		err = p.send(ctx, t, u, clock, pushed)
		u.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// finish sends what waits when the stream or the server ends, says goodbye and waits until it is out.
func (p *player) finish(ctx context.Context, clock *senderClock, pushed *uint64, reason error) error {
	if errors.Is(reason, errSessionOver) || errors.Is(reason, errPaused) {
		return reason
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	for _, t := range p.tracks {
		if !t.chosen {
			continue
		}
		_ = p.drain(last, t, clock, pushed) // the reason of the end stands
		p.report(t, pushed, &rtcp.Goodbye{Sources: []uint32{t.ssrc}, Reason: "stream ended"})
	}
	p.settle(last, *pushed, 0)
	return reason
}

// send packetises and sends one unit, once the player has taken enough of what went before.
func (p *player) send(ctx context.Context, t *playerTrack, u *media.Unit, clock *senderClock, pushed *uint64) error {
	if u.Track.Codec != t.track.Codec || u.Track.ClockRate != t.track.ClockRate {
		return errCodecChanged
	}
	if p.transport == "tcp" {
		if err := p.settle(ctx, *pushed, inFlightBytes); err != nil {
			return err
		}
	}
	packets, err := t.pack.encode(u.Parts)
	if err != nil {
		p.s.log.Debug("unit not packetised", "stream", p.name, "track", t.track.ID, "err", err)
		return nil
	}
	wall, rtpTime := clock.wall(u), t.rtpTime(u)
	for i, pkt := range packets {
		pkt.Timestamp += rtpTime
		if err := p.write(ctx, t, pkt, wall, pushed, i); err != nil {
			return err
		}
	}
	first := t.lastWall.IsZero()
	t.lastRTP, t.lastWall, t.lastSent = rtpTime, wall, time.Now()
	if first {
		p.report(t, pushed)
	}
	if p.overflow.Swap(false) {
		t.sub.Request(media.Request{KeyFrame: true})
	}
	p.dropped.Store(p.drops())
	return nil
}

func (p *player) write(ctx context.Context, t *playerTrack, pkt *rtp.Packet, wall time.Time, pushed *uint64, i int) error {
	if p.transport == "udp" && i > 0 && i%udpBurst == 0 {
		if err := wait(ctx, udpPause); err != nil {
			return err
		}
	}
	if err := p.stream.WritePacketRTPWithNTP(t.media, pkt, wall); err != nil {
		return fmt.Errorf("send to %s: %w", p.peer, err)
	}
	size := pkt.MarshalSize()
	t.packets++
	t.octets += uint32(len(pkt.Payload))
	*pushed += uint64(size)
	p.packets.Add(1)
	p.bytes.Add(uint64(size))
	p.s.opt.Metrics.sentBytes(size)
	return nil
}

// settle waits until at most `most` bytes of what was pushed are still on their way out.
func (p *player) settle(ctx context.Context, pushed uint64, most uint64) error {
	for pushed > p.session.Stats().BytesSent+most {
		if err := wait(ctx, congestionPoll); err != nil {
			return err
		}
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// report sends a sender report that maps the track's RTP time to wall clock, with what every report carries (RFC 3550 §6.1,
// §6.4.1) and perhaps more.
func (p *player) report(t *playerTrack, pushed *uint64, more ...rtcp.Packet) {
	if t.lastWall.IsZero() {
		return
	}
	now := time.Now()
	since := now.Sub(t.lastSent)
	stamp := ntp(t.lastWall.Add(since))
	packets := append(rtcp.CompoundPacket{
		&rtcp.SenderReport{
			SSRC: t.ssrc, NTPTime: stamp, RTPTime: t.lastRTP + uint32(media.Ticks(since, t.pack.format.ClockRate())),
			PacketCount: t.packets, OctetCount: t.octets,
		},
		rtcp.NewCNAMESourceDescription(t.ssrc, string(p.id)),
	}, more...)
	if p.stream.WritePacketRTCP(t.media, &packets) != nil {
		return // the session is over; the pump hears of it
	}
	*pushed += 2 * uint64(packets.MarshalSize()) // the library counts RTCP when it is queued and again when it is sent
	t.reportNTP.Store(uint32(stamp >> 16))
	t.reportSent.Store(now.UnixNano())
}

// feedback reads what the player reports; it runs on the library's reader.
func (p *player) feedback(pkt rtcp.Packet) {
	var blocks []rtcp.ReceptionReport
	switch r := pkt.(type) {
	case *rtcp.ReceiverReport:
		blocks = r.Reports
	case *rtcp.SenderReport:
		blocks = r.Reports
	case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
		p.plis.Add(1)
		if p.opened.Video != nil {
			p.opened.Video.Demand().RequestKeyFrame()
		}
	}
	var lost uint64
	for _, b := range blocks {
		for _, t := range p.tracks {
			if t.ssrc != b.SSRC {
				continue
			}
			if b.TotalLost < 1<<23 { // negative: duplicates
				lost += uint64(b.TotalLost)
			}
			if b.LastSenderReport != 0 && b.LastSenderReport == t.reportNTP.Load() {
				held := time.Duration(b.Delay) * time.Second / 65536
				p.rtt.Store(max(0, time.Now().UnixNano()-t.reportSent.Load()-int64(held)))
			}
		}
	}
	if len(blocks) > 0 {
		p.lost.Store(lost)
	}
}

// drops is how many units the player's queues dropped.
func (p *player) drops() uint64 {
	var n uint64
	for _, t := range p.tracks {
		if t.sub != nil {
			s := t.sub.Stats()
			n += s.DroppedAge + s.DroppedFull
		}
	}
	return n
}
