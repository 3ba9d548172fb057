package rtsp

import (
	"time"

	"github.com/pion/rtp"
)

const (
	// reorderWait is how long a packet that is missing may come late. Paths through one building reorder within some milliseconds.
	reorderWait = 60 * time.Millisecond

	// reorderWindow is how many packets may wait for one that is missing: 60 ms of 80 Mbit/s. A power of two.
	reorderWindow = 512
)

// reorder puts the packets of one track in order, and gives up on one that is missing after a time, not after a number of packets: a camera
// that sends 25 a second, which is what a quiet scene takes, must not stand still for the time of 64. It is pure: time is an
// argument. No packet waits longer than reorderWait. The zero value is ready.
type reorder struct {
	begun   bool
	ssrc    uint32
	next    uint16 // sequence number to come out
	waiting int
	slots   [reorderWindow]waitingPacket
	since   time.Time // when next was first missed: the first that waits came; valid while any does
}

type waitingPacket struct {
	*rtp.Packet
	came time.Time
}

// push takes a packet. One that is late or repeated is ignored.
func (r *reorder) push(p *rtp.Packet, now time.Time) {
	ahead := int16(p.SequenceNumber - r.next)
	switch {
	case !r.begun || p.SSRC != r.ssrc, ahead >= reorderWindow, ahead < -reorderWindow:
		*r = reorder{begun: true, ssrc: p.SSRC, next: p.SequenceNumber} // the sender begins anew
	case ahead < 0:
		return
	}
	slot := &r.slots[p.SequenceNumber%reorderWindow]
	if slot.Packet != nil {
		return
	}
	if r.waiting == 0 {
		r.since = now
	}
	*slot = waitingPacket{p, now}
	r.waiting++
}

// pop returns the next packet in order, nil when none is due.
func (r *reorder) pop(now time.Time) *rtp.Packet {
	if r.waiting == 0 {
		return nil
	}
	late := now.Sub(r.since) >= reorderWait
	for r.slots[r.next%reorderWindow].Packet == nil {
		if !late {
			return nil
		}
		r.next++
	}
	slot := &r.slots[r.next%reorderWindow]
	p := slot.Packet
	*slot = waitingPacket{}
	r.waiting--
	r.next++
	if r.waiting > 0 && r.slots[r.next%reorderWindow].Packet == nil {
		r.since = r.oldest()
	}
	return p
}

// oldest is when the first of those that wait came. Some do.
func (r *reorder) oldest() (at time.Time) {
	for i := range r.slots {
		if s := &r.slots[i]; s.Packet != nil && (at.IsZero() || s.came.Before(at)) {
			at = s.came
		}
	}
	return at
}

// deadline is when pop has something to give even if no packet comes; zero: never.
func (r *reorder) deadline() time.Time {
	if r.waiting == 0 {
		return time.Time{}
	}
	return r.since.Add(reorderWait)
}
