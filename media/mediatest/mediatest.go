package mediatest

import (
	"testing"
	"time"

	"vantage/media"
)

// settle is how long NoLeaks waits for other goroutines to release what they hold.
const settle = 2 * time.Second

// NoLeaks registers a check that, when the test has ended, no more units and frames are alive than when it was called. Tests that
// use it do not run in parallel with others of their package.
func NoLeaks(t testing.TB) {
	t.Helper()
	units, frames := media.Live()
	t.Cleanup(func() {
		deadline := time.Now().Add(settle)
		for {
			u, f := media.Live()
			if u <= units && f <= frames {
				return
			}
			if time.Now().After(deadline) {
				t.Errorf("leaked %d units and %d frames", u-units, f-frames)
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
}
