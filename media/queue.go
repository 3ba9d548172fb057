package media

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrClosed says that the queue, hub or subscription has ended.
var ErrClosed = errors.New("media: closed")

// DefaultQueueLen bounds a queue's units when QueueConfig.MaxLen is 0.
const DefaultQueueLen = 512

// QueueConfig bounds a queue.
type QueueConfig struct {
	// Edge names the hop in metrics, for example "hub-viewer".
	Edge string

	// MaxAge is how long a unit may wait; 0 means no bound by age.
	MaxAge time.Duration

	// MaxLen is how many units may wait; 0 means DefaultQueueLen.
	MaxLen int

	// Block makes Push wait for room in place of dropping: for offline work only, where no live source can be slowed.
	Block bool
}

// QueueStats are a queue's counts since it was made.
type QueueStats struct {
	Pushed, Popped    uint64
	DroppedAge        uint64 // waited longer than MaxAge
	DroppedFull       uint64 // more than MaxLen waited
	DroppedDependent  uint64 // could not be decoded because an earlier unit was dropped
	Len               int
	OldestAge         time.Duration
	WaitsRandomAccess bool
}

// Dropped is the sum of all drops.
func (s QueueStats) Dropped() uint64 { return s.DroppedAge + s.DroppedFull + s.DroppedDependent }

type queued struct {
	u  *Unit
	at time.Time
}

// Queue is the hop between one publisher and one consumer, bounded by age first and by count second. When it
// overflows, video is dropped up to the next random-access unit, so that what comes out always decodes; audio loses only what is too
// old. One goroutine pops.
type Queue struct {
	cfg  QueueConfig
	need func() // asks upstream for a random-access unit; not nil

	mu     sync.Mutex
	ring   []queued
	head   int
	n      int
	skip   bool // video is skipped until the next random-access unit
	closed error
	stats  QueueStats
	wake   chan struct{} // capacity 1: something to pop, or closed
	room   chan struct{} // capacity 1: room for a blocked Push
}

// NewQueue returns an empty queue. needKey, which may be nil, is called without locks held when video was dropped and
// the consumer needs a random-access unit to go on.
func NewQueue(cfg QueueConfig, needKey func()) *Queue {
	if cfg.MaxLen <= 0 {
		cfg.MaxLen = DefaultQueueLen
	}
	if needKey == nil {
		needKey = func() {}
	}
	return &Queue{
		cfg: cfg, need: needKey, ring: make([]queued, min(cfg.MaxLen, 32)),
		wake: make(chan struct{}, 1), room: make(chan struct{}, 1),
	}
}

// StartAtRandomAccess makes the queue skip video until the next random-access unit, as a joining viewer must.
func (q *Queue) StartAtRandomAccess() {
	q.mu.Lock()
	q.skip = true
	q.mu.Unlock()
}

// Push lends u to the queue, which retains it if it keeps it. It never blocks unless QueueConfig.Block.
func (q *Queue) Push(u *Unit) {
	if q.cfg.Block {
		q.pushBlocking(u)
		return
	}
	now := time.Now()
	q.mu.Lock()
	if q.closed != nil {
		q.mu.Unlock()
		return
	}
	q.stats.Pushed++
	needKey := q.trim(now)
	video := u.Track.Kind() == Video
	switch {
	case video && q.skip && !u.RandomAccess:
		q.stats.DroppedDependent++
		needKey = true
	case q.n == q.cfg.MaxLen && video && u.RandomAccess:
		// All that waits is older than this unit, from which decoding can start afresh.
		q.stats.DroppedFull += uint64(q.drop(func(*Unit) bool { return true }))
		q.skip = false
		q.put(u, now)
	case q.n == q.cfg.MaxLen && video:
		q.stats.DroppedFull += 1 + uint64(q.drop(isVideo))
		q.skip, needKey = true, true
	case q.n == q.cfg.MaxLen:
		q.stats.DroppedFull++
	default:
		if video {
			q.skip = false
		}
		q.put(u, now)
	}
	q.mu.Unlock()
	q.signal(q.wake)
	if needKey {
		q.need()
	}
}

func (q *Queue) pushBlocking(u *Unit) {
	for {
		q.mu.Lock()
		if q.closed != nil {
			q.mu.Unlock()
			return
		}
		if q.n < q.cfg.MaxLen {
			q.stats.Pushed++
			q.put(u, time.Now())
			q.mu.Unlock()
			q.signal(q.wake)
			return
		}
		q.mu.Unlock()
		<-q.room
	}
}

// Pop waits for the next unit, which the caller then owns. After Close it returns what still waits, then the reason of
// the Close.
func (q *Queue) Pop(ctx context.Context) (*Unit, error) {
	for {
		u, err := q.TryPop()
		if u != nil || err != nil {
			return u, err
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// C becomes readable when TryPop may have something to return.
func (q *Queue) C() <-chan struct{} { return q.wake }

// TryPop returns the next unit, or nil when none waits; once closed and drained it returns the reason of the Close.
func (q *Queue) TryPop() (*Unit, error) {
	q.mu.Lock()
	needKey := false
	if q.closed == nil {
		needKey = q.trim(time.Now())
	}
	var u *Unit
	var err error
	more := false
	if q.n > 0 {
		u = q.ring[q.head].u
		q.ring[q.head] = queued{}
		q.head = (q.head + 1) % len(q.ring)
		q.n--
		q.stats.Popped++
		more = q.n > 0
	} else {
		err = q.closed
	}
	again := more || q.closed != nil
	q.mu.Unlock()
	if again {
		q.signal(q.wake)
	}
	if u != nil && q.cfg.Block {
		q.signal(q.room)
	}
	if needKey {
		q.need()
	}
	return u, err
}

// Close ends the queue with the reason that Pop reports; nil means ErrClosed. What waits may still be popped.
func (q *Queue) Close(reason error) {
	if reason == nil {
		reason = ErrClosed
	}
	q.mu.Lock()
	if q.closed == nil {
		q.closed = reason
	}
	q.mu.Unlock()
	q.signal(q.wake)
	q.signal(q.room)
}

// Drain releases what waits. The consumer calls it when it stops popping.
func (q *Queue) Drain() {
	q.mu.Lock()
	q.drop(func(*Unit) bool { return true })
	q.mu.Unlock()
	q.signal(q.room)
}

// Stats returns the counts and the present state.
func (q *Queue) Stats() QueueStats {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.stats
	s.Len, s.WaitsRandomAccess = q.n, q.skip
	if q.n > 0 {
		s.OldestAge = time.Since(q.ring[q.head].at)
	}
	return s
}

func isVideo(u *Unit) bool { return u.Track.Kind() == Video }

// trim enforces MaxAge and reports whether a random-access unit is needed to go on. The lock is held.
func (q *Queue) trim(now time.Time) (needKey bool) {
	if q.cfg.MaxAge <= 0 || q.n == 0 || now.Sub(q.ring[q.head].at) <= q.cfg.MaxAge {
		return false
	}
	videoLost, restart := false, time.Time{}
	for i := range q.n {
		it := q.ring[(q.head+i)%len(q.ring)]
		old := now.Sub(it.at) > q.cfg.MaxAge
		if !isVideo(it.u) {
			continue
		}
		if old {
			videoLost = true
		} else if it.u.RandomAccess {
			restart = it.at
			break
		}
	}
	if videoLost {
		// Skip to the first young random-access unit in the queue, or wait for the next one.
		q.stats.DroppedDependent += uint64(q.dropItems(func(it queued) bool {
			return isVideo(it.u) && now.Sub(it.at) <= q.cfg.MaxAge && (restart.IsZero() || it.at.Before(restart))
		}))
		if restart.IsZero() {
			q.skip, needKey = true, true
		}
	}
	q.stats.DroppedAge += uint64(q.dropItems(func(it queued) bool { return now.Sub(it.at) > q.cfg.MaxAge }))
	return needKey
}

func (q *Queue) drop(gone func(*Unit) bool) int {
	return q.dropItems(func(it queued) bool { return gone(it.u) })
}

// dropItems releases the items for which gone says true and closes the gaps, in order. The lock is held.
func (q *Queue) dropItems(gone func(queued) bool) int {
	kept := 0
	for i := range q.n {
		at := (q.head + i) % len(q.ring)
		it := q.ring[at]
		q.ring[at] = queued{}
		if gone(it) {
			it.u.Release()
			continue
		}
		q.ring[(q.head+kept)%len(q.ring)] = it
		kept++
	}
	dropped := q.n - kept
	q.n = kept
	return dropped
}

func (q *Queue) put(u *Unit, now time.Time) {
	if q.n == len(q.ring) {
		grown := make([]queued, min(2*len(q.ring), q.cfg.MaxLen))
		for i := range q.n {
			grown[i] = q.ring[(q.head+i)%len(q.ring)]
		}
		q.ring, q.head = grown, 0
	}
	u.Retain()
	q.ring[(q.head+q.n)%len(q.ring)] = queued{u, now}
	q.n++
}

func (q *Queue) signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
