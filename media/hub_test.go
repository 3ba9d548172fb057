package media_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vantage/media"
	"vantage/media/mediatest"
)

func TestHubFansOut(t *testing.T) {
	mediatest.NoLeaks(t)
	h := media.NewHub("gate/source", media.HubConfig{})
	h.SetTracks([]*media.Track{video, audio})
	all, sound, picture := h.Subscribe(media.QueueConfig{}), h.SubscribeKind(media.QueueConfig{}, media.Audio), h.SubscribeKind(media.QueueConfig{}, media.Video)
	publish(h, video, 0, false)
	publish(h, video, 1, true)
	publish(h, audio, 2, true)
	publish(h, video, 3, false)
	late := h.Subscribe(media.QueueConfig{})
	publish(h, video, 4, false)
	for name, tc := range map[string]struct {
		sub  *media.Subscription
		want []int64
	}{
		"all tracks from the first key frame on": {all, []int64{1, 2, 3, 4}},
		"audio alone":                            {sound, []int64{2}},
		"video alone":                            {picture, []int64{1, 3, 4}},
		"who joins late waits for a key frame":   {late, nil},
	} {
		if got := popAll(t, tc.sub); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %v, want %v", name, got, tc.want)
		}
	}
	s := h.Stats()
	if s.Units != 5 || s.Bytes != 20 || s.RandomAccess != 1 || s.Subscribers != 4 || s.Dropped != 3 || time.Since(s.LastUnit) > time.Minute {
		t.Errorf("stats %+v", s)
	}
	for _, sub := range []*media.Subscription{all, sound, picture, late} {
		sub.Close()
		sub.Close()
		if _, err := sub.Pop(t.Context()); !errors.Is(err, media.ErrClosed) {
			t.Errorf("pop after close: %v", err)
		}
	}
	if s := h.Stats(); s.Subscribers != 0 || s.Dropped != 3 {
		t.Errorf("after all left: %+v", s)
	}
}

func TestHubTracks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := media.NewHub("gate/source", media.HubConfig{})
		if len(h.Tracks()) != 0 {
			t.Error("tracks before any were set")
		}
		go func() {
			time.Sleep(time.Second)
			h.SetTracks(nil)
			time.Sleep(time.Second)
			h.SetTracks([]*media.Track{video})
		}()
		start := time.Now()
		tracks, err := h.WaitTracks(t.Context())
		if err != nil || len(tracks) != 1 || time.Since(start) != 2*time.Second {
			t.Errorf("got %v, %v after %v", tracks, err, time.Since(start))
		}
		changed := h.Changed()
		list := []*media.Track{video, audio}
		h.SetTracks(list)
		<-changed
		list[0] = nil
		if h.Tracks()[0] != video {
			t.Error("the hub shares the caller's list")
		}
		h.SetTracks(nil)
		reason := errors.New("removed")
		time.AfterFunc(time.Second, func() { h.Close(reason) })
		if _, err := h.WaitTracks(t.Context()); !errors.Is(err, reason) {
			t.Errorf("wait on a hub that closes: %v", err)
		}
		<-h.Changed()
		h.SetTracks(list)
		if len(h.Tracks()) != 0 {
			t.Error("a closed hub takes tracks")
		}
	})
}

func TestHubClose(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		h := media.NewHub("gate/source", media.HubConfig{})
		a := h.Subscribe(media.QueueConfig{})
		blocking := h.Subscribe(media.QueueConfig{Block: true, MaxLen: 1})
		var wg sync.WaitGroup
		wg.Go(func() {
			publish(h, video, 1, true)
			publish(h, video, 2, false) // waits for room
		})
		synctest.Wait()
		reason := errors.New("removed")
		h.Close(reason)
		h.Close(nil)
		wg.Wait()
		if got := popAll(t, a); len(got) != 2 {
			t.Errorf("what waited was not drained: %v", got)
		}
		if _, err := a.Pop(t.Context()); !errors.Is(err, reason) {
			t.Errorf("got %v", err)
		}
		after := h.Subscribe(media.QueueConfig{})
		if _, err := after.Pop(t.Context()); !errors.Is(err, reason) {
			t.Errorf("a subscriber to a closed hub: %v", err)
		}
		for _, s := range []*media.Subscription{a, blocking, after} {
			s.Close()
		}
	})
}

func TestAskingForKeyFrames(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		h := media.NewHub("gate/source", media.HubConfig{})
		taken := func() (n int) {
			select {
			case <-h.Demand().C():
				if r, ok := h.Demand().Take(); ok && r.KeyFrame {
					n++
				}
			default:
			}
			return n
		}
		a := h.Subscribe(media.QueueConfig{MaxAge: 100 * time.Millisecond})
		defer a.Close()
		if taken() != 1 {
			t.Fatal("a joining viewer does not ask")
		}
		for range 10 {
			b := h.Subscribe(media.QueueConfig{})
			b.Request(media.Request{KeyFrame: true})
			b.Close()
			if taken() != 0 {
				t.Fatal("asked again at once")
			}
		}
		time.Sleep(media.KeyFrameInterval - time.Millisecond)
		if taken() != 0 {
			t.Fatal("asked too early")
		}
		time.Sleep(2 * time.Millisecond)
		if taken() != 1 {
			t.Fatal("the merged wish was lost")
		}
		time.Sleep(time.Minute)
		if taken() != 0 {
			t.Fatal("asked twice")
		}
		sound := h.SubscribeKind(media.QueueConfig{}, media.Audio)
		defer sound.Close()
		if taken() != 0 {
			t.Fatal("a listener asks for a key frame")
		}
		publish(h, video, 0, true)
		time.Sleep(time.Second)
		publish(h, video, 1, false)
		if taken() != 1 {
			t.Fatal("a viewer who lost video does not ask")
		}
	})
}

func TestBitrateIsTheLeastOfAll(t *testing.T) {
	h := media.NewHub("gate/source", media.HubConfig{})
	d := h.Demand()
	want := func(step string, bps int, ok bool) {
		t.Helper()
		r, got := d.Take()
		if r.BitrateBPS != bps || got != ok {
			t.Errorf("%s: got %d, %v; want %d, %v", step, r.BitrateBPS, got, bps, ok)
		}
	}
	a, b, c := h.SubscribeKind(media.QueueConfig{}, media.Audio), h.SubscribeKind(media.QueueConfig{}, media.Audio), h.SubscribeKind(media.QueueConfig{}, media.Audio)
	want("nobody asked", 0, false)
	a.Request(media.Request{BitrateBPS: 3e6})
	want("the first wish", 3e6, true)
	b.Request(media.Request{BitrateBPS: 1e6})
	c.Request(media.Request{BitrateBPS: 2e6})
	want("the least of three", 1e6, true)
	want("nothing new", 0, false)
	c.Request(media.Request{BitrateBPS: 4e6})
	want("the least is the same", 0, false)
	b.Close()
	want("the slowest left", 3e6, true)
	a.Request(media.Request{BitrateBPS: -1})
	want("a wish withdrawn", 4e6, true)
	c.Close()
	want("no limit any more", -1, true)
	b.Request(media.Request{BitrateBPS: 1})
	want("who left has no say", 0, false)
	a.Close()
}

func TestDemand(t *testing.T) {
	taken := func(t *testing.T, d *media.Demand) media.Request {
		<-d.C()
		r, ok := d.Take()
		if !ok {
			t.Error("woken for nothing")
		}
		return r
	}
	t.Run("a bitrate does not hurry a delayed key frame", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := media.NewDemand()
			d.RequestKeyFrame()
			taken(t, d)
			d.RequestKeyFrame()
			d.SetBitrate(5)
			if r := taken(t, d); r.KeyFrame || r.BitrateBPS != 5 {
				t.Errorf("got %+v", r)
			}
			if r := taken(t, d); !r.KeyFrame || r.BitrateBPS != 0 {
				t.Errorf("got %+v", r)
			}
		})
	})
	t.Run("Stop forgets a delayed wish, and a later one works", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := media.NewDemand()
			d.RequestKeyFrame()
			taken(t, d)
			d.RequestKeyFrame()
			d.Stop()
			time.Sleep(time.Minute)
			if _, ok := d.Take(); ok {
				t.Error("it was not forgotten")
			}
			d.RequestKeyFrame()
			if r := taken(t, d); !r.KeyFrame {
				t.Errorf("got %+v", r)
			}
		})
	})
}

func TestSubscribersAreCounted(t *testing.T) {
	t.Run("each change is told", func(t *testing.T) {
		var told []int
		h := media.NewHub("gate/source", media.HubConfig{OnSubscribers: func(n int) { told = append(told, n) }})
		a, b := h.Subscribe(media.QueueConfig{}), h.Subscribe(media.QueueConfig{})
		release := h.Hold()
		a.Close()
		a.Close()
		if !h.Watched() {
			t.Error("not watched")
		}
		release()
		release()
		b.Close()
		if want := []int{1, 2, 3, 2, 1, 0}; !slices.Equal(told, want) || h.Watched() {
			t.Errorf("told %v, want %v", told, want)
		}
	})
	t.Run("a callback may subscribe", func(t *testing.T) {
		var h *media.Hub
		var told []int
		h = media.NewHub("gate/source", media.HubConfig{OnSubscribers: func(n int) {
			told = append(told, n)
			if n == 1 {
				h.Subscribe(media.QueueConfig{})
			}
		}})
		h.Subscribe(media.QueueConfig{})
		if want := []int{1, 2}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	})
	t.Run("the last number told is the true one", func(t *testing.T) {
		for range 50 {
			var mu sync.Mutex
			last := -1
			h := media.NewHub("gate/source", media.HubConfig{OnSubscribers: func(n int) {
				if !mu.TryLock() {
					t.Error("calls overlap")
					return
				}
				last = n
				mu.Unlock()
			}})
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for range 20 {
						s := h.Subscribe(media.QueueConfig{})
						s.Close()
					}
				})
			}
			wg.Wait()
			if last != 0 {
				t.Fatalf("told %d in the end", last)
			}
		}
	})
}

func TestHubUnderConcurrency(t *testing.T) {
	mediatest.NoLeaks(t)
	h := media.NewHub("gate/source", media.HubConfig{})
	var wg sync.WaitGroup
	for _, track := range []*media.Track{video, audio} {
		wg.Go(func() {
			for i := range 2000 {
				publish(h, track, int64(i), i%25 == 0)
			}
		})
	}
	wg.Go(func() {
		for i := range 500 {
			h.SetTracks([]*media.Track{video, audio}[:1+i%2])
			_, _ = h.Stats(), h.Tracks()
		}
	})
	for v := range 6 {
		wg.Go(func() {
			for range 30 {
				s := h.Subscribe(media.QueueConfig{MaxLen: 16, Block: v == 0})
				s.Request(media.Request{KeyFrame: true, BitrateBPS: 1000 + v})
				for range 20 {
					u, err := s.TryPop()
					if err != nil {
						break
					}
					if u != nil {
						d := u.Derive()
						u.Release()
						d.Release()
					}
				}
				s.Close()
			}
		})
	}
	for range 5 {
		wg.Go(func() {
			s := h.Subscribe(media.QueueConfig{})
			defer s.Close()
			for {
				u, err := s.Pop(t.Context())
				if err != nil {
					return
				}
				u.Release()
			}
		})
	}
	time.AfterFunc(50*time.Millisecond, func() { h.Close(nil) })
	wg.Wait()
}
