package rtsp

import (
	"sync"
	"time"

	"github.com/pion/rtcp"

	"vantage/media"
)

const (
	// maxSkew is how far tracks may be apart for sender reports to be believed: some cameras report nonsense for one of them.
	maxSkew = 2 * time.Second

	// minSkew is what is left alone. People notice sound from 45 ms early or 125 ms late (ITU-R BT.1359).
	minSkew = 10 * time.Millisecond

	// slewShare is the inverse of the share of the passing time by which a track is moved at most: 200 ms in 6 s, seen by nobody.
	slewShare = 32

	// maxSlewTime bounds the time that counts for one step, so that a picture after a pause stays behind the one before.
	maxSlewTime = 500 * time.Millisecond
)

// sessionClock puts the tracks of one session on one line. At first the arrival of each track's first packet decides; then sender
// reports, which tell the moments of both tracks on one clock (RFC 3550 §6.4.1), bring them into step and keep them there, for
// the clocks behind sound and pictures drift. It is the pictures that move, because sound that is stretched is heard.
//
// The zero value is ready. It is safe for concurrent use; each trackClock belongs to the goroutine of its packets.
type sessionClock struct {
	mu   sync.Mutex
	set  bool
	pos  time.Duration // of the latest packet
	when time.Time     // that came then

	leader *trackClock
	wall   time.Time // the sender's clock at the line's zero, by the leader; zero while unknown

	told  bool          // the sender told its clock
	ahead time.Duration // of the arrival of the latest packet
}

// trackClock is the clock of one track.
type trackClock struct {
	s       *sessionClock
	rate    int
	capture captureClock

	begun bool
	rtp   uint32 // the latest
	ticks int64  // on the line
	came  time.Time
}

// track adds a track with its RTP clock rate. The first one that leads is what the others follow.
func (s *sessionClock) track(rate int, leads bool) *trackClock {
	c := &trackClock{s: s, rate: rate, capture: captureClock{rate: rate}}
	if leads && s.leader == nil {
		s.leader = c
	}
	return c
}

// offset is how far the sender's wall clock is ahead of ours; ok is false while it has not told it.
func (s *sessionClock) offset() (ahead time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ahead, s.told
}

// report takes a sender report of the track. Other goroutines than that of the packets may call it.
func (c *trackClock) report(r *rtcp.SenderReport) { c.capture.report(r) }

// place returns where a packet belongs on the line, in ticks of the track's rate, and the sender's wall clock for it, zero while unknown.
func (c *trackClock) place(rtp uint32, now time.Time) (pts int64, sent time.Time) {
	sent = c.capture.at(rtp)
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	switch {
	case c.begun:
		c.ticks += int64(int32(rtp - c.rtp))
	case c.s.set:
		c.ticks = media.Ticks(c.s.pos+now.Sub(c.s.when), c.rate)
	}
	if !sent.IsZero() {
		c.s.told, c.s.ahead = true, sent.Sub(now)
	}
	if c.begun && !sent.IsZero() {
		c.follow(sent, min(now.Sub(c.came), maxSlewTime))
	}
	c.begun, c.rtp, c.came = true, rtp, now
	c.s.set, c.s.pos, c.s.when = true, media.Duration(c.ticks, c.rate), now
	return c.ticks, sent
}

// follow brings the track nearer to the leader. The lock is held.
func (c *trackClock) follow(sent time.Time, elapsed time.Duration) {
	zero := sent.Add(-media.Duration(c.ticks, c.rate))
	if c == c.s.leader {
		c.s.wall = zero
		return
	}
	if c.s.wall.IsZero() {
		return
	}
	skew := zero.Sub(c.s.wall) // this much later than the line says
	if skew.Abs() < minSkew || skew.Abs() > maxSkew {
		return
	}
	most := max(elapsed, 0) / slewShare
	c.ticks += media.Ticks(max(-most, min(most, skew)), c.rate)
}
