package fanout

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vantage/media"
)

// reportInterval is the time between sender reports: receivers keep sound and picture together by them.
const reportInterval = time.Second

// Writer encrypts and sends one packet without waiting for the receiver. It does not keep header or payload. 0 bytes without an error
// says that the connection is not up yet. webrtc.TrackLocalWriter is one.
type Writer interface {
	WriteRTP(header *rtp.Header, payload []byte) (int, error)
}

// StreamConfig is one RTP stream to a viewer.
type StreamConfig struct {
	Hub       *media.Hub
	Kind      media.Kind
	Codec     media.Codec // what was negotiated; units of another one end the viewer
	ClockRate int         // of RTP and of the track

	Writer      Writer
	SSRC        uint32
	PayloadType uint8

	// RTXSSRC and RTXPayloadType are those of retransmissions; 0: packets are repeated under their own SSRC.
	RTXSSRC        uint32
	RTXPayloadType uint8
}

// ViewerConfig is one receiver.
type ViewerConfig struct {
	Streams []StreamConfig // at most one per kind

	// CNAME ties the streams together for the receiver (RFC 3550 §6.5.1).
	CNAME string

	// WriteRTCP sends a compound packet. Nil sends none.
	WriteRTCP func([]rtcp.Packet) error

	// Cork and Uncork, if set, are called around the packets of a burst, by one goroutine at a time: what is written in between may go
	// to the network together.
	Cork, Uncork func()

	// OnFirst, if set, is called when the first picture (of a viewer without video: the first sound) has been sent.
	OnFirst func()

	// OnEnd, if set, is called when a stream has ended by itself, with the reason. The viewer still needs its Close.
	OnEnd func(error)
}

// Viewer is one receiver of a Fan.
type Viewer struct {
	fan     *Fan
	cfg     ViewerConfig
	lane    *lane
	outputs []*output // immutable
	lead    *output   // the one that drives the clock: video where there is one
	once    sync.Once

	references references

	// Written by the lane's goroutine alone.
	clock    clock
	reportAt time.Time
}

// Stats are a viewer's counts since it joined.
type Stats struct {
	Packets, Bytes uint64 // sent, retransmissions included
	Resent         uint64 // packets
	NACKs          uint64 // packets that the viewer asked for again
	PLIs           uint64
	Lost           int64         // packets, as the viewer reports
	RTT            time.Duration // 0: unknown
	Jitter         time.Duration // of video where there is one
	FractionLost   float64       // since the report before, of the worst stream
}

// Stats returns the counts of all streams together.
func (v *Viewer) Stats() Stats {
	var s Stats
	for _, o := range v.outputs {
		s.Packets += o.packets.Load()
		s.Bytes += o.bytes.Load()
		s.Resent += o.resent.Load()
		s.NACKs += o.nacks.Load()
		s.PLIs += o.plis.Load()
		o.mu.Lock()
		r := o.received
		o.mu.Unlock()
		s.Lost += r.lost
		s.FractionLost = max(s.FractionLost, float64(r.fraction)/256)
		s.RTT = max(s.RTT, r.rtt)
		if o == v.lead {
			s.Jitter = media.Duration(int64(r.jitter), o.clock)
		}
	}
	return s
}

// Close ends the viewer. What a lane is about to send may still be sent.
func (v *Viewer) Close() {
	v.once.Do(func() {
		for _, o := range v.outputs {
			v.lane.remove(o)
			v.fan.leave(o.feed)
		}
	})
}

// sent notes that a burst went out. The lane's goroutine calls it.
func (v *Viewer) sent(o *output, b *burst, first bool, now time.Time) {
	if o == v.lead {
		if first && v.cfg.OnFirst != nil {
			v.cfg.OnFirst()
		}
		if first || now.Sub(v.reportAt) >= reportInterval {
			v.observe(b)
		}
	}
	if !v.clock.valid || !first && now.Sub(v.reportAt) < reportInterval || v.cfg.WriteRTCP == nil {
		return
	}
	v.reportAt = now
	_ = v.cfg.WriteRTCP(v.report(now)) // a report that is lost is followed by the next
}

func (v *Viewer) observe(b *burst) {
	v.clock.observe(media.Duration(b.pts, v.lead.clock), exposure(b.captured, b.arrived, b.at))
}

// report is a compound packet: a sender report for each stream that has started, the CNAME (RFC 3550 §6.1), and an answer to the receiver's
// reference times.
func (v *Viewer) report(now time.Time) []rtcp.Packet {
	at := v.clock.at(now)
	var compound []rtcp.Packet
	var names []rtcp.SourceDescriptionChunk
	for _, o := range v.outputs {
		o.mu.Lock()
		started := o.started
		o.mu.Unlock()
		if !started {
			continue
		}
		compound = append(compound, &rtcp.SenderReport{
			SSRC: o.cfg.SSRC, NTPTime: ntp(now), RTPTime: o.rtpAt(at),
			PacketCount: uint32(o.packets.Load()), OctetCount: uint32(o.octets.Load()),
		})
		names = append(names, rtcp.SourceDescriptionChunk{
			Source: o.cfg.SSRC, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: v.cfg.CNAME}},
		})
	}
	compound = append(compound, &rtcp.SourceDescription{Chunks: names})
	if answer := v.references.answer(v.lead.cfg.SSRC, now); answer != nil {
		compound = append(compound, answer)
	}
	return compound
}

// maxAge is how old a picture may be when it arrives; one that seems older comes from a camera whose clock is not ours.
const maxAge = 10 * time.Second

// exposure is when a picture was taken, as well as we know. A camera whose clock is ahead would have receivers told that pictures come before
// they are taken (FFmpeg's sender reports do that, by its own buffering), and one far behind that they are hours old.
func exposure(captured, arrived, at time.Time) time.Time {
	if arrived.IsZero() {
		arrived = at
	}
	if captured.IsZero() || captured.After(arrived) || arrived.Sub(captured) > maxAge {
		return arrived
	}
	return captured
}
