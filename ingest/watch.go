package ingest

import (
	"sync"
	"sync/atomic"
	"time"

	"vantage/media"
)

// watch is the time line that a source publishes to, with a note of when units arrived.
type watch struct {
	*Timeline
	started   time.Time
	tracks    sync.Once
	announced chan struct{} // closed by the first tracks
	once      sync.Once
	live      chan struct{} // closed by the first unit
	first     time.Duration // since started; valid when live is closed
	last      atomic.Int64  // time.Duration since started; 0: none yet
}

func newWatch(t *Timeline) *watch {
	return &watch{Timeline: t, started: time.Now(), announced: make(chan struct{}), live: make(chan struct{})}
}

// SetTracks implements [media.Publisher].
func (w *watch) SetTracks(tracks []*media.Track) {
	w.Timeline.SetTracks(tracks)
	if len(tracks) > 0 {
		w.tracks.Do(func() { close(w.announced) })
	}
}

// Publish implements [media.Publisher].
func (w *watch) Publish(u *media.Unit) {
	since := max(time.Since(w.started), 1)
	w.last.Store(int64(since))
	w.once.Do(func() {
		w.first = since
		close(w.live)
	})
	w.Timeline.Publish(u)
}

// lasted is the time from the first unit to the last, 0 when there was none.
func (w *watch) lasted() time.Duration {
	select {
	case <-w.live:
		return time.Duration(w.last.Load()) - w.first
	default:
		return 0
	}
}
