package roitest

import (
	"context"
	"errors"
	"fmt"
	"image"
	"testing"

	"go.uber.org/goleak"
	"gorgonia.org/tensor"

	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
)

// Run holds a detector to the contract of [roi.Detector] and, where it is one, [roi.Mapper].
func Run(t *testing.T, newDetector func() roi.Detector) {
	t.Helper()
	mediatest.NoLeaks(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	t.Run("pictures of any size and format are taken", func(t *testing.T) { anySize(t, newDetector) })
	t.Run("a change of size is not an error", func(t *testing.T) { changeOfSize(t, newDetector()) })
	t.Run("a jump in time is not an error", func(t *testing.T) { jumpInTime(t, newDetector()) })
	t.Run("a picture without structure has nothing in it", func(t *testing.T) { black(t, newDetector()) })
	t.Run("noise alone shows no objects", func(t *testing.T) { noise(t, newDetector()) })
	t.Run("a cancelled context ends the call with its cause", func(t *testing.T) { cancelled(t, newDetector()) })
	t.Run("a picture without host memory is an error", func(t *testing.T) { noPlanes(t, newDetector()) })
	t.Run("the picture is not written", func(t *testing.T) { untouched(t, newDetector()) })
	t.Run("the same pictures give the same answer", func(t *testing.T) { deterministic(t, newDetector) })
}

func anySize(t *testing.T, newDetector func() roi.Detector) {
	for _, size := range []image.Point{
		{1, 1}, {2, 3}, {16, 16}, {17, 31}, {64, 1}, {1, 64}, {127, 95}, {384, 216}, {385, 217}, {768, 577}, {1280, 720}, {3840, 20},
	} {
		for _, format := range []media.PixelFormat{media.Gray8, media.I420, media.NV12} {
			t.Run(fmt.Sprintf("%v %dx%d", format, size.X, size.Y), func(t *testing.T) {
				d := newDetector()
				s := &Scene{WidthPx: size.X, HeightPx: size.Y, Format: format, Seed: 1, Noise: 2}
				for i := range 4 {
					look(t, d, s.Next(image.Rect(i*8, 0, i*8+24, 24)))
				}
			})
		}
	}
}

func changeOfSize(t *testing.T, d roi.Detector) {
	for i, size := range []image.Point{{320, 180}, {1920, 1080}, {33, 17}, {320, 180}} {
		s := &Scene{WidthPx: size.X, HeightPx: size.Y, Seed: uint64(i)}
		for range 3 {
			look(t, d, s.Next())
		}
	}
}

func jumpInTime(t *testing.T, d roi.Detector) {
	s := &Scene{WidthPx: 160, HeightPx: 96, Seed: 1}
	for _, pts := range []int64{0, 7500, 1 << 40, 7500, -1 << 62, 1<<63 - 1} {
		f := s.Next()
		f.PTS = pts
		look(t, d, f)
	}
	for _, rate := range []int{0, 1, 1000, -5} {
		f := s.Next()
		f.ClockRate = rate
		look(t, d, f)
	}
}

func black(t *testing.T, d roi.Detector) {
	for range 10 {
		f := media.NewFrame(media.Gray8, 320, 180)
		clear(f.Planes[0])
		if found := look(t, d, f); len(found) > 0 {
			t.Fatalf("found %v in black", found)
		}
		if m, ok := d.(roi.Mapper); ok {
			heat, _ := m.Saliency()
			for _, v := range heat.Float32s() {
				if v != 0 {
					t.Fatalf("black is %v salient, want 0", v)
				}
			}
		}
	}
}

func noise(t *testing.T, d roi.Detector) {
	s := &Scene{WidthPx: 320, HeightPx: 180, Seed: 3, Noise: 6}
	for i := range 60 {
		if found := look(t, d, s.Next()); len(found) > 0 {
			t.Fatalf("picture %d: found %v in noise", i, found)
		}
	}
}

func cancelled(t *testing.T, d roi.Detector) {
	why := errors.New("stream removed")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	f := (&Scene{WidthPx: 64, HeightPx: 48, Seed: 1}).Next()
	defer f.Release()
	if _, err := d.Detect(ctx, f); !errors.Is(err, why) {
		t.Errorf("error %v, want the cause %v", err, why)
	}
}

func noPlanes(t *testing.T, d roi.Detector) {
	f := media.WrapFrame(nowhere{})
	f.WidthPx, f.HeightPx, f.Format = 640, 480, media.NV12
	defer f.Release()
	if _, err := d.Detect(t.Context(), f); err == nil {
		t.Error("no error for a picture in device memory")
	}
}

// nowhere is device memory.
type nowhere struct{}

func (nowhere) Free() {}

func untouched(t *testing.T, d roi.Detector) {
	s := &Scene{WidthPx: 200, HeightPx: 120, Format: media.I420, Seed: 1, Noise: 2}
	for range 4 {
		f := s.Next(image.Rect(20, 20, 60, 80))
		var before [][]byte
		for _, p := range f.Planes {
			before = append(before, append([]byte(nil), p...))
		}
		f.Retain()
		look(t, d, f)
		for i, p := range f.Planes {
			if string(p) != string(before[i]) {
				t.Fatalf("plane %d was written", i)
			}
		}
		f.Release()
	}
}

func deterministic(t *testing.T, newDetector func() roi.Detector) {
	run := func() string {
		d, s, said := newDetector(), &Scene{WidthPx: 320, HeightPx: 180, Seed: 9, Noise: 3}, ""
		for i := range 30 {
			said += fmt.Sprintln(look(t, d, s.Next(image.Rect(40+4*i, 60, 72+4*i, 120))))
		}
		return said
	}
	if a, b := run(), run(); a != b {
		t.Error("two detectors gave different answers to the same pictures")
	}
}

// look detects in f, checks what every answer must keep to, and releases f.
func look(t *testing.T, d roi.Detector, f *media.Frame) []media.Region {
	t.Helper()
	defer f.Release()
	found, err := d.Detect(t.Context(), f)
	if err != nil {
		t.Fatalf("%dx%d: %v", f.WidthPx, f.HeightPx, err)
	}
	bounds := image.Rect(0, 0, f.WidthPx, f.HeightPx)
	for i, r := range found {
		if r.Rect.Empty() || !r.Rect.In(bounds) {
			t.Errorf("region %v is not in the picture %v", r.Rect, bounds)
		}
		if !(r.Score >= 0 && r.Score <= 1) {
			t.Errorf("score %v is not in 0..1", r.Score)
		}
		if i > 0 && r.Score > found[i-1].Score {
			t.Errorf("region %d scores more than the one before it", i)
		}
	}
	if m, ok := d.(roi.Mapper); ok {
		checkMap(t, m)
	}
	return found
}

func checkMap(t *testing.T, m roi.Mapper) {
	t.Helper()
	heat, trust := m.Saliency()
	if !(trust >= 0 && trust <= 1) {
		t.Errorf("trust %v is not in 0..1", trust)
	}
	if heat == nil {
		t.Fatal("no map after a picture")
	}
	if heat.Dims() != 2 || heat.Dtype() != tensor.Float32 {
		t.Fatalf("map is %v of %v, want two dimensions of float32", heat.Shape(), heat.Dtype())
	}
	for _, v := range heat.Float32s() {
		if !(v >= 0 && v <= 1) {
			t.Fatalf("sample %v of the map is not in 0..1", v)
		}
	}
}
