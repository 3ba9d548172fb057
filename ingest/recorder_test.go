package ingest_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"vantage/media"
)

// seenUnit is what a [recorder] notes of a unit.
type seenUnit struct {
	Track        *media.Track
	PTS, DTS     int64
	RandomAccess bool
	Arrived      time.Time
	Captured     time.Time
	Parts, Bytes int
}

// recorder is a [media.Publisher] that notes what passes and finds what no source may do.
type recorder struct {
	demand *media.Demand

	mu     sync.Mutex
	tracks []*media.Track
	sets   int
	lanes  map[media.TrackID]*lane
	seen   []seenUnit
	faults []string
}

// lane is one track as it went by.
type lane struct {
	busy bool // a unit is being published
	last seenUnit
	any  bool
}

// maxFaults bounds what is told of a source that does everything wrong.
const maxFaults = 20

// newRecorder returns an empty recorder.
func newRecorder() *recorder {
	return &recorder{demand: media.NewDemand(), lanes: map[media.TrackID]*lane{}}
}

// SetTracks implements [media.Publisher].
func (r *recorder) SetTracks(tracks []*media.Track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sets++
	r.tracks = append([]*media.Track(nil), tracks...)
	ids := map[media.TrackID]bool{}
	for _, t := range tracks {
		if t.ID == "" || ids[t.ID] || t.ClockRate <= 0 || t.Kind() == 0 {
			r.fault("track %+v: no ID, one that is taken, no clock rate or no codec", *t)
		}
		ids[t.ID] = true
	}
}

// Demand implements [media.Publisher].
func (r *recorder) Demand() *media.Demand { return r.demand }

// Publish implements [media.Publisher].
func (r *recorder) Publish(u *media.Unit) {
	s := seenUnit{u.Track, u.PTS, u.DTS, u.RandomAccess, u.Arrived, u.Captured, len(u.Parts), u.Size()}
	l := r.enter(s)
	r.mu.Lock()
	defer r.mu.Unlock()
	l.busy, l.last, l.any = false, s, true
	r.seen = append(r.seen, s)
}

// enter looks at a unit before it counts as published.
func (r *recorder) enter(s seenUnit) *lane {
	r.mu.Lock()
	defer r.mu.Unlock()
	announced := false
	for _, t := range r.tracks {
		announced = announced || t == s.Track
	}
	if !announced {
		r.fault("a unit of a track that was not announced: %+v", *s.Track)
	}
	l := r.lanes[s.Track.ID]
	if l == nil {
		l = &lane{}
		r.lanes[s.Track.ID] = l
	}
	if l.busy {
		r.fault("track %s: two goroutines publish at once", s.Track.ID)
	}
	l.busy = true
	switch {
	case s.Bytes == 0:
		r.fault("track %s: an empty unit", s.Track.ID)
	case s.PTS < s.DTS:
		r.fault("track %s: PTS %d before DTS %d", s.Track.ID, s.PTS, s.DTS)
	case l.any && s.DTS <= media.Rescale(l.last.DTS, l.last.Track.ClockRate, s.Track.ClockRate):
		r.fault("track %s: DTS %d after %d", s.Track.ID, s.DTS, l.last.DTS)
	case s.Arrived.IsZero():
		r.fault("track %s: Arrived is not set", s.Track.ID)
	case l.any && s.Arrived.Before(l.last.Arrived):
		r.fault("track %s: arrived before the unit before", s.Track.ID)
	}
	return l
}

// fault notes what is wrong. The lock is held.
func (r *recorder) fault(format string, args ...any) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, fmt.Sprintf(format, args...))
	}
}

// Report tells the test what was found wrong.
func (r *recorder) Report(t testing.TB) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.faults {
		t.Error(f)
	}
}

// Tracks returns the tracks announced last, and how often any were.
func (r *recorder) Tracks() (tracks []*media.Track, times int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tracks, r.sets
}

// Seen returns what was published on tracks of a kind, or of all for 0.
func (r *recorder) Seen(k media.Kind) []seenUnit {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []seenUnit
	for _, s := range r.seen {
		if k == 0 || s.Track.Kind() == k {
			list = append(list, s)
		}
	}
	return list
}

// newest returns the number of units and the last of them.
func (r *recorder) newest() (n int, s seenUnit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n = len(r.seen); n > 0 {
		s = r.seen[n-1]
	}
	return n, s
}
