package media_test

import (
	"testing"

	"vantage/media"
)

var (
	video = &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000}
	audio = &media.Track{ID: "audio", Codec: media.Opus, ClockRate: 48000}
)

// unit makes a unit of one part whose PTS tells it apart.
func unit(t *media.Track, pts int64, random bool) *media.Unit {
	u := media.NewUnit(t, 4)
	u.PTS, u.RandomAccess = pts, random
	u.Append([]byte{byte(pts), 1, 2, 3})
	return u
}

// push lends a fresh unit to push, and lets go of it.
func push(to interface{ Push(*media.Unit) }, t *media.Track, pts int64, random bool) {
	u := unit(t, pts, random)
	to.Push(u)
	u.Release()
}

func publish(h *media.Hub, t *media.Track, pts int64, random bool) {
	u := unit(t, pts, random)
	h.Publish(u)
	u.Release()
}

// popAll returns the PTS of all that waits.
func popAll(t testing.TB, from interface{ TryPop() (*media.Unit, error) }) (pts []int64) {
	t.Helper()
	for {
		u, err := from.TryPop()
		if u == nil {
			_ = err
			return pts
		}
		pts = append(pts, u.PTS)
		u.Release()
	}
}

// mustPanic runs f and returns what it panicked with.
func mustPanic(t *testing.T, f func()) (msg any) {
	t.Helper()
	defer func() {
		if msg = recover(); msg == nil {
			t.Error("did not panic")
		}
	}()
	f()
	return nil
}
