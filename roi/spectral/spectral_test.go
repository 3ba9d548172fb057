package spectral_test

import (
	"image"
	"testing"

	"go.uber.org/goleak"

	"vantage/media"
	"vantage/roi"
	"vantage/roi/roitest"
	"vantage/roi/spectral"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	roitest.Run(t, func() roi.Detector { return spectral.New() })
}

func TestOddOneOutIsSalient(t *testing.T) {
	d := spectral.New()
	s := &roitest.Scene{WidthPx: 640, HeightPx: 480, Flat: true, Seed: 1, Noise: 2}
	odd := image.Rect(400, 120, 440, 200)
	f := s.Next(odd)
	defer f.Release()
	if _, err := d.Detect(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	heat, trust := d.Saliency()
	if trust <= 0 || trust >= 0.9 {
		t.Errorf("trust %v, want it between nothing and certainty", trust)
	}
	rows, cols := heat.Shape()[0], heat.Shape()[1]
	var in, out, nIn, nOut float64
	near := odd.Inset(-20)
	for i, v := range heat.Float32s() {
		at := image.Pt(i%cols*640/cols+5, i/cols*480/rows+5)
		if at.In(near) {
			in, nIn = in+float64(v), nIn+1
		} else {
			out, nOut = out+float64(v), nOut+1
		}
	}
	if in/nIn < 10*out/nOut || in/nIn < 0.3 {
		t.Errorf("mean saliency %.3f on the odd one, %.3f elsewhere", in/nIn, out/nOut)
	}
}

func TestDetectDoesNotAllocate(t *testing.T) {
	d, f := spectral.New(), scene()
	defer f.Release()
	step := func() {
		if _, err := d.Detect(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	step()
	if n := testing.AllocsPerRun(50, step); n != 0 {
		t.Errorf("%v allocations a picture, want 0", n)
	}
}

func BenchmarkDetect(b *testing.B) {
	d, f := spectral.New(), scene()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Detect(b.Context(), f); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/frame")
}

func scene() *media.Frame {
	return (&roitest.Scene{WidthPx: 384, HeightPx: 288, Seed: 1, Noise: 3}).Next(image.Rect(50, 60, 80, 140))
}
