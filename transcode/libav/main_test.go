//go:build cgo && !nolibav

package libav_test

import (
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vantage/media/mediatest"
	"vantage/transcode/libav"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noLeaks fails the test if units, frames, AVFrames or AVPackets outlive it, or if a wrapper was forgotten.
func noLeaks(t testing.TB) {
	t.Helper()
	frames, packets := libav.Live()
	forgotten := libav.Forgotten()
	t.Cleanup(func() {
		for deadline := time.Now().Add(2 * time.Second); ; {
			f, p := libav.Live()
			if f <= frames && p <= packets {
				break
			}
			if time.Now().After(deadline) {
				t.Errorf("leaked %d AVFrames and %d AVPackets", f-frames, p-packets)
				break
			}
			runtime.Gosched()
		}
		runtime.GC()
		if n := libav.Forgotten() - forgotten; n != 0 {
			t.Errorf("%d wrappers were not closed", n)
		}
	})
	mediatest.NoLeaks(t)
}
