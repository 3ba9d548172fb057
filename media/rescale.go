package media

import (
	"math"
	"math/bits"
	"time"
)

// Rescale converts ticks of one clock rate to another with a 128-bit intermediate, rounding to nearest, half away from
// zero. It panics if a rate is not positive; a result beyond int64 saturates.
func Rescale(ticks int64, from, to int) int64 {
	if from <= 0 || to <= 0 {
		panic("media: rescale with a clock rate that is not positive")
	}
	if from == to {
		return ticks
	}
	neg := ticks < 0
	v := uint64(ticks)
	if neg {
		v = -v
	}
	hi, lo := bits.Mul64(v, uint64(to))
	lo, carry := bits.Add64(lo, uint64(from)/2, 0)
	hi += carry
	limit := uint64(math.MaxInt64)
	if neg {
		limit++
	}
	q := limit
	if hi < uint64(from) {
		q, _ = bits.Div64(hi, lo, uint64(from))
		q = min(q, limit)
	}
	if neg {
		return int64(-q)
	}
	return int64(q)
}

// Duration converts ticks of a clock rate to a time.Duration, rounding to the nearest nanosecond.
func Duration(ticks int64, clockRate int) time.Duration {
	return time.Duration(Rescale(ticks, clockRate, int(time.Second)))
}

// Ticks converts a duration to ticks of a clock rate, rounding to nearest.
func Ticks(d time.Duration, clockRate int) int64 {
	return Rescale(int64(d), int(time.Second), clockRate)
}
