package media_test

import (
	"fmt"
	"testing"

	"vantage/media"
	"vantage/media/mediatest"
)

// TestTheHotPathDoesNotAllocate holds publish, pop and release to zero allocations, for one and for many subscribers.
func TestTheHotPathDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("sync.Pool drops values at random under the race detector")
	}
	mediatest.NoLeaks(t)
	for _, viewers := range []int{1, 10} {
		t.Run(fmt.Sprintf("%d subscribers", viewers), func(t *testing.T) {
			pass, end := fanOut(viewers)
			defer end()
			for range 100 {
				pass()
			}
			if n := testing.AllocsPerRun(1000, pass); n != 0 {
				t.Errorf("%v allocations a unit", n)
			}
		})
	}
	t.Run("deriving", func(t *testing.T) {
		u := unit(video, 0, true)
		defer u.Release()
		if n := testing.AllocsPerRun(1000, func() { u.Derive().Release() }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// fanOut returns a function that publishes one unit of 8 kB and pops it at every subscriber.
func fanOut(viewers int) (pass, end func()) {
	h := media.NewHub("gate/source", media.HubConfig{})
	subs := make([]*media.Subscription, viewers)
	for i := range subs {
		subs[i] = h.Subscribe(media.QueueConfig{})
	}
	slice := make([]byte, 8000)
	pts := int64(0)
	pass = func() {
		u := media.NewUnit(video, len(slice))
		u.PTS, u.RandomAccess = pts, pts%50 == 0
		pts++
		u.Append(slice)
		h.Publish(u)
		u.Release()
		for _, s := range subs {
			if u, _ := s.TryPop(); u != nil {
				u.Release()
			}
		}
	}
	end = func() {
		for _, s := range subs {
			s.Close()
		}
	}
	return pass, end
}

// BenchmarkFanOut is publish, pop and release of one unit at all subscribers.
func BenchmarkFanOut(b *testing.B) {
	for _, viewers := range []int{1, 100} {
		b.Run(fmt.Sprintf("subscribers=%d", viewers), func(b *testing.B) {
			pass, end := fanOut(viewers)
			defer end()
			b.ReportAllocs()
			for b.Loop() {
				pass()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/unit")
		})
	}
}

// BenchmarkPublish is the publisher's side alone: every queue is full of audio and takes no more.
func BenchmarkPublish(b *testing.B) {
	for _, viewers := range []int{1, 100} {
		b.Run(fmt.Sprintf("subscribers=%d", viewers), func(b *testing.B) {
			h := media.NewHub("gate/source", media.HubConfig{})
			for range viewers {
				s := h.Subscribe(media.QueueConfig{MaxLen: 1})
				defer s.Close()
			}
			u := unit(audio, 0, true)
			defer u.Release()
			b.ReportAllocs()
			for b.Loop() {
				h.Publish(u)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/unit")
		})
	}
}

func BenchmarkFrame(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		f := media.NewFrame(media.I420, 1280, 720)
		d := f.Derive()
		f.Release()
		d.Release()
	}
}
