package whip

import (
	"time"

	"github.com/pion/rtp"
)

// Bounds of the reorder buffer.
const (
	// reorderWindow is how many packets ahead of the next one may wait: half a second of 25 Mbit/s. A power of two.
	reorderWindow = 1024

	// nackInterval is the time between two requests for the same packet, nackTries how often it is asked for.
	nackInterval = 40 * time.Millisecond
	nackTries    = 5

	// nackDelay lets a packet that was only overtaken come by itself.
	nackDelay = 5 * time.Millisecond

	// maxBehind is how far back a packet may be and count as late; further away, the sender has begun a new sequence.
	maxBehind = 3000
)

// reorder puts the packets of one track in order. It waits for a missing packet at most maxWait, and says which to ask
// for. It is pure: time is an argument. The zero value with maxWait set is ready.
type reorder struct {
	maxWait time.Duration
	nack    bool // missing packets can be asked for

	started bool
	next    uint16 // sequence number to come out
	last    uint16 // highest that has come
	waiting int    // packets held
	slots   [reorderWindow]slot
	lost    uint64
}

// slot is the place of one sequence number in the window: it holds the packet, or how long it has been missed.
type slot struct {
	packet *rtp.Packet
	since  time.Time // when it was first missed; zero: not missed
	asked  time.Time // when it was last asked for
	tries  int
}

func (r *reorder) slot(seq uint16) *slot { return &r.slots[seq%reorderWindow] }

// push takes a packet in. It reports false for one that is late or a duplicate.
func (r *reorder) push(p *rtp.Packet, now time.Time) bool {
	seq := p.SequenceNumber
	if !r.started {
		r.started, r.next, r.last = true, seq, seq-1
	}
	ahead := int16(seq - r.next)
	switch {
	case ahead < 0 && ahead > -maxBehind:
		return false
	case ahead < 0 || ahead >= reorderWindow:
		r.restart(seq)
	}
	s := r.slot(seq)
	if s.packet != nil {
		return false
	}
	*s = slot{packet: p}
	r.waiting++
	for q := r.last + 1; int16(seq-q) > 0; q++ { // those overtaken
		r.slot(q).since = now
	}
	if int16(seq-r.last) > 0 {
		r.last = seq
	}
	return true
}

// restart begins anew at seq. What waited is lost; how much never came nobody knows.
func (r *reorder) restart(seq uint16) {
	r.lost += uint64(r.waiting) + 1
	clear(r.slots[:])
	r.waiting, r.next, r.last = 0, seq, seq-1
}

// pop returns the next packet in order and whether packets in front of it were given up; nil when none is due.
func (r *reorder) pop(now time.Time) (p *rtp.Packet, gap bool) {
	for r.waiting > 0 {
		s := r.slot(r.next)
		if s.packet != nil {
			p = s.packet
			*s = slot{}
			r.next++
			r.waiting--
			return p, gap
		}
		if now.Sub(s.since) < r.maxWait {
			return nil, false
		}
		*s = slot{}
		r.next++
		r.lost++
		gap = true
	}
	return nil, false
}

// missing appends to dst the sequence numbers to ask for now, which counts as asking.
func (r *reorder) missing(dst []uint16, now time.Time) []uint16 {
	if r.waiting == 0 || !r.nack {
		return dst
	}
	for seq := r.next; int16(r.last-seq) > 0; seq++ {
		s := r.slot(seq)
		if s.packet != nil || s.tries >= nackTries || now.Before(s.due()) {
			continue
		}
		s.asked = now
		s.tries++
		dst = append(dst, seq)
	}
	return dst
}

// due is when to ask for a missing packet.
func (s *slot) due() time.Time {
	if s.tries == 0 {
		return s.since.Add(nackDelay)
	}
	return s.asked.Add(nackInterval)
}

// deadline is when pop or missing have something to do even if no packet comes; zero: never.
func (r *reorder) deadline() time.Time {
	if r.waiting == 0 {
		return time.Time{}
	}
	at := r.slot(r.next).since.Add(r.maxWait)
	if !r.nack {
		return at
	}
	for seq := r.next; int16(r.last-seq) > 0; seq++ {
		s := r.slot(seq)
		if s.packet == nil && s.tries < nackTries {
			if due := s.due(); due.Before(at) {
				at = due
			}
		}
	}
	return at
}
