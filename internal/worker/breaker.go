package worker

import "time"

// The circuit breaker's fixed figures; its limit and window come from Options.
const (
	cooldown     = 30 * time.Second // open circuit: until the next attempt
	quickRetries = 2                // crashes within the window that restart at once
	slowRetry    = 500 * time.Millisecond
)

// breaker decides what follows a crash: limit crashes within window open the circuit.
type breaker struct {
	limit   int
	window  time.Duration
	crashes []time.Time // within window, oldest first
}

// crashed takes one crash and returns how long to wait before the next start, and whether the circuit is open.
func (b *breaker) crashed(now time.Time) (wait time.Duration, open bool) {
	kept := b.crashes[:0]
	for _, t := range b.crashes {
		if now.Sub(t) < b.window {
			kept = append(kept, t)
		}
	}
	b.crashes = append(kept, now)
	switch n := len(b.crashes); {
	case n >= b.limit:
		// Half open after the wait: one more crash within the window opens it again.
		b.crashes = b.crashes[1:]
		return cooldown, true
	case n <= quickRetries:
		return 0, false
	default:
		return slowRetry, false
	}
}
