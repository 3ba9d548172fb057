package ingest

import (
	"sync"
	"time"

	"vantage/media"
)

// maxDrift is how far a source's time line may run away from the clock before it is taken for a jump and joined anew: a
// camera's clock that was set, or a publisher that began again. Networks that stall deliver late by less.
const maxDrift = 8 * time.Second

// Timeline joins the connections of a stream into one: time stamps go on by the wall clock over gaps and jumps, never
// back; tracks that come again unchanged stay the same tracks, and changed ones get the next epoch. It implements
// [media.Publisher] for sources, in front of the stream's hub. The zero of all tracks is the first unit's arrival.
type Timeline struct {
	pub media.Publisher

	mu     sync.Mutex
	zero   time.Time              // of the time line; not set before the first unit
	known  []*media.Track         // as published, the last of each ID
	lanes  map[*media.Track]*lane // by the source's track
	offset time.Duration          // added to the source's time stamps
	joined bool                   // offset is that of this connection
	jumps  uint64
}

// lane is one track of the present connection.
type lane struct {
	out    *media.Track
	last   int64 // DTS published
	any    bool
	offset int64 // Timeline.offset in ticks
}

// NewTimeline returns an empty time line in front of pub.
func NewTimeline(pub media.Publisher) *Timeline {
	return &Timeline{pub: pub, lanes: map[*media.Track]*lane{}}
}

// Restart says that a new connection begins.
func (t *Timeline) Restart() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.joined = false
}

// Demand implements [media.Publisher].
func (t *Timeline) Demand() *media.Demand { return t.pub.Demand() }

// SetTracks implements [media.Publisher]. An empty list says that the source is away.
func (t *Timeline) SetTracks(tracks []*media.Track) {
	t.mu.Lock()
	lanes := make(map[*media.Track]*lane, len(tracks))
	out := make([]*media.Track, len(tracks))
	for i, in := range tracks {
		l := t.lanes[in]
		if l == nil {
			l = &lane{out: t.published(in)}
			if old := t.laneOf(in.ID); old != nil && old.out.ClockRate == l.out.ClockRate {
				l.last, l.any = old.last, old.any
			}
			l.offset = media.Ticks(t.offset, in.ClockRate)
		}
		lanes[in], out[i] = l, l.out
	}
	if len(tracks) > 0 { // while the source is away its lanes are kept: the next connection goes on from them
		t.lanes = lanes
	}
	t.mu.Unlock()
	t.pub.SetTracks(out)
}

// published is the track to publish for a source's track: the known one if nothing changed. The lock is held.
func (t *Timeline) published(in *media.Track) *media.Track {
	for i, k := range t.known {
		if k.ID != in.ID {
			continue
		}
		if k.SameParams(in) && k.Reordered == in.Reordered {
			return k
		}
		n := *in
		n.Epoch = k.Epoch + 1
		t.known[i] = &n
		return &n
	}
	n := *in
	n.Epoch = 0
	t.known = append(t.known, &n)
	return &n
}

func (t *Timeline) laneOf(id media.TrackID) *lane {
	for in, l := range t.lanes {
		if in.ID == id {
			return l
		}
	}
	return nil
}

// Publish implements [media.Publisher]. A unit of a track that was not announced is dropped.
func (t *Timeline) Publish(u *media.Unit) {
	now := u.Arrived
	if now.IsZero() {
		now = time.Now()
	}
	t.mu.Lock()
	l := t.lanes[u.Track]
	if l == nil {
		t.mu.Unlock()
		return
	}
	rate := l.out.ClockRate
	if t.zero.IsZero() {
		t.zero = now
	}
	// Where the time line should be, and where the source's stamps put it.
	wall := now.Sub(t.zero)
	if drift := media.Duration(u.DTS+l.offset, rate) - wall; !t.joined || drift > maxDrift || drift < -maxDrift {
		if t.joined {
			t.jumps++
		}
		t.join(wall - media.Duration(u.DTS, rate))
	}
	dts := u.DTS + l.offset
	if l.any && dts <= l.last {
		dts = l.last + 1 // never back, whatever the source says
	}
	l.last, l.any = dts, true
	d := u.Derive()
	d.Track = l.out
	d.PTS = dts + (u.PTS - u.DTS)
	d.DTS = dts
	t.mu.Unlock()
	t.pub.Publish(d)
	d.Release()
}

// join sets what is added to the source's time stamps from now on. The lock is held.
func (t *Timeline) join(offset time.Duration) {
	t.offset, t.joined = offset, true
	for _, l := range t.lanes {
		l.offset = media.Ticks(offset, l.out.ClockRate)
	}
}

// Jumps counts the time jumps that were mended within connections.
func (t *Timeline) Jumps() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.jumps
}
