package ingesttest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"vantage/media"
)

// maxFaults bounds what is told of one source: the hundredth unit of the same mistake says nothing new.
const maxFaults = 8

// recorder is the publisher of a source under test. It checks each call against the contract as it comes. Sources may publish their tracks
// from goroutines of their own, so it is safe for concurrent use.
type recorder struct {
	demand *media.Demand
	want   int
	enough chan struct{} // closed when want units of every announced track have come

	mu     sync.Mutex
	tracks []*media.Track
	copies []media.Track // of tracks, as they were announced
	lanes  map[media.TrackID]*lane
	over   bool // Run has returned
	faults []string
}

// lane is what was seen of one track.
type lane struct {
	units  int
	random int
	dts    int64
	epoch  uint32
}

func newRecorder(want int) *recorder {
	return &recorder{demand: media.NewDemand(), want: want, enough: make(chan struct{}), lanes: map[media.TrackID]*lane{}}
}

// Demand implements [media.Publisher].
func (r *recorder) Demand() *media.Demand { return r.demand }

// SetTracks implements [media.Publisher].
func (r *recorder) SetTracks(tracks []*media.Track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.check(!r.over, "SetTracks after Run returned")
	r.unchanged()
	r.tracks, r.copies = slices.Clone(tracks), r.copies[:0]
	seen := map[media.TrackID]bool{}
	for _, t := range tracks {
		r.copies = append(r.copies, *t)
		r.check(t.ID != "" && !seen[t.ID], "track ID %q is empty or given twice", t.ID)
		r.check(t.Kind() != 0 && t.ClockRate > 0, "track %s has codec %v at %d ticks a second", t.ID, t.Codec, t.ClockRate)
		r.check(t.Kind() != media.Video || t.ClockRate == 90000, "video track %s has %d ticks a second, want 90000", t.ID, t.ClockRate)
		seen[t.ID] = true
		if l := r.lanes[t.ID]; l != nil {
			r.check(t.Epoch >= l.epoch, "track %s steps back from epoch %d to %d", t.ID, l.epoch, t.Epoch)
			l.epoch = t.Epoch
		}
	}
}

// unchanged checks that announced tracks were left alone. The lock is held.
func (r *recorder) unchanged() {
	for i, t := range r.tracks {
		c := &r.copies[i]
		r.check(t.SameParams(c) && t.ID == c.ID && t.Epoch == c.Epoch, "track %s was changed after it was announced; use Track.Next", c.ID)
	}
}

// Publish implements [media.Publisher].
func (r *recorder) Publish(u *media.Unit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.check(!r.over, "a unit after Run returned")
	if !slices.Contains(r.tracks, u.Track) {
		r.check(false, "a unit of track %s, epoch %d, which is not announced", u.Track.ID, u.Track.Epoch)
		return
	}
	r.unchanged()
	l := r.lanes[u.Track.ID]
	if l == nil {
		l = &lane{epoch: u.Track.Epoch}
		r.lanes[u.Track.ID] = l
	}
	r.check(l.units == 0 || u.DTS > l.dts, "track %s steps from DTS %d to %d", u.Track.ID, l.dts, u.DTS)
	r.check(u.PTS >= u.DTS, "track %s has PTS %d before DTS %d", u.Track.ID, u.PTS, u.DTS)
	r.check(u.Track.Reordered || u.PTS == u.DTS, "track %s is in order and has PTS %d and DTS %d", u.Track.ID, u.PTS, u.DTS)
	r.check(!u.Arrived.IsZero() && !u.Arrived.After(time.Now()), "track %s has a unit that arrived at %v", u.Track.ID, u.Arrived)
	r.check(u.Track.Kind() != media.Audio || u.RandomAccess, "track %s has audio that is not random access", u.Track.ID)
	r.check(len(u.Parts) > 0 && !slices.ContainsFunc(u.Parts, func(p []byte) bool { return len(p) == 0 }),
		"track %s has a unit without parts, or an empty part", u.Track.ID)
	l.units++
	l.dts = u.DTS
	if u.RandomAccess {
		l.random++
	}
	if r.sated() {
		select {
		case <-r.enough:
		default:
			close(r.enough)
		}
	}
}

// sated reports whether every announced track has delivered what was wanted, and video a place to begin. The lock is held.
func (r *recorder) sated() bool {
	for _, t := range r.tracks {
		l := r.lanes[t.ID]
		if l == nil || l.units < r.want || l.random == 0 {
			return false
		}
	}
	return len(r.tracks) > 0
}

// check notes a breach of the contract. The lock is held.
func (r *recorder) check(ok bool, format string, args ...any) {
	if !ok && len(r.faults) < maxFaults {
		r.faults = append(r.faults, fmt.Sprintf(format, args...))
	}
}

// end says that Run has returned, and returns what was wrong.
func (r *recorder) end() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unchanged()
	r.over = true
	return r.faults
}

// late returns what was wrong altogether, calls after end included.
func (r *recorder) late() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.faults
}

// progress says how far the source came.
func (r *recorder) progress() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.tracks) == 0 {
		return "no track was announced"
	}
	s := ""
	for _, t := range r.tracks {
		l := r.lanes[t.ID]
		if l == nil {
			l = &lane{}
		}
		s += fmt.Sprintf("%s: %d units, %d for random access; ", t.ID, l.units, l.random)
	}
	return s
}
