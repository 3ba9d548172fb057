package rtsp

import (
	"sync"
	"time"

	"github.com/pion/rtcp"

	"vantage/media"
)

// captureClock maps the RTP time of one track to the sender's wall clock by its sender reports (RFC 3550 §6.4.1). The library
// has the same mapping, but reads the binary fraction of NTP time as nanoseconds, up to 4.3 s off with senders that follow
// the standard. Safe for concurrent use.
type captureClock struct {
	rate int // RTP clock rate

	mu    sync.Mutex
	known bool
	rtp   uint32
	wall  time.Time
}

// report takes a sender report of the track.
func (c *captureClock) report(r *rtcp.SenderReport) {
	if r.NTPTime == 0 {
		return // the sender has no wall clock (RFC 3550 §6.4.1)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known, c.rtp, c.wall = true, r.RTPTime, fromNTP(r.NTPTime)
}

// at is the wall clock of an RTP time stamp, zero while unknown.
func (c *captureClock) at(rtpTime uint32) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		return time.Time{}
	}
	return c.wall.Add(media.Duration(int64(int32(rtpTime-c.rtp)), c.rate))
}

// ntpOffset is the number of seconds from the NTP era (1900) to the Unix era.
const ntpOffset = 2208988800

// ntp is the 64-bit NTP time stamp of t: seconds since 1900 and a binary fraction (RFC 5905 §6).
func ntp(t time.Time) uint64 {
	seconds := uint64(t.Unix()+ntpOffset) << 32
	return seconds | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// fromNTP is the inverse of ntp, to the nanosecond below.
func fromNTP(v uint64) time.Time {
	fraction := (v&0xFFFFFFFF*uint64(time.Second) + 1<<31) >> 32
	return time.Unix(int64(v>>32)-ntpOffset, int64(fraction))
}
