package libav

import (
	"time"

	"vantage/media"
)

// maxStamps is how many units may be inside a codec at once: more than any reordering or look-ahead that we ask for.
const maxStamps = 128

// stamps carries the wall-clock times of pictures around a codec, which keeps only their PTS.
type stamps struct {
	ring [maxStamps]stamp
	next int
}

type stamp struct {
	pts               int64
	captured, arrived time.Time
	used              bool
}

func (s *stamps) put(pts int64, captured, arrived time.Time) {
	s.ring[s.next] = stamp{pts, captured, arrived, true}
	s.next = (s.next + 1) % maxStamps
}

// take returns and forgets the newest entry of the PTS. ok is false when there is none.
func (s *stamps) take(pts int64) (captured, arrived time.Time, ok bool) {
	for i := range maxStamps {
		e := &s.ring[(s.next-1-i+2*maxStamps)%maxStamps]
		if e.used && e.pts == pts {
			e.used = false
			return e.captured, e.arrived, true
		}
	}
	return time.Time{}, time.Time{}, false
}

// near returns the times of the newest entry at or before the PTS, moved by what lies between, in ticks of the clock rate. Entries
// stay. They are zero when there is none.
func (s *stamps) near(pts int64, clockRate int) (captured, arrived time.Time) {
	for i := range maxStamps {
		e := &s.ring[(s.next-1-i+2*maxStamps)%maxStamps]
		if !e.used || e.pts > pts {
			continue
		}
		if captured = e.captured; !captured.IsZero() {
			captured = captured.Add(media.Duration(pts-e.pts, clockRate))
		}
		return captured, e.arrived
	}
	return time.Time{}, time.Time{}
}
