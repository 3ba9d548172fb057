//go:build cgo && !nolibav

package libav_test

import (
	"os"
	"testing"

	"vantage/transcode"
	"vantage/transcode/libav"
	"vantage/transcode/transcodetest"
)

// TestGPU runs the conformance suite with every hardware encoder that works here, as it was measured. It is asked for by
// VANTAGE_TEST_GPU=1 ('make test-gpu'), and says plainly when it tested nothing.
func TestGPU(t *testing.T) {
	if os.Getenv("VANTAGE_TEST_GPU") != "1" {
		t.Skip("NOT TESTED: hardware encoders (set VANTAGE_TEST_GPU=1 on a machine with a GPU)")
	}
	tested := 0
	for i := range transcode.Table {
		b := &transcode.Table[i]
		if b.Device == transcode.CPU {
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			noLeaks(t)
			r := libav.Probe(t.Context(), b.Name)
			if !r.Works {
				t.Skipf("NOT TESTED: %s: %s (%s)", b.Name, r.Reason, r.Hint)
			}
			t.Logf("%+v", r)
			tested++
			s := subject(b, r.Caps())
			s.DelayFrames = r.DelayFrames
			transcodetest.Run(t, s)
		})
	}
	if tested == 0 {
		t.Skip("NOT TESTED: no hardware encoder works on this machine: the reasons are above")
	}
}
