package pipeline

import (
	"math"
	"testing"

	"vantage/media"
)

// every is the times of n pictures at a rate, in ticks of 90 kHz, each moved by jitter.
func every(n int, fps float64, jitter func(i int) int64) []int64 {
	times := make([]int64, n)
	for i := range times {
		times[i] = int64(math.Round(float64(i) * frameClockRate / fps))
		if jitter != nil {
			times[i] += jitter(i)
		}
	}
	return times
}

// shift moves times by a jump of the clock after the first half.
func shift(times []int64, by int64) []int64 {
	for i := len(times) / 2; i < len(times); i++ {
		times[i] += by
	}
	return times
}

func TestPacer(t *testing.T) {
	alternate := func(by int64) func(int) int64 {
		return func(i int) int64 { return by * int64(i%2*2-1) }
	}
	for name, tc := range map[string]struct {
		fps    float64
		times  []int64
		want   int // pictures taken
		slack  int
		maxGap float64 // longest distance of two taken ones, in intervals of fps; jumps aside
	}{
		"no cap takes every picture":            {0, every(300, 30, nil), 300, 0, 0},
		"half the rate takes every other":       {15, every(300, 30, nil), 150, 0, 1.01},
		"25 to 10 alternates two and three":     {10, every(250, 25, nil), 100, 1, 1.3},
		"30 to 29.97 drops next to none":        {29.97, every(3000, 30, nil), 2997, 4, 2.1},
		"a cap above the rate takes every one":  {60, every(300, 30, nil), 300, 0, 0},
		"a cap at the rate survives the jitter": {30, every(300, 30, alternate(300)), 300, 3, 2.2},
		"half the rate with jitter":             {15, every(300, 30, alternate(500)), 150, 2, 1.2},
		"a jump ahead goes on at once":          {15, shift(every(300, 30, nil), 3600*frameClockRate), 150, 1, 0},
		"a jump back goes on at once":           {15, shift(every(300, 30, nil), -5*frameClockRate), 150, 1, 0},
		"slow pictures are all taken":           {10, every(50, 2, nil), 50, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := pacer{fps: tc.fps}
			taken, last := 0, int64(math.MinInt64)
			for _, pts := range tc.times {
				if !p.take(&media.Frame{PTS: pts, ClockRate: frameClockRate}) {
					continue
				}
				if gap := float64(pts-last) / frameClockRate * tc.fps; last != math.MinInt64 && tc.maxGap > 0 && gap > tc.maxGap {
					t.Errorf("%.2f intervals between two pictures, want at most %g", gap, tc.maxGap)
				}
				taken, last = taken+1, pts
			}
			if taken < tc.want-tc.slack || taken > tc.want+tc.slack {
				t.Errorf("%d of %d pictures, want %d", taken, len(tc.times), tc.want)
			}
		})
	}
}

func TestFrameIntervalFollowsTheSource(t *testing.T) {
	var i frameInterval
	if got := i.rate(0); got != defaultFrameRate {
		t.Errorf("unknown: %g pictures a second, want %d", got, defaultFrameRate)
	}
	if got := i.rate(12.5); got != 12.5 {
		t.Errorf("nominal: %g, want 12.5", got)
	}
	for _, pts := range shift(every(200, 25, nil), 100*frameClockRate) { // a gap is no interval
		i.observe(&media.Frame{PTS: pts, ClockRate: frameClockRate})
	}
	if got := i.rate(12.5); math.Abs(got-25) > 0.1 {
		t.Errorf("seen: %g, want 25", got)
	}
}
