//go:build cgo && !nolibav

package libav_test

import (
	"encoding/json"
	"testing"

	"vantage/transcode"
	"vantage/transcode/libav"
)

// TestProbe measures every encoder of the table. The software encoders must do what the table says of them; hardware may be
// missing, but then the reason must be told.
func TestProbe(t *testing.T) {
	for i := range transcode.Table {
		b := &transcode.Table[i]
		t.Run(b.Name, func(t *testing.T) {
			noLeaks(t)
			r := libav.Probe(t.Context(), b.Name)
			text, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s", text)
			if !r.Works {
				if r.Reason == "" {
					t.Error("no reason is given")
				}
				if b.Device == transcode.CPU {
					t.Error("does not work")
				} else if r.Hint == "" {
					t.Error("no hint is given")
				}
				return
			}
			want := b.Caps()
			if r.ROI != want.ROI || r.ForceIDR != want.ForceIDR || r.Bitrate != want.Bitrate || !b.Async && r.DelayFrames > b.DelayFrames {
				t.Errorf("the table says %+v and a delay of %d", want, b.DelayFrames)
			}
		})
	}
}
