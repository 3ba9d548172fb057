package media

import "sync"

// Releaser is a reference-counted value: [*Unit] or [*Frame].
type Releaser interface {
	Retain()
	Release()
}

// Latest is a queue of one that replaces: the hop to an analysis that must never slow the picture. The zero value is not
// ready; use NewLatest.
type Latest[T Releaser] struct {
	mu       sync.Mutex
	v        T
	full     bool
	closed   bool
	replaced uint64
	wake     chan struct{}
}

// NewLatest returns an empty slot.
func NewLatest[T Releaser]() *Latest[T] { return &Latest[T]{wake: make(chan struct{}, 1)} }

// Set lends v to the slot, which retains it and releases what it replaces.
func (l *Latest[T]) Set(v T) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	v.Retain()
	old, had := l.v, l.full
	l.v, l.full = v, true
	if had {
		l.replaced++
	}
	l.mu.Unlock()
	if had {
		old.Release()
	}
	signal(l.wake)
}

// C becomes readable when Take may have a value.
func (l *Latest[T]) C() <-chan struct{} { return l.wake }

// Take empties the slot; the caller owns the value. ok is false when it was empty.
func (l *Latest[T]) Take() (v T, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v, ok = l.v, l.full
	var zero T
	l.v, l.full = zero, false
	return v, ok
}

// Replaced counts the values that were replaced before anybody took them.
func (l *Latest[T]) Replaced() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.replaced
}

// Close releases what waits; later values are ignored.
func (l *Latest[T]) Close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	if v, ok := l.Take(); ok {
		v.Release()
	}
}
