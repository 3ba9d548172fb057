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

	// Block makes Push wait for room in place of dropping, and lifts the bound by age: for offline work only, where no
	// live source can be slowed.
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
	u     *Unit
	since time.Time
}

// Queue is the hop between one publisher and one consumer, bounded by age first and by count second. When it
// overflows, video is dropped up to the next random-access unit, so that what comes out always decodes; audio loses only
// what is too old, or what comes while the queue is full. Any number of goroutines push, one pops.
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
	room   chan struct{} // capacity 1: room for a blocked Push, or closed; who takes it and leaves room passes it on
}

// NewQueue returns an empty queue. needKey, which may be nil, is called without locks held when video was dropped and
// the consumer needs a random-access unit to go on.
func NewQueue(cfg QueueConfig, needKey func()) *Queue {
	if cfg.MaxLen <= 0 {
		cfg.MaxLen = DefaultQueueLen
	}
	if cfg.Block {
		cfg.MaxAge = 0
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
func (q *Queue) Push(u *Unit) { q.push(u, time.Now()) }

// push is Push for a publisher to many queues, who looks at the clock once.
func (q *Queue) push(u *Unit, now time.Time) {
	if q.cfg.Block {
		q.pushBlocking(u)
		return
	}
	q.mu.Lock()
	if q.closed != nil {
		q.mu.Unlock()
		return
	}
	q.stats.Pushed++
	needKey := q.trim(now)
	video := isVideo(u)
	if video && u.RandomAccess {
		q.skip, needKey = false, false
	}
	switch {
	case video && q.skip:
		q.stats.DroppedDependent++
		needKey = true
	case q.n < q.cfg.MaxLen:
		q.put(u, now)
	case video && u.RandomAccess:
		// The video that waits is older than this unit, from which decoding can start afresh.
		if n := q.drop(func(_ int, o *Unit) bool { return isVideo(o) }); n > 0 {
			q.stats.DroppedFull += n
		} else {
			q.stats.DroppedFull += q.drop(func(i int, _ *Unit) bool { return i == 0 })
		}
		q.put(u, now)
	case video:
		q.stats.DroppedFull += 1 + q.drop(func(_ int, o *Unit) bool { return isVideo(o) })
		q.skip, needKey = true, true
	default:
		q.stats.DroppedFull++
	}
	q.mu.Unlock()
	signal(q.wake)
	if needKey {
		q.need()
	}
}

// pushBlocking waits for room. Several publishers may wait: whoever is woken and leaves room, or finds the queue
// closed, wakes the next.
func (q *Queue) pushBlocking(u *Unit) {
	for {
		q.mu.Lock()
		closed, full := q.closed != nil, q.n == q.cfg.MaxLen
		if closed || !full {
			if !closed {
				q.stats.Pushed++
				q.put(u, time.Now())
				signal(q.wake)
			}
			if closed || q.n < q.cfg.MaxLen {
				signal(q.room)
			}
			q.mu.Unlock()
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
		signal(q.wake)
	}
	if u != nil && q.cfg.Block {
		signal(q.room)
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
	signal(q.wake)
	signal(q.room)
}

// Drain releases what waits. The consumer calls it when it stops popping.
func (q *Queue) Drain() {
	q.mu.Lock()
	q.drop(func(int, *Unit) bool { return true })
	q.mu.Unlock()
	signal(q.room)
}

// Stats returns the counts and the present state.
func (q *Queue) Stats() QueueStats {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.stats
	s.Len, s.WaitsRandomAccess = q.n, q.skip
	if q.n > 0 {
		s.OldestAge = time.Since(q.at(0).since)
	}
	return s
}

func isVideo(u *Unit) bool { return u.Track.Kind() == Video }

// trim enforces MaxAge and reports whether a random-access unit is needed to go on. The lock is held.
func (q *Queue) trim(now time.Time) (needKey bool) {
	if q.cfg.MaxAge <= 0 {
		return false
	}
	old, lost := 0, false // how many at the head waited too long, and whether there is video among them
	for ; old < q.n && now.Sub(q.at(old).since) > q.cfg.MaxAge; old++ {
		lost = lost || isVideo(q.at(old).u)
	}
	if old == 0 {
		return false
	}
	restart := old // the first that decodes
	if lost {
		for restart < q.n && !(isVideo(q.at(restart).u) && q.at(restart).u.RandomAccess) {
			restart++
		}
		if restart == q.n {
			q.skip, needKey = true, true
		}
		q.stats.DroppedDependent += q.drop(func(i int, u *Unit) bool { return i >= old && i < restart && isVideo(u) })
	}
	q.stats.DroppedAge += q.drop(func(i int, _ *Unit) bool { return i < old })
	return needKey
}

// at returns the i-th unit from the head. The lock is held.
func (q *Queue) at(i int) *queued { return &q.ring[(q.head+i)%len(q.ring)] }

// drop releases the units for which gone says true, given their place from the head, and closes the gaps. It returns
// how many there were. The lock is held.
func (q *Queue) drop(gone func(i int, u *Unit) bool) uint64 {
	kept := 0
	for i := range q.n {
		it := *q.at(i)
		*q.at(i) = queued{}
		if gone(i, it.u) {
			it.u.Release()
			continue
		}
		*q.at(kept) = it
		kept++
	}
	dropped := q.n - kept
	q.n = kept
	return uint64(dropped)
}

// put appends u, for which there is room below MaxLen. The lock is held.
func (q *Queue) put(u *Unit, now time.Time) {
	if q.n == len(q.ring) {
		grown := make([]queued, min(2*len(q.ring), q.cfg.MaxLen))
		for i := range q.n {
			grown[i] = *q.at(i)
		}
		q.ring, q.head = grown, 0
	}
	u.Retain()
	*q.at(q.n) = queued{u, now}
	q.n++
}

// signal fills a channel of capacity 1.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
