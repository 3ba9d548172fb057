package whip

import (
	"errors"
	"net"
	"os"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"vantage/internal/rtc"
	"vantage/media"
	"vantage/media/bitstream"
)

const (
	maxPacketBytes = 1500

	// audioReorder is how long sound waits for a packet that was overtaken; what is lost is not asked for.
	audioReorder = 40 * time.Millisecond

	// keyFrameRetry is the time between two requests for the key frame that a broken picture needs.
	keyFrameRetry = 500 * time.Millisecond
)

// receiver takes in one track of a publisher.
type receiver struct {
	p      *publisher
	kind   media.Kind
	remote *webrtc.TrackRemote
	buffer reorder
	timing *trackTiming // nil before the first packet; written under the publisher's lock
	asks   []uint16

	counted uint64 // of buffer.lost

	pt      int // payload type in use; -1: none yet
	depack  depacketizer
	inspect *bitstream.Inspector
	track   *media.Track

	broken  bool      // video: nothing is published before the next random-access unit
	damaged uint32    // RTP timestamp of the access unit that a gap cut
	cut     bool      // damaged is valid
	asked   time.Time // for a key frame
	lastPTS int64
	any     bool // lastPTS is valid
}

func newReceiver(p *publisher, kind media.Kind, remote *webrtc.TrackRemote) *receiver {
	r := &receiver{p: p, kind: kind, remote: remote, pt: -1, broken: kind == media.Video}
	r.buffer.maxWait = audioReorder
	if kind == media.Video {
		r.buffer.maxWait, r.buffer.nack = p.server.opt.Config.MaxReorder, true
	}
	clock := int(remote.Codec().ClockRate)
	r.timing = p.timing.track(kind, clock)
	return r
}

// run reads packets until the peer connection is closed.
func (r *receiver) run() {
	buf := make([]byte, maxPacketBytes)
	for {
		if err := r.remote.SetReadDeadline(r.buffer.deadline()); err != nil {
			return
		}
		n, _, err := r.remote.Read(buf)
		now := time.Now()
		switch {
		case err == nil:
			r.take(buf[:n], now)
		case !isTimeout(err):
			return
		}
		for {
			p, gap := r.buffer.pop(now)
			if p == nil {
				break
			}
			r.next(p, gap, now)
		}
		r.countLost()
		r.askMissing(now)
	}
}

// take puts a copy of a packet into the buffer.
func (r *receiver) take(b []byte, now time.Time) {
	var p rtp.Packet
	if err := p.Unmarshal(append([]byte(nil), b...)); err != nil {
		return
	}
	r.p.stats.packets.Add(1)
	r.p.stats.bytes.Add(uint64(len(b)))
	r.p.server.opt.Metrics.packets.Inc()
	r.p.server.opt.Metrics.bytes.Add(float64(len(b)))
	r.buffer.push(&p, now)
}

// countLost reports the packets given up since the last call.
func (r *receiver) countLost() {
	if n := r.buffer.lost - r.counted; n > 0 {
		r.counted = r.buffer.lost
		r.p.stats.lost.Add(n)
		r.p.server.opt.Metrics.lost.Add(float64(n))
	}
}

// next handles a packet in order; gap says that packets in front of it are lost for good.
func (r *receiver) next(p *rtp.Packet, gap bool, now time.Time) {
	if int(p.PayloadType) != r.pt && !r.switchTo(p.PayloadType) {
		return
	}
	if gap {
		r.p.server.opt.Metrics.gaps.Inc()
		r.restart(p, now)
	}
	pts, captured := r.timing.stamp(p.Timestamp, now)
	parts, err := r.depack(p)
	switch {
	case errors.Is(err, errMore):
		return
	case err != nil:
		r.p.log.Debug("packet not understood", "track", r.kind, "err", err)
		r.restart(p, now)
		return
	}
	r.unit(parts, p.Timestamp, pts, captured, now)
}

// switchTo takes up another payload type: the first one, or that of a publisher that changes its codec.
func (r *receiver) switchTo(pt uint8) bool {
	format, ok := r.p.formats[pt]
	if !ok || format.Codec.Kind() != r.kind {
		return false // comfort noise, DTMF
	}
	depack, err := newDepacketizer(format.Codec)
	if err != nil {
		return false
	}
	track := trackOf(format)
	if old := r.p.known(r.kind); old != nil && old.Codec == track.Codec {
		track = old
	} else if old != nil {
		track.Epoch = old.Epoch + 1
	}
	r.pt, r.depack = int(pt), depack
	r.inspect = bitstream.NewInspector(track)
	r.track = r.inspect.Track()
	r.broken = r.kind == media.Video
	return true
}

func trackOf(c rtc.OfferedCodec) *media.Track {
	t := &media.Track{ID: media.TrackID(c.Codec.Kind().String()), Codec: c.Codec, ClockRate: c.ClockRate}
	if c.Codec.Kind() == media.Audio {
		t.SampleRate, t.Channels = c.ClockRate, c.Channels
	}
	return t
}

// restart forgets a partial access unit after a loss; video is held back up to the next random-access unit.
func (r *receiver) restart(p *rtp.Packet, now time.Time) {
	depack, err := newDepacketizer(r.track.Codec)
	if err != nil {
		return
	}
	r.depack = depack
	if r.kind == media.Video {
		r.broken, r.damaged, r.cut = true, p.Timestamp, true
		r.wantKeyFrame(now)
	}
}

// unit publishes an access unit.
func (r *receiver) unit(parts [][]byte, ts uint32, pts int64, captured, now time.Time) {
	info, err := r.inspect.Inspect(parts)
	if err != nil {
		r.p.server.opt.Metrics.corrupt.Inc()
		r.p.log.Debug("corrupt access unit", "track", r.kind, "err", err)
		r.broken = r.kind == media.Video
		return
	}
	if info.Track != nil {
		r.track = info.Track
	}
	if len(info.Parts) == 0 {
		return
	}
	if r.broken {
		if !info.RandomAccess || r.cut && ts == r.damaged {
			r.wantKeyFrame(now)
			return
		}
		r.broken = false
	}
	if r.any && pts <= r.lastPTS {
		return // sound that was moved back to fit the picture
	}
	r.lastPTS, r.any = pts, true
	u := media.NewUnit(r.track, size(info.Parts))
	u.PTS, u.DTS, u.RandomAccess = pts, pts, info.RandomAccess
	u.Captured, u.Arrived = captured, now
	for _, part := range info.Parts {
		u.Append(part)
	}
	published := r.p.publish(u, now)
	u.Release()
	if !published && r.kind == media.Video {
		r.broken = true // what follows refers to it
	}
}

func size(parts [][]byte) int {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	return n
}

func (r *receiver) wantKeyFrame(now time.Time) {
	if now.Sub(r.asked) >= keyFrameRetry {
		r.asked = now
		r.p.requestKeyFrame(uint32(r.remote.SSRC()))
	}
}

// askMissing sends a NACK for what is due (RFC 4585 §6.2.1).
func (r *receiver) askMissing(now time.Time) {
	r.asks = r.buffer.missing(r.asks[:0], now)
	if len(r.asks) == 0 {
		return
	}
	r.p.stats.nacks.Add(uint64(len(r.asks)))
	r.p.server.opt.Metrics.nacks.Add(float64(len(r.asks)))
	r.p.write(&rtcp.TransportLayerNack{MediaSSRC: uint32(r.remote.SSRC()), Nacks: rtcp.NackPairsFromSequenceNumbers(r.asks)})
}

// readReports reads the track's sender reports until the peer connection is closed.
func (r *receiver) readReports(receiver *webrtc.RTPReceiver) {
	buf := make([]byte, maxPacketBytes)
	for {
		n, _, err := receiver.Read(buf)
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buf[:n])
		if err != nil {
			continue // an authenticated peer that speaks a dialect
		}
		for _, p := range packets {
			report, ok := p.(*rtcp.SenderReport)
			if !ok || report.SSRC != uint32(r.remote.SSRC()) {
				continue
			}
			if wall, ok := ntpTime(report.NTPTime); ok {
				r.timing.report(wall, report.RTPTime)
			}
		}
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
