package app

import "sync"

// broadcastLen is how many values may wait for one slow listener; the oldest are lost to it.
const broadcastLen = 4

// broadcast hands values to any number of listeners, none of which can slow the sender.
type broadcast[T any] struct {
	mu   sync.Mutex
	subs map[chan T]struct{}
}

// listen returns a channel of the values sent from now on, and the function that ends it.
func (b *broadcast[T]) listen() (<-chan T, func()) {
	c := make(chan T, broadcastLen)
	b.mu.Lock()
	if b.subs == nil {
		b.subs = map[chan T]struct{}{}
	}
	b.subs[c] = struct{}{}
	b.mu.Unlock()
	return c, sync.OnceFunc(func() {
		b.mu.Lock()
		delete(b.subs, c)
		b.mu.Unlock()
	})
}

// send passes v to every listener, in place of its oldest value where it has no room.
func (b *broadcast[T]) send(v T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.subs {
		select {
		case c <- v:
			continue
		default:
		}
		select {
		case <-c:
		default: // it has just taken one
		}
		c <- v // there is room: nobody else sends while the lock is held
	}
}

// listeners is how many listen now.
func (b *broadcast[T]) listeners() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.subs)
}
