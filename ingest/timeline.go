package ingest

import (
	"sync"
	"time"

	"vantage/media"
)

// What a source's time stamps may do before they are taken for a jump, which is mended: a camera's clock that was set, or a
// publisher that began again.
const (
	// maxAhead is how far a unit may be ahead of the line. Networks delay, they do not hasten.
	maxAhead = 3 * time.Second

	// maxBehind is how far a unit may be behind: networks that stall deliver late by less.
	maxBehind = 8 * time.Second

	// maxBack is how far a track may step back: B-frames do before they are known for what they are.
	maxBack = 500 * time.Millisecond

	// sameJump is how near the mended time of another track must put a unit for both to have jumped together.
	sameJump = time.Second
)

// Timeline joins the connections of a stream into one: time stamps go on by the wall clock over gaps and jumps, never
// back; tracks that come again unchanged stay the same tracks, and changed ones get the next epoch. It implements
// [media.Publisher] for sources, in front of the stream's hub. The zero of all tracks is the first unit's arrival.
//
// Within a connection the tracks keep the distance that the source gave them, and its clock is followed, however it drifts. It is safe for
// concurrent use as far as the units of one track come from one goroutine at a time.
type Timeline struct {
	pub media.Publisher

	announcing sync.Mutex // keeps announcements in order; taken before mu

	mu     sync.Mutex
	lanes  map[*media.Track]*lane  // of the present connection, by the source's track
	known  map[media.TrackID]*lane // the last of each ID, present or not
	line   lineClock
	latest time.Duration // the newest position published
	offset time.Duration // added to the source's time stamps, as it was found last
	joined bool          // offset is that of this connection
	jumps  uint64
}

// lane is one track of the present connection.
type lane struct {
	out    *media.Track
	offset time.Duration // Timeline.offset, or its own after a jump that only this track made
	ticks  int64         // offset in ticks
	last   int64         // DTS published
	any    bool          // last is valid
	begun  bool          // a unit of this connection was published
}

func (l *lane) setOffset(d time.Duration) { l.offset, l.ticks = d, media.Ticks(d, l.out.ClockRate) }

// NewTimeline returns an empty time line in front of pub.
func NewTimeline(pub media.Publisher) *Timeline {
	return &Timeline{pub: pub, lanes: map[*media.Track]*lane{}, known: map[media.TrackID]*lane{}}
}

// Restart says that a new connection begins.
func (t *Timeline) Restart() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.joined = false
	for _, l := range t.known {
		l.begun = false
	}
}

// Demand implements [media.Publisher].
func (t *Timeline) Demand() *media.Demand { return t.pub.Demand() }

// SetTracks implements [media.Publisher]. An empty list says that the source is away.
func (t *Timeline) SetTracks(tracks []*media.Track) {
	t.announcing.Lock()
	defer t.announcing.Unlock()
	t.pub.SetTracks(t.adopt(tracks))
}

// adopt makes the lanes of the source's tracks and returns the tracks to publish.
func (t *Timeline) adopt(tracks []*media.Track) []*media.Track {
	t.mu.Lock()
	defer t.mu.Unlock()
	lanes := make(map[*media.Track]*lane, len(tracks))
	out := make([]*media.Track, len(tracks))
	for i, in := range tracks {
		l := t.lanes[in]
		if l == nil {
			l = t.newLane(in)
		}
		lanes[in], out[i] = l, l.out
	}
	if len(tracks) > 0 { // while the source is away its lanes are kept: the next connection goes on from them
		t.lanes = lanes
	}
	return out
}

// newLane returns the lane of a track that was not there, going on from the last of the same ID. The lock is held.
func (t *Timeline) newLane(in *media.Track) *lane {
	l := &lane{out: publishedAs(in, t.known[in.ID])}
	l.setOffset(t.offset)
	if old := t.known[in.ID]; old != nil {
		l.last, l.any, l.begun = media.Rescale(old.last, old.out.ClockRate, l.out.ClockRate), old.any, old.begun
		if old.begun {
			l.setOffset(old.offset)
		}
	}
	t.known[in.ID] = l
	return l
}

// publishedAs is the track to publish for a source's track: that of the lane before, if there is one and nothing changed.
func publishedAs(in *media.Track, before *lane) *media.Track {
	n := *in
	n.Epoch = 0
	if before != nil {
		if continues(before.out, in) {
			return before.out
		}
		n.Epoch = before.out.Epoch + 1
	}
	return &n
}

// continues reports whether a source's track is the known one. What it does not tell yet is taken to be as it was: a camera that comes back
// often shows its parameters and B-frames only in its pictures, and viewers should not have to start afresh for that.
func continues(k, in *media.Track) bool {
	blank := *in
	if len(in.Params) == 0 && in.WidthPx == 0 {
		blank.Params, blank.WidthPx, blank.HeightPx = k.Params, k.WidthPx, k.HeightPx
	}
	return k.SameParams(&blank) && (k.Reordered || !in.Reordered) &&
		(in.Profile == "" || in.Profile == k.Profile) && (in.FrameRate == 0 || in.FrameRate == k.FrameRate)
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
	d := u.Derive()
	d.Track = l.out
	d.DTS = t.place(l, u.DTS, now)
	d.PTS = max(u.PTS+l.ticks, d.DTS)
	t.mu.Unlock()
	t.pub.Publish(d)
	d.Release()
}

// place returns the DTS to publish for one of the source. The lock is held.
func (t *Timeline) place(l *lane, dts int64, now time.Time) int64 {
	in := media.Duration(dts, l.out.ClockRate)
	wall := t.line.at(now)
	switch {
	case !t.joined:
		t.join(in, wall, now)
	case t.jumped(l, dts, in, wall):
		t.mend(l, in, wall)
	}
	out := dts + l.ticks
	if l.any && out <= l.last {
		out = l.last + 1 // never back, whatever the source says
	}
	l.last, l.any, l.begun = out, true, true
	at := media.Duration(out, l.out.ClockRate)
	t.line.follow(now, at)
	t.latest = max(t.latest, at)
	return out
}

// join puts the first unit of a connection where the wall clock says, behind all that was published. The lock is held.
func (t *Timeline) join(in, wall time.Duration, now time.Time) {
	at := wall
	if t.line.set {
		at = max(wall, t.latest+time.Millisecond)
	}
	t.line.reset(now, at)
	t.offset, t.joined = at-in, true
	for _, l := range t.lanes {
		l.setOffset(t.offset)
	}
}

// jumped reports whether a unit cannot follow the one before. The lock is held.
func (t *Timeline) jumped(l *lane, dts int64, in, wall time.Duration) bool {
	if drift := in + l.offset - wall; drift > maxAhead || drift < -maxBehind {
		return true
	}
	return l.begun && dts+l.ticks < l.last-media.Ticks(maxBack, l.out.ClockRate)
}

// mend finds a new offset for a track that jumped: that of another which made the same jump before, so that they stay in step, or one
// of its own. The lock is held.
func (t *Timeline) mend(l *lane, in, wall time.Duration) {
	t.jumps++
	if t.offset == l.offset || (in+t.offset-wall).Abs() > sameJump {
		at := wall
		if l.any {
			at = max(at, media.Duration(l.last+1, l.out.ClockRate))
		}
		t.offset = at - in
	}
	l.setOffset(t.offset)
}

// Jumps counts the time jumps that were mended within connections, in all tracks.
func (t *Timeline) Jumps() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.jumps
}
