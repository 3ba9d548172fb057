package pipeline

import (
	"context"
	"sync"

	"vantage/media"
)

// frameQueueLen is how many pictures may wait for an encoder. Two: one being replaced would be too few when scheduling hiccups, three
// would add a frame time of latency for nothing.
const frameQueueLen = 2

// frameQueue is the hop from the decoder to one encoder. Live it drops the oldest picture when full; offline it blocks.
type frameQueue struct {
	mu      sync.Mutex
	frames  []*media.Frame
	closed  bool
	dropped uint64
	block   bool
	wake    chan struct{}
	room    chan struct{}
}

func newFrameQueue(block bool) *frameQueue {
	return &frameQueue{block: block, wake: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// push lends f to the queue.
func (q *frameQueue) push(ctx context.Context, f *media.Frame) {
	for {
		q.mu.Lock()
		if q.closed {
			q.mu.Unlock()
			return
		}
		if len(q.frames) < frameQueueLen || !q.block {
			break
		}
		q.mu.Unlock()
		select {
		case <-q.room:
		case <-ctx.Done():
			return
		}
	}
	if len(q.frames) == frameQueueLen {
		q.frames[0].Release()
		copy(q.frames, q.frames[1:])
		q.frames = q.frames[:frameQueueLen-1]
		q.dropped++
	}
	f.Retain()
	q.frames = append(q.frames, f)
	q.mu.Unlock()
	signal(q.wake)
}

// pop waits for a picture, which the caller owns; nil once the queue is closed and empty, or ctx has ended.
func (q *frameQueue) pop(ctx context.Context) *media.Frame {
	for {
		q.mu.Lock()
		if len(q.frames) > 0 {
			f := q.frames[0]
			copy(q.frames, q.frames[1:])
			q.frames = q.frames[:len(q.frames)-1]
			q.mu.Unlock()
			signal(q.room)
			return f
		}
		closed := q.closed
		q.mu.Unlock()
		if closed {
			return nil
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

// close lets pop return nil after what still waits.
func (q *frameQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	signal(q.wake)
	signal(q.room)
}

// drain closes and releases what waits.
func (q *frameQueue) drain() {
	q.close()
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, f := range q.frames {
		f.Release()
	}
	q.frames = nil
}

func (q *frameQueue) drops() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
