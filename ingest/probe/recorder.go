package probe

import (
	"sync"
	"time"

	"vantage/media"
)

// settle is the beginning of the measurement that drift and rates leave out: cameras and sockets burst at first.
const settle = time.Second

// recorder is the publisher that a probed source publishes to. It measures and keeps nothing.
type recorder struct {
	demand *media.Demand
	first  chan struct{} // closed by the first unit

	mu     sync.Mutex
	tracks []*media.Track
	lanes  map[media.TrackID]*lane
	begun  time.Time
}

// lane is what was seen of one track.
type lane struct {
	units, bytes      int
	firstPTS, lastPTS int64
	firstAt, lastAt   time.Time
	random            []int64   // PTS of random-access units
	steps             []float64 // DTS between units, in ticks
	drift             drift
	offset            time.Duration // capture clock minus arrival, of the last unit that had one
	hasOffset         bool
}

func newRecorder() *recorder {
	return &recorder{demand: media.NewDemand(), first: make(chan struct{}), lanes: map[media.TrackID]*lane{}}
}

// SetTracks implements [media.Publisher].
func (r *recorder) SetTracks(tracks []*media.Track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(tracks) > 0 {
		r.tracks = append([]*media.Track(nil), tracks...)
	}
}

// Demand implements [media.Publisher].
func (r *recorder) Demand() *media.Demand { return r.demand }

// maxRandom bounds what is noted of random-access units and picture intervals.
const maxRandom = 4096

// Publish implements [media.Publisher].
func (r *recorder) Publish(u *media.Unit) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.begun.IsZero() {
		r.begun = now
		close(r.first)
	}
	l := r.lanes[u.Track.ID]
	if l == nil {
		l = &lane{}
		r.lanes[u.Track.ID] = l
	}
	if u.RandomAccess && len(l.random) < maxRandom {
		l.random = append(l.random, u.PTS)
	}
	if !u.Captured.IsZero() {
		l.offset, l.hasOffset = u.Captured.Sub(now), true
	}
	if now.Sub(r.begun) < settle {
		return
	}
	if l.units == 0 {
		l.firstPTS, l.firstAt = u.DTS, now
	} else if len(l.steps) < maxRandom {
		l.steps = append(l.steps, float64(u.DTS-l.lastPTS))
	}
	l.units++
	l.bytes += u.Size()
	l.lastPTS, l.lastAt = u.DTS, now
	l.drift.add(now.Sub(l.firstAt), media.Duration(u.DTS-l.firstPTS, u.Track.ClockRate))
}
