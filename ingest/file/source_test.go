package file_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"vantage/ingest"
	"vantage/ingest/file"
	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/mediatest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clip is a fake file: pictures every 40 ms and sound every 20 ms, each second's sound before its pictures.
type clip struct {
	tracks []*media.Track
	units  []stamp
	at     int
	fail   error // in place of the end
	closed *int
}

type stamp struct {
	track *media.Track
	dts   int64
	key   bool
}

func newClip(seconds int, params byte, closed *int) *clip {
	v := &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000, Params: [][]byte{{params}}}
	a := &media.Track{ID: "audio", Codec: media.Opus, ClockRate: 48000}
	c := &clip{tracks: []*media.Track{v, a}, closed: closed}
	for s := range seconds {
		for i := range 50 {
			c.units = append(c.units, stamp{a, int64(s)*48000 + int64(i)*960, true})
		}
		for i := range 25 {
			c.units = append(c.units, stamp{v, int64(s)*90000 + int64(i)*3600, i == 0})
		}
	}
	return c
}

func (c *clip) Tracks() []*media.Track { return c.tracks }

func (c *clip) Next() (*media.Unit, error) {
	if c.at == len(c.units) {
		if c.fail != nil {
			return nil, c.fail
		}
		return nil, io.EOF
	}
	s := c.units[c.at]
	c.at++
	u := media.NewUnit(s.track, 1)
	u.PTS, u.DTS, u.RandomAccess = s.dts, s.dts, s.key
	u.Append([]byte{1})
	return u, nil
}

func (c *clip) Close() error { *c.closed++; return nil }

func TestFilePlaysInRealTimeOverAndOver(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		opened, closed := 0, 0
		s, err := file.NewSource(file.Options{URL: "file:///x.mp4", Open: func(path string) (file.Demuxer, error) {
			if path != filepath.FromSlash("/x.mp4") {
				t.Errorf("opened %q", path)
			}
			opened++
			return newClip(2, 1, &closed), nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		hub := media.NewHub("x", media.HubConfig{})
		video, audio := hub.SubscribeKind(media.QueueConfig{}, media.Video), hub.SubscribeKind(media.QueueConfig{}, media.Audio)
		defer video.Close()
		defer audio.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 4990*time.Millisecond)
		defer cancel()
		start := time.Now()
		if err := s.Run(ctx, hub); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		if opened != 3 || closed != 3 {
			t.Errorf("opened %d, closed %d", opened, closed)
		}
		check := func(sub *media.Subscription, want int, step int64, every time.Duration) {
			t.Helper()
			var first *media.Track
			for i := range want {
				u, err := sub.TryPop()
				if u == nil {
					t.Fatalf("%d units, want %d: %v", i, want, err)
				}
				if first == nil {
					first = u.Track
				}
				if u.DTS != int64(i)*step || u.PTS != u.DTS || u.Track != first {
					t.Fatalf("unit %d: DTS %d of track %p", i, u.DTS, u.Track)
				}
				if at := u.Arrived.Sub(start); at != time.Duration(i)*every || u.Captured.Sub(start) != at {
					t.Fatalf("unit %d came after %v", i, at)
				}
				u.Release()
			}
			if u, _ := sub.TryPop(); u != nil {
				t.Errorf("more than %d units", want)
				u.Release()
			}
		}
		check(video, 125, 3600, 40*time.Millisecond)
		check(audio, 250, 960, 20*time.Millisecond)
	})
}

func TestAReplacedFileGetsANewEpoch(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		pass, closed := byte(0), 0
		s, err := file.NewSource(file.Options{URL: "file:x.mp4", Open: func(string) (file.Demuxer, error) {
			pass++
			return newClip(1, (pass+1)/2, &closed), nil // changes with the third pass
		}})
		if err != nil {
			t.Fatal(err)
		}
		hub := media.NewHub("x", media.HubConfig{})
		sub := hub.SubscribeKind(media.QueueConfig{}, media.Video)
		defer sub.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		defer cancel()
		if err := s.Run(ctx, hub); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		for i := range 80 {
			u, err := sub.TryPop()
			if u == nil {
				t.Fatal(err)
			}
			if want := uint32(i / 50); u.Track.Epoch != want || u.DTS != int64(i)*3600 {
				t.Errorf("unit %d has epoch %d and DTS %d, want %d", i, u.Track.Epoch, u.DTS, want)
			}
			u.Release()
		}
	})
}

func TestErrorsAreTold(t *testing.T) {
	mediatest.NoLeaks(t)
	broken := errors.New("broken")
	for name, tc := range map[string]struct {
		open      func(*int) file.Opener
		want      error
		permanent bool
		hinted    bool
	}{
		"a missing file": {func(*int) file.Opener { return func(string) (file.Demuxer, error) { return nil, fs.ErrNotExist } }, fs.ErrNotExist, false, true},
		"a broken one": {func(n *int) file.Opener {
			return func(string) (file.Demuxer, error) {
				c := newClip(1, 1, n)
				c.units, c.fail = c.units[:3], broken
				return c, nil
			}
		}, broken, false, false},
		"an empty one": {func(n *int) file.Opener {
			return func(string) (file.Demuxer, error) { c := newClip(1, 1, n); c.units = nil; return c, nil }
		}, nil, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				closed := 0
				s, err := file.NewSource(file.Options{URL: "file:///x.mp4", Open: tc.open(&closed)})
				if err != nil {
					t.Fatal(err)
				}
				err = s.Run(t.Context(), media.NewHub("x", media.HubConfig{}))
				if err == nil || tc.want != nil && !errors.Is(err, tc.want) || ingest.IsPermanent(err) != tc.permanent || (hint.Of(err) != "") != tc.hinted {
					t.Errorf("got %v, permanent %v, hint %q", err, ingest.IsPermanent(err), hint.Of(err))
				}
			})
		})
	}
}

func TestPath(t *testing.T) {
	for url, want := range map[string]string{
		"file:///srv/a%20b.mp4": "/srv/a b.mp4", "file:rel/x.mkv": "rel/x.mkv", "file://localhost/x": "/x", "file:a%2fb": "a/b",
	} {
		if got, err := file.Path(url); err != nil || got != filepath.FromSlash(want) {
			t.Errorf("%s: got %q, %v", url, got, err)
		}
	}
	for _, url := range []string{"", "/srv/x", "http://x/y", "file://host/x", "file:", "file:///", "file:%zz"} {
		if got, err := file.Path(url); err == nil {
			t.Errorf("%q was read as %q", url, got)
		}
	}
	if _, err := file.NewSource(file.Options{URL: "file:x"}); err == nil || hint.Of(err) == "" {
		t.Errorf("a source without an opener: %v", err)
	}
}

// FuzzPath holds that a path is never empty and never from another machine.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"file:///srv/x.mp4", "file:x", "file://localhost/y", "file://h/y", "file:%00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, url string) {
		if p, err := file.Path(url); err == nil && p == "" {
			t.Errorf("%q gave an empty path", url)
		}
	})
}
