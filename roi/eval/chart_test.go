package eval

import (
	"math"
	"testing"
)

func TestAnAxisHoldsItsValuesBetweenRoundOnes(t *testing.T) {
	for _, c := range []struct {
		name   string
		lo, hi float64
		first  string
		last   string
	}{
		{"bitrates", 0, 1549, "0", "1600"},
		{"decibels", 31.18, 40.6, "30", "42"},
		{"similarity", 0.8868, 0.9914, "0.88", "1.00"},
		{"a range below zero", -3, -1, "-3.0", "-1.0"},
		{"nothing", 5, 5, "0.0", "1.0"},
		{"no numbers", math.Inf(1), math.Inf(-1), "0.0", "1.0"},
		{"not a number", math.NaN(), 1, "0.0", "1.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAxis(c.lo, c.hi)
			ticks := a.ticks(a.part)
			if len(ticks) < 2 || len(ticks) > maxTicks {
				t.Fatalf("%d ticks", len(ticks))
			}
			first, last := ticks[0], ticks[len(ticks)-1]
			if first.Text != c.first || last.Text != c.last {
				t.Errorf("axis from %s to %s, want %s to %s", first.Text, last.Text, c.first, c.last)
			}
			if math.Abs(first.At) > 1e-9 || math.Abs(last.At-1) > 1e-9 {
				t.Errorf("ends at %v and %v", first.At, last.At)
			}
		})
	}
}

func TestChangesAndCountsReadAsWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{change(-0.415), "41.5 % fewer bytes"},
		{change(0.1), "10.0 % more bytes"},
		{grouped(7), "7"},
		{grouped(1000), "1\u202f000"},
		{grouped(10524215), "10\u202f524\u202f215"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
