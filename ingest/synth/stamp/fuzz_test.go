package stamp_test

import (
	"testing"

	"vantage/ingest/synth/stamp"
	"vantage/media"
)

// FuzzReadLuma holds that reading never panics, and that what is read would be painted as the same bits.
func FuzzReadLuma(f *testing.F) {
	good := media.NewFrame(media.Gray8, 320, 180)
	stamp.Paint(good, at(3))
	f.Add(append([]byte(nil), good.Planes[0]...), 320, 320, 180)
	good.Release()
	f.Add([]byte{}, 0, 0, 0)
	f.Add(make([]byte, 80*45), 80, 80, 45)
	f.Fuzz(func(t *testing.T, luma []byte, stride, w, h int) {
		s, ok := stamp.ReadLuma(luma, stride, w, h)
		if !ok {
			return
		}
		again := media.NewFrame(media.Gray8, 320, 180)
		defer again.Release()
		stamp.Paint(again, s)
		if got, ok := stamp.Read(again); !ok || got != s {
			t.Errorf("read %v, painted and read again %v, %v", s, got, ok)
		}
	})
}
