package rtsp

import (
	"time"

	"vantage/media"
)

const (
	// clockStep is the deviation from which on a sender clock jumps: the source was restarted or its clock was set.
	clockStep = 500 * time.Millisecond
	// clockFollow is the inverse of the share of a small deviation that is followed per unit, for drift without jitter.
	clockFollow = 128
)

// senderClock maps the common time line of a stream's tracks to wall clock for sender reports (RFC 3550 §6.4.1). All
// tracks of one player share it, so that they stay in step even when the source never told its wall clock.
type senderClock struct {
	zero     time.Time // wall clock of PTS 0
	captured bool      // zero comes from the source's own clock
}

// wall returns the wall clock of u.
func (c *senderClock) wall(u *media.Unit) time.Time {
	since := media.Duration(u.PTS, u.Track.ClockRate)
	at, captured := u.Captured, true
	if at.IsZero() {
		at, captured = u.Arrived, false
	}
	if at.IsZero() {
		at = time.Now()
	}
	zero := at.Round(0).Add(-since)
	deviation := zero.Sub(c.zero)
	switch {
	case c.zero.IsZero(), captured && !c.captured, captured == c.captured && deviation.Abs() > clockStep:
		c.zero, c.captured = zero, captured
	case captured == c.captured:
		c.zero = c.zero.Add(deviation / clockFollow)
	}
	return c.zero.Add(since)
}
