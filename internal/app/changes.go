package app

import (
	"context"
	"slices"
	"sync"

	"vantage/media"
)

// changes tells any number of listeners which streams changed. A listener that is slow is told of a stream once, however often it changed
// meanwhile, and never misses one: what it holds is bounded by the number of streams.
type changes struct {
	mu        sync.Mutex
	listeners map[*changeListener]struct{}
}

// listen returns a listener for the changes from now on; leave ends it.
func (c *changes) listen() *changeListener {
	l := &changeListener{wake: make(chan struct{}, 1)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listeners == nil {
		c.listeners = map[*changeListener]struct{}{}
	}
	c.listeners[l] = struct{}{}
	return l
}

func (c *changes) leave(l *changeListener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.listeners, l)
}

// tell says that a stream changed, came or went. It does not block.
func (c *changes) tell(id media.StreamID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for l := range c.listeners {
		l.add(id)
	}
}

// changeListener is the streams that one listener has yet to look at, in the order of their change.
type changeListener struct {
	mu   sync.Mutex
	ids  []media.StreamID
	wake chan struct{} // capacity 1
}

func (l *changeListener) add(id media.StreamID) {
	l.mu.Lock()
	if !slices.Contains(l.ids, id) {
		l.ids = append(l.ids, id)
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// next waits for a stream that changed.
func (l *changeListener) next(ctx context.Context) (media.StreamID, error) {
	for {
		l.mu.Lock()
		if len(l.ids) > 0 {
			id := l.ids[0]
			l.ids = slices.Delete(l.ids, 0, 1)
			l.mu.Unlock()
			return id, nil
		}
		l.mu.Unlock()
		select {
		case <-l.wake:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}
