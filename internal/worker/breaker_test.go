package worker

import (
	"testing"
	"time"
)

func TestBreaker(t *testing.T) {
	type step struct {
		after time.Duration // since the step before
		wait  time.Duration
		open  bool
	}
	for name, tc := range map[string]struct {
		limit int
		steps []step
	}{
		"the first crashes restart at once, later ones with a pause, too many open it": {5, []step{
			{0, 0, false}, {time.Second, 0, false}, {time.Second, slowRetry, false}, {time.Second, slowRetry, false}, {time.Second, cooldown, true},
		}},
		"crashes far apart never open it": {3, []step{
			{0, 0, false}, {40 * time.Second, 0, false}, {40 * time.Second, 0, false}, {40 * time.Second, 0, false}, {40 * time.Second, 0, false},
		}},
		"half open, one more crash opens it again": {3, []step{
			{0, 0, false}, {0, 0, false}, {0, cooldown, true}, {cooldown, cooldown, true},
		}},
		"half open, a good minute closes it": {3, []step{
			{0, 0, false}, {0, 0, false}, {0, cooldown, true}, {time.Minute, 0, false}, {0, 0, false}, {0, cooldown, true},
		}},
		"a limit of one opens it at once":                      {1, []step{{0, cooldown, true}, {cooldown, cooldown, true}}},
		"an old crash just at the window's end does not count": {2, []step{{0, 0, false}, {time.Minute, 0, false}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := breaker{limit: tc.limit, window: time.Minute}
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			for i, s := range tc.steps {
				now = now.Add(s.after)
				if wait, open := b.crashed(now); wait != s.wait || open != s.open {
					t.Errorf("crash %d: wait %v, open %v; want %v, %v", i+1, wait, open, s.wait, s.open)
				}
			}
		})
	}
}
