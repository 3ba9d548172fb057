package ingest

import "time"

// maxDriftPPM is how fast a source's clock may run behind ours, in parts per million, without being late: crystals are off by 100.
const maxDriftPPM = 1000

// lineClock says where a time line should be by the wall clock. It follows the units that came with the least delay, and so a
// source's clock: forward at once, back slowly. The zero value is not set.
type lineClock struct {
	set  bool
	when time.Time
	pos  time.Duration // at when
}

// at is the position at an instant.
func (c *lineClock) at(now time.Time) time.Duration {
	if !c.set {
		return 0
	}
	return c.pos + now.Sub(c.when)
}

func (c *lineClock) reset(now time.Time, pos time.Duration) { *c = lineClock{true, now, pos} }

// follow takes a unit that has a position and came at an instant.
func (c *lineClock) follow(now time.Time, pos time.Duration) {
	elapsed := now.Sub(c.when)
	if elapsed < 0 {
		return // units of two tracks may be stamped in one order and come in the other
	}
	slow := elapsed / (1e6 / maxDriftPPM)
	c.reset(now, max(pos, c.at(now)-slow))
}
