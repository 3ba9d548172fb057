package fanout

import (
	"sync"
	"time"

	"github.com/pion/rtcp"
)

// maxReferences bounds the receivers of one viewer that are answered: a browser has one for each kind of media.
const maxReferences = 4

// references are the last reference times that a receiver told (RFC 3611 §4.4), one for each of its SSRCs. They are answered beside our sender
// reports, so that it learns the round trip without sending media. Chromium tells the age of a picture only once it has that.
//
// The zero value is ready. It is safe for concurrent use.
type references struct {
	mu   sync.Mutex
	last []reference
}

type reference struct {
	ssrc uint32
	ntp  uint32 // the middle 32 bits of the receiver's clock
	at   time.Time
}

// note keeps a report.
func (r *references) note(report *rtcp.ExtendedReport, now time.Time) {
	for _, block := range report.Reports {
		b, ok := block.(*rtcp.ReceiverReferenceTimeReportBlock)
		if !ok {
			continue
		}
		n := reference{ssrc: report.SenderSSRC, ntp: uint32(b.NTPTimestamp >> 16), at: now}
		r.mu.Lock()
		at := 0
		for at < len(r.last) && r.last[at].ssrc != n.ssrc {
			at++
		}
		switch {
		case at < len(r.last):
			r.last[at] = n
		case at < maxReferences:
			r.last = append(r.last, n)
		}
		r.mu.Unlock()
	}
}

// answer returns the answer to what was noted since the last answer (RFC 3611 §4.5); nil when nothing was.
func (r *references) answer(from uint32, now time.Time) rtcp.Packet {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.last) == 0 {
		return nil
	}
	block := &rtcp.DLRRReportBlock{Reports: make([]rtcp.DLRRReport, len(r.last))}
	for i, n := range r.last {
		block.Reports[i] = rtcp.DLRRReport{SSRC: n.ssrc, LastRR: n.ntp, DLRR: uint32(now.Sub(n.at) << 16 / time.Second)}
	}
	r.last = r.last[:0]
	return &rtcp.ExtendedReport{SenderSSRC: from, Reports: []rtcp.ReportBlock{block}}
}
