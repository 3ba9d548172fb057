package ingesttest

import (
	"strings"
	"testing"
	"time"

	"vantage/media"
	"vantage/media/mediatest"
)

// A suite that passes everything proves nothing: each breach of the contract must be told.
func TestRecorderTellsEveryBreach(t *testing.T) {
	mediatest.NoLeaks(t)
	video := &media.Track{ID: "video", Codec: media.VP8, ClockRate: 90000}
	other := video.Next()
	for name, tc := range map[string]struct {
		breach func(r *recorder)
		want   string
	}{
		"a unit before its track":      {func(r *recorder) { r.SetTracks(nil); publish(r, video, 0, 0) }, "not announced"},
		"a unit of the epoch before":   {func(r *recorder) { r.SetTracks([]*media.Track{other}); publish(r, video, 0, 0) }, "not announced"},
		"time that stands still":       {func(r *recorder) { publish(r, video, 5, 5); publish(r, video, 5, 5) }, "steps from DTS 5 to 5"},
		"time that steps back":         {func(r *recorder) { publish(r, video, 5, 5); publish(r, video, 4, 4) }, "steps from DTS 5 to 4"},
		"presentation before decoding": {func(r *recorder) { publish(r, video, 4, 5) }, "before DTS"},
		"reordering without saying so": {func(r *recorder) { publish(r, video, 6, 5) }, "is in order"},
		"an empty part":                {func(r *recorder) { publish(r, video, 0, 0, []byte{}) }, "empty part"},
		"a track that changes":         {func(r *recorder) { video.WidthPx++; publish(r, video, 0, 0) }, "was changed"},
		"an epoch that steps back": {func(r *recorder) {
			r.SetTracks([]*media.Track{other})
			publish(r, other, 0, 0)
			r.SetTracks([]*media.Track{video})
		}, "back from epoch 1 to 0"},
		"two tracks of one ID":             {func(r *recorder) { r.SetTracks([]*media.Track{video, other}) }, "given twice"},
		"a video clock that is not 90 kHz": {func(r *recorder) { r.SetTracks([]*media.Track{{ID: "v", Codec: media.H264, ClockRate: 1000}}) }, "want 90000"},
		"a unit after the end":             {func(r *recorder) { r.end(); publish(r, video, 0, 0) }, "after Run returned"},
		"tracks after the end":             {func(r *recorder) { r.end(); r.SetTracks(nil) }, "after Run returned"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(1)
			r.SetTracks([]*media.Track{video})
			tc.breach(r)
			if got := strings.Join(r.late(), "\n"); !strings.Contains(got, tc.want) {
				t.Errorf("told %q, want something of %q", got, tc.want)
			}
		})
	}
}

func publish(r *recorder, t *media.Track, pts, dts int64, parts ...[]byte) {
	u := media.NewUnit(t, 8)
	defer u.Release()
	u.PTS, u.DTS, u.RandomAccess, u.Arrived = pts, dts, true, time.Now()
	if parts == nil {
		parts = [][]byte{{1}}
	}
	for _, p := range parts {
		u.Append(p)
	}
	r.Publish(u)
}
