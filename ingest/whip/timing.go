package whip

import (
	"sync"
	"time"

	"vantage/media"
)

const (
	// skewTolerance is how far sound may be off the picture before it is moved: below what anybody notices (ITU-R BT.1359).
	skewTolerance = 20 * time.Millisecond

	// maxSkew is the largest skew that is believed; beyond, the publisher's reports are not of one clock.
	maxSkew = 3 * time.Second

	// A capture time is believed when it lies between maxCaptureAge before and maxCaptureLead after the arrival.
	maxCaptureAge  = 3 * time.Second
	maxCaptureLead = 100 * time.Millisecond
)

// timing is the time line of one publisher: it places the RTP timestamps of its tracks on one zero. It is pure: time is an
// argument. It is safe for concurrent use by the tracks.
type timing struct {
	mu           sync.Mutex
	zero         time.Time // arrival of the first packet of any track
	video, audio *trackTiming
}

// trackTiming is the mapping of one track.
type trackTiming struct {
	all   *timing
	clock int

	started bool
	last    uint32 // RTP timestamp
	ticks   int64  // of last, unwrapped, from the first packet on
	offset  int64  // PTS of the first packet

	reported bool
	wall     time.Time // of the last sender report, by the publisher's clock
	wallAt   int64     // ticks, unwrapped as ticks are
}

func (t *timing) track(k media.Kind, clock int) *trackTiming {
	t.mu.Lock()
	defer t.mu.Unlock()
	tt := &trackTiming{all: t, clock: clock}
	if k == media.Video {
		t.video = tt
	} else {
		t.audio = tt
	}
	return tt
}

// stamp returns the PTS of a packet's RTP timestamp, and the time of capture where it is known.
func (t *trackTiming) stamp(ts uint32, arrived time.Time) (pts int64, captured time.Time) {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	if !t.started {
		if t.all.zero.IsZero() {
			t.all.zero = arrived
		}
		t.started, t.last = true, ts
		t.offset = media.Ticks(arrived.Sub(t.all.zero), t.clock)
	}
	t.ticks += int64(int32(ts - t.last))
	t.last = ts
	if t.reported {
		c := t.wall.Add(media.Duration(t.ticks-t.wallAt, t.clock))
		if age := arrived.Sub(c); age < maxCaptureAge && age > -maxCaptureLead {
			captured = c
		}
	}
	return t.offset + t.ticks, captured
}

// report takes a sender report in: at the publisher's wall-clock time, the track was at the RTP timestamp.
func (t *trackTiming) report(wall time.Time, ts uint32) {
	t.all.mu.Lock()
	defer t.all.mu.Unlock()
	if !t.started {
		return // there is nothing yet that the timestamp could be unwrapped by
	}
	t.reported, t.wall = true, wall
	t.wallAt = t.ticks + int64(int32(ts-t.last))
	t.all.align()
}

// origin is the publisher's time of PTS 0.
func (t *trackTiming) origin() time.Time {
	return t.wall.Add(-media.Duration(t.offset+t.wallAt, t.clock))
}

// align moves audio so that both tracks have the same origin. The lock is held.
func (t *timing) align() {
	v, a := t.video, t.audio
	if v == nil || a == nil || !v.reported || !a.reported {
		return
	}
	skew := a.origin().Sub(v.origin())
	if skew.Abs() < skewTolerance || skew.Abs() > maxSkew {
		return
	}
	a.offset += media.Ticks(skew, a.clock)
}

// ntpTime reads the 64-bit NTP timestamp format (RFC 3550 §4); false for 0, which says that the sender has no clock.
func ntpTime(v uint64) (time.Time, bool) {
	const epoch = 2208988800 // seconds from 1900 to 1970
	if v == 0 {
		return time.Time{}, false
	}
	return time.Unix(int64(v>>32)-epoch, int64((v&0xffffffff)*uint64(time.Second)>>32)), true
}
