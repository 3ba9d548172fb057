package fanout

import "time"

const (
	// clockStep is a change of the mapping that is taken at once: the source's clock was set, or another source has taken over.
	clockStep = 250 * time.Millisecond

	// clockSlew bounds how far the mapping moves with one observation: drift of two crystals (100 ppm) is followed, the jitter of
	// arrivals is not.
	clockSlew = 500 * time.Microsecond
)

// clock maps the time line of a stream to wall-clock time for sender reports. A viewer has one for all its streams, because what
// makes a receiver play sound and picture together is that both are mapped in the same way (RFC 3550 §6.4.1).
type clock struct {
	base  time.Time // wall-clock time of instant 0
	valid bool
}

// observe takes in that the instant at, counted from 0, was captured (or, where that is unknown, arrived) at wall.
func (c *clock) observe(at time.Duration, wall time.Time) {
	base := wall.Add(-at)
	diff := base.Sub(c.base)
	switch {
	case !c.valid || diff > clockStep || diff < -clockStep:
		c.base, c.valid = base, true
	case diff > 0:
		c.base = c.base.Add(min(diff, clockSlew))
	default:
		c.base = c.base.Add(max(diff, -clockSlew))
	}
}

// at is the instant on the time line of a wall-clock time.
func (c *clock) at(wall time.Time) time.Duration { return wall.Sub(c.base) }

// ntp converts to the 64-bit NTP timestamp format (RFC 3550 §4).
func ntp(t time.Time) uint64 {
	const epoch = 2208988800 // seconds from 1900 to 1970
	n := t.UnixNano()
	sec, frac := n/int64(time.Second), n%int64(time.Second)
	return uint64(sec+epoch)<<32 | uint64(frac)<<32/uint64(time.Second)
}
