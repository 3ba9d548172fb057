package fanout

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"

	"vantage/media"
)

// maxRetransmits bounds the packets per second sent again to one stream of a viewer: half of an 8 Mbit/s stream. More is a path that
// retransmission cannot help.
const maxRetransmits = 500

// output is one RTP stream to one viewer.
type output struct {
	viewer *Viewer
	feed   *feed
	cfg    StreamConfig
	clock  int // RTP ticks per second

	// seqOffset and tsOffset place the feed's indices and time line on the viewer's: random, as RFC 3550 §5.1 asks.
	seqOffset uint16
	tsOffset  uint32

	mu       sync.Mutex // the lane writes, the readers of RTCP and of statistics read
	started  bool
	first    uint64 // index of the first packet sent
	next     uint64 // index after the last packet sent
	rtxSeq   uint16
	again    int // retransmissions in the second that began at againAt
	againAt  time.Time
	received reception

	packets, bytes      atomic.Uint64 // retransmissions included
	octets              atomic.Uint64 // of payload, as a sender report counts
	nacks, plis, resent atomic.Uint64
}

// reception is what the viewer's last receiver report said.
type reception struct {
	lost     int64 // cumulative
	fraction uint8 // of 256, since the report before
	jitter   uint32
	rtt      time.Duration // 0: unknown
}

func newOutput(v *Viewer, f *feed, cfg StreamConfig) *output {
	return &output{
		viewer: v, feed: f, cfg: cfg, clock: cfg.ClockRate,
		seqOffset: uint16(rand.Uint32()), tsOffset: rand.Uint32(), rtxSeq: uint16(rand.Uint32()),
	}
}

// send writes a burst and returns what it sent. The lane's goroutine calls it, with a header to use.
func (o *output) send(b *burst, h *rtp.Header, now time.Time) (packets, bytes int) {
	o.mu.Lock()
	first := !o.started
	if first {
		if !b.random {
			o.mu.Unlock()
			o.feed.waiting.Store(true)
			return 0, 0
		}
		o.started, o.first = true, b.first
	}
	o.next = b.end()
	o.mu.Unlock()

	if cfg := &o.viewer.cfg; cfg.Cork != nil && len(b.packets) > 1 {
		cfg.Cork()
		packets, bytes = o.write(b, h)
		cfg.Uncork()
	} else {
		packets, bytes = o.write(b, h)
	}
	o.packets.Add(uint64(packets))
	o.bytes.Add(uint64(bytes))
	o.octets.Add(uint64(len(b.data)))
	o.viewer.sent(o, b, first, now)
	return packets, bytes
}

// write sends the packets of a burst under the viewer's own headers.
func (o *output) write(b *burst, h *rtp.Header) (packets, bytes int) {
	*h = rtp.Header{Version: 2, PayloadType: o.cfg.PayloadType, SSRC: o.cfg.SSRC}
	seq, ts := o.seqOffset+uint16(b.first), o.tsOffset+uint32(b.pts)
	for i := range b.packets {
		k := &b.packets[i]
		h.SequenceNumber, h.Timestamp, h.Marker = seq+uint16(i), ts+k.ts, k.marker
		// A viewer that cannot be reached is ended by ICE, not here.
		n, err := o.cfg.Writer.WriteRTP(h, b.payload(i))
		if err != nil || n == 0 {
			continue
		}
		packets++
		bytes += n
	}
	return packets, bytes
}

// resend answers a NACK for one packet from the ring.
func (o *output) resend(seq uint16, h *rtp.Header, scratch *[]byte, now time.Time) {
	index, rtxSeq, ok := o.lookUp(seq, now)
	if !ok {
		return
	}
	b, i := o.feed.ring.find(index)
	if b == nil {
		return
	}
	defer b.release()
	k := &b.packets[i]
	payload := b.payload(i)
	*h = rtp.Header{
		Version: 2, PayloadType: o.cfg.PayloadType, SSRC: o.cfg.SSRC, SequenceNumber: seq,
		Timestamp: o.tsOffset + uint32(b.pts) + k.ts, Marker: k.marker,
	}
	if o.cfg.RTXSSRC != 0 { // RFC 4588 §4: the original sequence number stands in front of the payload
		h.PayloadType, h.SSRC, h.SequenceNumber = o.cfg.RTXPayloadType, o.cfg.RTXSSRC, rtxSeq
		*scratch = append(binary.BigEndian.AppendUint16((*scratch)[:0], seq), payload...)
		payload = *scratch
	}
	n, err := o.cfg.Writer.WriteRTP(h, payload)
	if err != nil || n == 0 {
		return
	}
	o.resent.Add(1)
	o.packets.Add(1)
	o.bytes.Add(uint64(n))
	o.viewer.fan.metrics.resent(n)
}

// lookUp maps a sequence number back to the index in the ring, if it was sent lately and there is leave to send again.
func (o *output) lookUp(seq uint16, now time.Time) (index uint64, rtxSeq uint16, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.started {
		return 0, 0, false
	}
	last := o.next - 1
	behind := uint64(o.seqOffset + uint16(last) - seq) // modulo 2^16: a seq ahead of last is far behind
	if behind > last-o.first || behind > ringPackets {
		return 0, 0, false
	}
	if now.Sub(o.againAt) >= time.Second {
		o.again, o.againAt = 0, now
	}
	if o.again++; o.again > maxRetransmits {
		return 0, 0, false
	}
	o.rtxSeq++
	return last - behind, o.rtxSeq, true
}

// rtpAt is the RTP timestamp of an instant on the stream's time line.
func (o *output) rtpAt(at time.Duration) uint32 { return o.tsOffset + uint32(media.Ticks(at, o.clock)) }
