package motion_test

import (
	"image"
	"testing"

	"go.uber.org/goleak"

	"vantage/media"
	"vantage/roi"
	"vantage/roi/motion"
	"vantage/roi/roitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	roitest.Run(t, func() roi.Detector { return motion.New(motion.Options{}) })
}

// watch shows n pictures, picture i with the objects that place(i) returns, and calls each, if set, after each.
func watch(t *testing.T, d *motion.Detector, s *roitest.Scene, n int, place func(i int) []image.Rectangle, each func(i int, found []media.Region)) []media.Region {
	t.Helper()
	var found []media.Region
	for i := range n {
		f := s.Next(place(i)...)
		var err error
		found, err = d.Detect(t.Context(), f)
		f.Release()
		if err != nil {
			t.Fatal(err)
		}
		if each != nil {
			each(i, found)
		}
	}
	return found
}

func nothing(int) []image.Rectangle { return nil }

func still(r image.Rectangle) func(int) []image.Rectangle {
	return func(int) []image.Rectangle { return []image.Rectangle{r} }
}

// walk moves r by dx a picture.
func walk(r image.Rectangle, dx int) func(int) []image.Rectangle {
	return func(i int) []image.Rectangle { return []image.Rectangle{r.Add(image.Pt(i*dx, 0))} }
}

func overlap(a, b image.Rectangle) float64 {
	area := func(r image.Rectangle) float64 { return float64(r.Dx() * r.Dy()) }
	in := area(a.Intersect(b))
	return in / (area(a) + area(b) - in)
}

func covers(found []media.Region, want image.Rectangle) bool {
	for _, r := range found {
		if overlap(r.Rect, want) > 0.5 {
			return true
		}
	}
	return false
}

func TestMovingSquareIsFoundWithinThreePictures(t *testing.T) {
	d, s := motion.New(motion.Options{}), &roitest.Scene{WidthPx: 768, HeightPx: 432, Seed: 1, Noise: 4}
	watch(t, d, s, 30, nothing, nil)
	path := walk(image.Rect(100, 200, 148, 300), 6)
	found := watch(t, d, s, 3, path, nil)
	if !covers(found, path(2)[0]) {
		t.Errorf("found %v after three pictures, want about %v", found, path(2)[0])
	}
}

func TestObjectKeepsItsIDWhileItMoves(t *testing.T) {
	d, s := motion.New(motion.Options{}), &roitest.Scene{WidthPx: 768, HeightPx: 432, Seed: 2, Noise: 4}
	watch(t, d, s, 30, nothing, nil)
	ids := map[int64]bool{}
	watch(t, d, s, 60, walk(image.Rect(100, 200, 148, 300), 5), func(i int, found []media.Region) {
		for _, r := range found {
			ids[r.ID] = true
		}
	})
	if len(ids) != 1 {
		t.Errorf("one object had %d identities, want 1", len(ids))
	}
}

func TestWhoStopsStaysForeground(t *testing.T) {
	d, s := motion.New(motion.Options{}), &roitest.Scene{WidthPx: 384, HeightPx: 216, Seed: 3, Noise: 4}
	watch(t, d, s, 30, nothing, nil)
	path := walk(image.Rect(50, 100, 74, 150), 3)
	watch(t, d, s, 30, path, nil)
	stop := path(29)[0]
	watch(t, d, s, 30*roitest.FPS, still(stop), func(i int, found []media.Region) {
		if !covers(found, stop) {
			t.Fatalf("lost %.1f s after it stopped", float64(i)/roitest.FPS)
		}
	})
	found := watch(t, d, s, 40*roitest.FPS, still(stop), nil)
	if len(found) != 0 {
		t.Errorf("found %v a minute after it stopped, want it to be part of the background", found)
	}
}

func TestHoleLeftInTheBackgroundIsFilled(t *testing.T) {
	d, s := motion.New(motion.Options{}), &roitest.Scene{WidthPx: 768, HeightPx: 432, Seed: 4, Noise: 4}
	start := image.Rect(300, 200, 348, 300)
	watch(t, d, s, 30, still(start), nil)
	found := watch(t, d, s, 2*roitest.FPS, walk(start, 12), nil)
	for _, r := range found {
		if r.Rect.Overlaps(start) {
			t.Errorf("found %v where it stood when the detector started", r.Rect)
		}
	}
}

func TestLightStepIsNotMotion(t *testing.T) {
	d, s := motion.New(motion.Options{}), &roitest.Scene{WidthPx: 768, HeightPx: 432, Seed: 5, Noise: 4}
	watch(t, d, s, 40, nothing, nil)
	s.Light = 1.35
	watch(t, d, s, 30, nothing, func(i int, found []media.Region) {
		if len(found) > 0 {
			t.Fatalf("found %v, %d pictures after the light changed", found, i)
		}
	})
	if _, trust := d.Saliency(); trust < 0.9 {
		t.Errorf("trust %.2f after a change of light, want it high", trust)
	}
	path := walk(image.Rect(100, 200, 148, 300), 6)
	if found := watch(t, d, s, 5, path, nil); !covers(found, path(4)[0]) {
		t.Errorf("found %v after the light changed, want about %v", found, path(4)[0])
	}
}

func TestPanIsNotTrusted(t *testing.T) {
	d, s := motion.New(motion.Options{}), &roitest.Scene{WidthPx: 768, HeightPx: 432, Seed: 6, Noise: 4}
	watch(t, d, s, 30, nothing, nil)
	for range 10 {
		s.Shift += 16
		found := watch(t, d, s, 1, nothing, nil)
		if _, trust := d.Saliency(); trust > 0.2 {
			t.Fatalf("trust %.2f while the camera pans", trust)
		}
		if len(found) > 0 {
			t.Fatalf("found %v while the camera pans", found)
		}
	}
	watch(t, d, s, 3*roitest.FPS, nothing, nil)
	if _, trust := d.Saliency(); trust < 0.9 {
		t.Errorf("trust %.2f after the pan, want it back", trust)
	}
}

func TestFlutterIsLearned(t *testing.T) {
	d, s := motion.New(motion.Options{}), &roitest.Scene{WidthPx: 384, HeightPx: 216, Seed: 7, Noise: 4}
	flag := func(i int) []image.Rectangle {
		r := image.Rect(200, 50, 212, 54)
		return []image.Rectangle{r.Add(image.Pt(0, 2*(i%2)))}
	}
	watch(t, d, s, 30*roitest.FPS, flag, nil)
	seen := 0
	watch(t, d, s, 5*roitest.FPS, flag, func(_ int, found []media.Region) { seen += len(found) })
	if seen > roitest.FPS {
		t.Errorf("found a flag %d times in 5 s after 30 s of flutter", seen)
	}
}

func TestDetectDoesNotAllocate(t *testing.T) {
	d, s := motion.New(motion.Options{}), &roitest.Scene{WidthPx: 768, HeightPx: 576, Seed: 8, Noise: 4}
	var frames []*media.Frame
	for i := range 24 {
		frames = append(frames, s.Next(image.Rect(40+8*i, 200, 88+8*i, 300)))
	}
	defer func() {
		for _, f := range frames {
			f.Release()
		}
	}()
	i := 0
	step := func() {
		f := frames[i%len(frames)]
		f.PTS = int64(i) * 7500
		i++
		if _, err := d.Detect(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		step()
	}
	if n := testing.AllocsPerRun(100, step); n != 0 {
		t.Errorf("%v allocations a picture, want 0", n)
	}
}

func BenchmarkDetect(b *testing.B) {
	d, s := motion.New(motion.Options{}), &roitest.Scene{WidthPx: 384, HeightPx: 288, Seed: 8, Noise: 4}
	var frames []*media.Frame
	for i := range 24 {
		frames = append(frames, s.Next(image.Rect(20+4*i, 100, 44+4*i, 150)))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f := frames[i%len(frames)]
		f.PTS = int64(i) * 7500
		if _, err := d.Detect(b.Context(), f); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/frame")
}
