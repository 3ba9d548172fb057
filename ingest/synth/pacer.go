package synth

import (
	"context"
	"math"
	"time"
)

// maxLate is how late a picture may be before some are left out.
const maxLate = 500 * time.Millisecond

// Pacer gives out picture numbers in real time.
type Pacer struct {
	fps   float64
	start time.Time
	next  int
}

// NewPacer returns a pacer whose picture 0 is due at the first Wait.
func NewPacer(fps float64) *Pacer { return &Pacer{fps: fps} }

// Wait sleeps until the next picture is due and returns its number. When the caller is too slow, numbers are left out,
// so that the picture stays in step with the clock.
func (p *Pacer) Wait(ctx context.Context) (int, error) {
	now := time.Now()
	if p.start.IsZero() {
		p.start = now
	}
	due := p.start.Add(p.at(p.next))
	if now.Sub(due) > maxLate {
		p.next = int(math.Ceil(now.Sub(p.start).Seconds() * p.fps))
		due = p.start.Add(p.at(p.next))
	}
	n := p.next
	p.next++
	if wait := due.Sub(now); wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	return n, nil
}

// at is the time of picture n since the first.
func (p *Pacer) at(n int) time.Duration {
	return time.Duration(float64(n) * float64(time.Second) / p.fps)
}
