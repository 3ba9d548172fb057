package media_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"vantage/media"
)

func TestRescale(t *testing.T) {
	for name, tc := range map[string]struct {
		ticks    int64
		from, to int
		want     int64
	}{
		"video to audio":                     {90000, 90000, 48000, 48000},
		"half is rounded away from zero":     {1, 2, 1, 1},
		"half below zero too":                {-1, 2, 1, -1},
		"less than half is rounded to zero":  {1, 3, 1, 0},
		"the product needs 128 bits":         {math.MaxInt64 / 2, 1_000_000_000, 999_999_999, 4611686013815701885},
		"too much saturates":                 {math.MaxInt64, 1, 2, math.MaxInt64},
		"too little saturates":               {math.MinInt64, 1, 2, math.MinInt64},
		"the least value is kept":            {math.MinInt64, 7, 7, math.MinInt64},
		"years of video at nanosecond scale": {90000 * 86400 * 3650, 90000, 1e9, 86400 * 3650 * 1e9},
	} {
		t.Run(name, func(t *testing.T) {
			if got := media.Rescale(tc.ticks, tc.from, tc.to); got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
	mustPanic(t, func() { media.Rescale(1, 0, 1) })
	mustPanic(t, func() { media.Rescale(1, 1, -1) })
	if got := media.Duration(3003, 90000); got != 33366667*time.Nanosecond {
		t.Errorf("Duration: %v", got)
	}
	if got := media.Ticks(20*time.Millisecond, 48000); got != 960 {
		t.Errorf("Ticks: %v", got)
	}
}

func FuzzRescale(f *testing.F) {
	f.Add(int64(90000), 90000, 48000)
	f.Add(int64(math.MinInt64), 1, math.MaxInt)
	f.Add(int64(-1), 2, 1)
	f.Fuzz(func(t *testing.T, ticks int64, from, to int) {
		if from <= 0 || to <= 0 {
			return
		}
		// 2·ticks·to + from·sign over 2·from, truncated: half away from zero.
		n := new(big.Int).Mul(big.NewInt(ticks), big.NewInt(int64(to)))
		n.Lsh(n, 1)
		n.Add(n, new(big.Int).Mul(big.NewInt(int64(from)), big.NewInt(int64(n.Sign()))))
		n.Quo(n, new(big.Int).Lsh(big.NewInt(int64(from)), 1))
		want := n.Int64()
		if !n.IsInt64() {
			want = math.MaxInt64
			if n.Sign() < 0 {
				want = math.MinInt64
			}
		}
		if got := media.Rescale(ticks, from, to); got != want {
			t.Errorf("Rescale(%d, %d, %d) = %d, want %d", ticks, from, to, got, want)
		}
	})
}
