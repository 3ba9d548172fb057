package obs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// SparseInterval is the shortest time between two lines of a [Sparse].
const SparseInterval = time.Second

// Sparse logs something that may happen for every packet at most once a second, and tells how many lines it left out. The zero
// value is ready; keep one for each thing that happens.
type Sparse struct {
	mu      sync.Mutex
	last    time.Time
	leftOut int
}

// Log writes the line, or counts it. The next line that is written has the count as "suppressed".
func (s *Sparse) Log(ctx context.Context, l *slog.Logger, level slog.Level, msg string, attrs ...slog.Attr) {
	if !l.Enabled(ctx, level) {
		return
	}
	s.mu.Lock()
	now := time.Now()
	if !s.last.IsZero() && now.Sub(s.last) < SparseInterval {
		s.leftOut++
		s.mu.Unlock()
		return
	}
	n := s.leftOut
	s.last, s.leftOut = now, 0
	s.mu.Unlock()
	if n > 0 {
		attrs = append(attrs[:len(attrs):len(attrs)], slog.Int("suppressed", n))
	}
	l.LogAttrs(ctx, level, msg, attrs...)
}
