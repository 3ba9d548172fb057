package eval

import (
	"math"
	"testing"
)

// exponential is the curve of a codec that needs the given bytes at 30 dB and doubles them each 3 dB.
func exponential(t *testing.T, bytes float64, psnr ...float64) *curve {
	t.Helper()
	var b []float64
	for _, v := range psnr {
		b = append(b, bytes*math.Exp2((v-30)/3))
	}
	c, err := newCurve(psnr, b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBDRateOfAKnownDifference(t *testing.T) {
	even := exponential(t, 1000, 41, 38, 36, 33, 31)
	better := exponential(t, 700, 40, 37.5, 35, 32, 30)
	if bd := bdRate(even, better); math.Abs(bd+0.3) > 1e-9 {
		t.Errorf("BD-rate %v of a codec that needs 30 %% less, want -0.3", bd)
	}
	if bd := bdRate(even, even); math.Abs(bd) > 1e-12 {
		t.Errorf("BD-rate %v against itself, want 0", bd)
	}
	apart := exponential(t, 700, 50, 55)
	if bd := bdRate(even, apart); !math.IsNaN(bd) {
		t.Errorf("BD-rate %v without a common range, want none", bd)
	}
}

// exponalias makes the two results of exponential one argument list.
func TestCurveGoesThroughItsPointsAndNoFurther(t *testing.T) {
	q, b := []float64{30, 32, 33, 37, 40}, []float64{100, 150, 400, 420, 1000}
	c, err := newCurve(q, b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range q {
		if got := c.bytesAt(q[i]); math.Abs(got-b[i]) > 1e-6 {
			t.Errorf("%v bytes at %v dB, want %v", got, q[i], b[i])
		}
	}
	last := 0.0
	for v := 30.0; v <= 40; v += 0.01 {
		got := c.bytesAt(v)
		if got < last {
			t.Fatalf("rate falls at %v dB", v)
		}
		last = got
	}
	for _, v := range []float64{29.99, 40.01, math.NaN()} {
		if got := c.bytesAt(v); !math.IsNaN(got) {
			t.Errorf("%v bytes at %v dB, which was not measured", got, v)
		}
	}
}

func TestPointsThatMakeNoCurve(t *testing.T) {
	for name, p := range map[string][2][]float64{
		"none":                         {{}, {}},
		"one":                          {{30}, {100}},
		"the same twice":               {{30, 30}, {100, 100}},
		"better for less":              {{30, 31}, {100, 90}},
		"nothing in it":                {{30, 31}, {0, 0}},
		"quality that is not a number": {{math.NaN(), 31}, {10, 20}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newCurve(p[0], p[1]); err == nil {
				t.Error("made a curve")
			}
		})
	}
}
