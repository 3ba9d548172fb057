package worker

import "context"

// snapshot is one who waits for a picture.
type snapshot struct {
	widthPx int
	jpeg    chan []byte // capacity 1
}

// Snapshot returns the next picture that the worker decodes as a JPEG at most widthPx wide; 0 is as wide as it is. Something must be
// active for the worker to decode; it waits until ctx ends.
func (s *Stream) Snapshot(ctx context.Context, widthPx int) ([]byte, error) {
	q := snapshot{widthPx, make(chan []byte, 1)}
	s.mu.Lock()
	s.snaps = append(s.snaps, q)
	s.mu.Unlock()
	s.poke()
	select {
	case jpeg := <-q.jpeg:
		return jpeg, nil
	case <-ctx.Done():
		s.forget(q)
		return nil, context.Cause(ctx)
	}
}

// poke wakes control.
func (s *Stream) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// asked is the width of the oldest wish for a snapshot, if there is one.
func (s *Stream) asked() (widthPx int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.snaps) == 0 {
		return 0, false
	}
	return s.snaps[0].widthPx, true
}

// deliver gives a picture to all who asked for its width, and lets control ask for the next one.
func (s *Stream) deliver(widthPx int, jpeg []byte) {
	s.mu.Lock()
	var rest []snapshot
	for _, q := range s.snaps {
		if q.widthPx == widthPx {
			q.jpeg <- jpeg
		} else {
			rest = append(rest, q)
		}
	}
	s.snaps = rest
	s.mu.Unlock()
	if len(rest) > 0 {
		s.poke()
	}
}

func (s *Stream) forget(gone snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, q := range s.snaps {
		if q.jpeg == gone.jpeg {
			s.snaps = append(s.snaps[:i:i], s.snaps[i+1:]...)
			return
		}
	}
}
