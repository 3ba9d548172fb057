package media_test

import (
	"sync"
	"testing"

	"vantage/media"
	"vantage/media/mediatest"
)

func TestLatest(t *testing.T) {
	mediatest.NoLeaks(t)
	l := media.NewLatest[*media.Unit]()
	set := func(pts int64) {
		u := unit(video, pts, true)
		l.Set(u)
		u.Release()
	}
	if _, ok := l.Take(); ok {
		t.Error("an empty slot gives a value")
	}
	set(1)
	set(2)
	set(3)
	<-l.C()
	u, ok := l.Take()
	if !ok || u.PTS != 3 || l.Replaced() != 2 {
		t.Fatalf("got %v, %v, replaced %d", u, ok, l.Replaced())
	}
	u.Release()
	if _, ok := l.Take(); ok {
		t.Error("taken twice")
	}
	set(4)
	l.Close()
	l.Close()
	set(5)
	if _, ok := l.Take(); ok {
		t.Error("a closed slot gives a value")
	}
}

func TestLatestUnderConcurrency(t *testing.T) {
	mediatest.NoLeaks(t)
	l := media.NewLatest[*media.Frame]()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range 500 {
				f := media.NewFrame(media.Gray8, 16, 16)
				l.Set(f)
				f.Release()
			}
		})
	}
	wg.Go(func() {
		for range 1000 {
			if f, ok := l.Take(); ok {
				f.Release()
			}
		}
	})
	wg.Wait()
	l.Close()
}
