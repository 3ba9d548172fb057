package fanout

import (
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// maxNACKs bounds the packets that one RTCP compound may ask for.
const maxNACKs = 512

// HandleRTCP takes in what the receiver sent: it answers NACKs from the ring, passes PLI and FIR upstream, and keeps the receiver
// reports for Stats.
func (v *Viewer) HandleRTCP(packets []rtcp.Packet) {
	now := time.Now()
	budget := maxNACKs
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.TransportLayerNack:
			if o := v.output(p.MediaSSRC); o != nil {
				budget -= o.answer(p.Nacks, budget, now)
			}
		case *rtcp.PictureLossIndication:
			v.pictureLost(p.MediaSSRC)
		case *rtcp.FullIntraRequest:
			for _, f := range p.FIR {
				v.pictureLost(f.SSRC)
			}
		case *rtcp.ReceiverReport:
			v.reports(p.Reports, now)
		case *rtcp.SenderReport:
			v.reports(p.Reports, now)
		case *rtcp.ExtendedReport:
			v.references.note(p, now)
		}
	}
}

func (v *Viewer) output(ssrc uint32) *output {
	for _, o := range v.outputs {
		if o.cfg.SSRC == ssrc {
			return o
		}
	}
	return nil
}

// answer sends again what is asked for, at most budget packets, and returns how many that were.
func (o *output) answer(pairs []rtcp.NackPair, budget int, now time.Time) int {
	var header rtp.Header
	scratch := o.viewer.fan.scratch.Get().(*[]byte)
	defer o.viewer.fan.scratch.Put(scratch)
	n := 0
	for _, pair := range pairs {
		for _, seq := range pair.PacketList() {
			if n == budget {
				break
			}
			n++
			o.resend(seq, &header, scratch, now)
		}
	}
	o.nacks.Add(uint64(n))
	o.viewer.fan.metrics.nacks.Add(float64(n))
	return n
}

func (v *Viewer) pictureLost(ssrc uint32) {
	if o := v.output(ssrc); o != nil {
		o.plis.Add(1)
		v.fan.metrics.plis.Inc()
		o.feed.requestKeyFrame()
	}
}

func (v *Viewer) reports(list []rtcp.ReceptionReport, now time.Time) {
	for _, r := range list {
		o := v.output(r.SSRC)
		if o == nil {
			continue
		}
		o.mu.Lock()
		o.received.lost = signed24(r.TotalLost)
		o.received.fraction, o.received.jitter = r.FractionLost, r.Jitter
		if rtt, ok := roundTrip(r, now); ok {
			o.received.rtt = rtt
		}
		o.mu.Unlock()
	}
}

// signed24 reads the cumulative number of packets lost, which is negative where duplicates came (RFC 3550 §6.4.1).
func signed24(v uint32) int64 { return int64(int32(v<<8) >> 8) }

// roundTrip is A - LSR - DLSR (RFC 3550 §6.4.1).
func roundTrip(r rtcp.ReceptionReport, now time.Time) (time.Duration, bool) {
	if r.LastSenderReport == 0 {
		return 0, false
	}
	units := uint32(ntp(now)>>16) - r.LastSenderReport - r.Delay // of 1/65536 s
	rtt := time.Duration(uint64(units) * uint64(time.Second) >> 16)
	return rtt, rtt < 30*time.Second // a wrapped difference is a broken peer
}
