package media_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"vantage/media"
	"vantage/media/mediatest"
)

// modelUnit and modelQueue say in the plainest way what a queue promises.
type modelUnit struct {
	pts           int64
	video, random bool
	since         time.Time
}

type modelQueue struct {
	maxAge time.Duration
	maxLen int
	items  []modelUnit
	skip   bool
	closed bool
}

// expire forgets what is too old, and the video that depends on it.
func (m *modelQueue) expire(now time.Time) {
	if m.maxAge == 0 || m.closed {
		return
	}
	var kept []modelUnit
	broken := false // video was lost, and no key frame came since
	for _, u := range m.items {
		switch {
		case now.Sub(u.since) > m.maxAge:
			broken = broken || u.video
		case u.video && broken && !u.random:
		default:
			broken = broken && !(u.video && u.random)
			kept = append(kept, u)
		}
	}
	m.skip = m.skip || broken
	m.items = kept
}

func (m *modelQueue) push(u modelUnit) {
	if m.closed {
		return
	}
	m.expire(u.since)
	if u.video && u.random {
		m.skip = false
	}
	if u.video && m.skip {
		return
	}
	if len(m.items) == m.maxLen {
		if !u.video {
			return
		}
		m.items = slices.DeleteFunc(m.items, func(o modelUnit) bool { return o.video })
		if !u.random {
			m.skip = true
			return
		}
		if len(m.items) == m.maxLen {
			m.items = m.items[1:]
		}
	}
	m.items = append(m.items, u)
}

// FuzzQueue plays random operations to a queue and to the model and compares what comes out.
func FuzzQueue(f *testing.F) {
	f.Add([]byte("KPPAoooo"), uint8(3), uint8(2), false)
	f.Add([]byte("K.PP.AKPo.ooco"), uint8(4), uint8(1), true)
	f.Add([]byte("AAAKKPd.Ko"), uint8(1), uint8(0), false)
	f.Fuzz(func(t *testing.T, ops []byte, maxLen, maxAge uint8, start bool) {
		if len(ops) > 500 {
			return
		}
		mediatest.NoLeaks(t)
		synctest.Test(t, func(t *testing.T) {
			m := modelQueue{maxAge: time.Duration(maxAge) * 10 * time.Millisecond, maxLen: int(maxLen), skip: start}
			if m.maxLen == 0 {
				m.maxLen = media.DefaultQueueLen
			}
			q := media.NewQueue(media.QueueConfig{MaxAge: m.maxAge, MaxLen: int(maxLen)}, nil)
			if start {
				q.StartAtRandomAccess()
			}
			pop := func() (more bool) {
				m.expire(time.Now())
				u, err := q.TryPop()
				switch {
				case u == nil && len(m.items) > 0:
					t.Fatalf("nothing popped where unit %d waits", m.items[0].pts)
				case u == nil:
					if (err != nil) != m.closed {
						t.Fatalf("error %v from a queue that is closed: %v", err, m.closed)
					}
					return false
				case len(m.items) == 0:
					t.Fatalf("unit %d popped where nothing waits", u.PTS)
				case u.PTS != m.items[0].pts:
					t.Fatalf("unit %d popped, want %d", u.PTS, m.items[0].pts)
				}
				u.Release()
				m.items = m.items[1:]
				return true
			}
			for i, op := range ops {
				switch op {
				case 'K', 'P':
					push(q, video, int64(i), op == 'K')
					m.push(modelUnit{int64(i), true, op == 'K', time.Now()})
				case 'A':
					push(q, audio, int64(i), true)
					m.push(modelUnit{int64(i), false, true, time.Now()})
				case 'o':
					pop()
				case 'd':
					q.Drain()
					m.items = nil
				case 'c':
					q.Close(nil)
					m.closed = true
				default:
					time.Sleep(time.Duration(op) * time.Millisecond)
				}
				s := q.Stats()
				if s.Len != len(m.items) || s.WaitsRandomAccess != m.skip {
					t.Fatalf("after %q: %d wait (skip %v), want %d (%v)", ops[:i+1], s.Len, s.WaitsRandomAccess, len(m.items), m.skip)
				}
			}
			for pop() {
			}
			s := q.Stats()
			if s.Popped+s.Dropped() > s.Pushed {
				t.Fatalf("more out than in: %+v", s)
			}
		})
	})
}
