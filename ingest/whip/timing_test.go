package whip

import (
	"testing"
	"time"

	"vantage/media"
)

func TestTiming(t *testing.T) {
	base := time.Unix(1700000000, 0)
	ms := func(n int) time.Time { return base.Add(time.Duration(n) * time.Millisecond) }
	t.Run("tracks share the first arrival as zero", func(t *testing.T) {
		var tm timing
		v, a := tm.track(media.Video, 90000), tm.track(media.Audio, 48000)
		if pts, _ := v.stamp(5000, ms(0)); pts != 0 {
			t.Errorf("video: got %d", pts)
		}
		if pts, _ := a.stamp(77, ms(100)); pts != 4800 {
			t.Errorf("audio: got %d", pts)
		}
	})
	t.Run("timestamps wrap", func(t *testing.T) {
		var tm timing
		v := tm.track(media.Video, 90000)
		v.stamp(1<<32-3000, ms(0))
		if pts, _ := v.stamp(3000, ms(66)); pts != 6000 {
			t.Errorf("got %d, want 6000", pts)
		}
		if pts, _ := v.stamp(1<<32-1500, ms(70)); pts != 1500 {
			t.Errorf("an older one: got %d, want 1500", pts)
		}
	})
	t.Run("sender reports bring sound and picture together", func(t *testing.T) {
		var tm timing
		v, a := tm.track(media.Video, 90000), tm.track(media.Audio, 48000)
		// Both were sampled at the same instant, but audio came 80 ms later.
		v.stamp(90000, ms(0))
		a.stamp(48000, ms(80))
		v.report(ms(-40), 90000)
		if pts, _ := a.stamp(48000+960, ms(100)); pts != 80*48+960 {
			t.Errorf("before the second report: got %d", pts)
		}
		a.report(ms(-40), 48000)
		if pts, _ := a.stamp(48000+1920, ms(120)); pts != 1920 {
			t.Errorf("after: got %d, want 1920", pts)
		}
	})
	t.Run("a small or an absurd skew is left alone", func(t *testing.T) {
		for _, skew := range []int{15, 5000} {
			var tm timing
			v, a := tm.track(media.Video, 90000), tm.track(media.Audio, 48000)
			v.stamp(0, ms(0))
			a.stamp(0, ms(0))
			v.report(ms(0), 0)
			a.report(ms(skew), 0)
			if pts, _ := a.stamp(960, ms(20)); pts != 960 {
				t.Errorf("skew of %d ms: got %d", skew, pts)
			}
		}
	})
	t.Run("capture time is told where the publisher's clock agrees with ours", func(t *testing.T) {
		for name, tc := range map[string]struct {
			offset int // of the publisher's clock, in ms
			known  bool
		}{"in step": {0, true}, "30 ms ahead": {30, true}, "an hour behind": {-3600_000, false}, "a second ahead": {1000, false}} {
			var tm timing
			v := tm.track(media.Video, 90000)
			if _, c := v.stamp(0, ms(40)); !c.IsZero() {
				t.Errorf("%s: known before a report: %v", name, c)
			}
			v.report(ms(tc.offset), 0)
			_, c := v.stamp(9000, ms(140))
			if c.IsZero() == tc.known {
				t.Errorf("%s: got %v", name, c)
			} else if tc.known && !c.Equal(ms(100+tc.offset)) {
				t.Errorf("%s: got %v, want %v", name, c, ms(100+tc.offset))
			}
		}
	})
	t.Run("a report before the first packet is ignored", func(t *testing.T) {
		var tm timing
		v := tm.track(media.Video, 90000)
		v.report(ms(0), 1<<31)
		if pts, c := v.stamp(0, ms(0)); pts != 0 || !c.IsZero() {
			t.Errorf("got %d, %v", pts, c)
		}
	})
}

func TestNTPTime(t *testing.T) {
	if _, ok := ntpTime(0); ok {
		t.Error("0 is no time")
	}
	got, ok := ntpTime(0xe8e1a5c0_80000000)
	if want := time.Unix(0xe8e1a5c0-2208988800, 5e8); !ok || !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
