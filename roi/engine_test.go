package roi_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
	"vantage/roi/motion"
	"vantage/roi/roitest"
	"vantage/roi/spectral"
)

// fake is a detector that answers what it is told to.
type fake func(ctx context.Context, f *media.Frame) ([]media.Region, error)

func (d fake) Detect(ctx context.Context, f *media.Frame) ([]media.Region, error) { return d(ctx, f) }

// sees finds one object at a place in pixels of the small picture.
func sees(r image.Rectangle) fake {
	return func(context.Context, *media.Frame) ([]media.Region, error) {
		return []media.Region{{Rect: r, Class: "person", Score: 1, ID: 7}}, nil
	}
}

func engine(t testing.TB, opt roi.Options, d ...roi.Detector) *roi.Engine {
	t.Helper()
	e, err := roi.NewEngine(roi.Default(), opt, d...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func analyse(t testing.TB, e *roi.Engine, f *media.Frame) *roi.Plan {
	t.Helper()
	defer f.Release()
	p, err := e.Analyse(f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRectanglesOfADetectorBecomeBlocks(t *testing.T) {
	mediatest.NoLeaks(t)
	e := engine(t, roi.Options{}, sees(image.Rect(80, 40, 100, 60)))
	s := &roitest.Scene{WidthPx: 768, HeightPx: 432, Seed: 1} // analysed at half its size
	var p *roi.Plan
	for range 40 {
		p = analyse(t, e, s.Next())
	}
	if len(p.Objects) != 1 || p.Objects[0].Rect != image.Rect(160, 80, 200, 120) || p.Objects[0].ID != 7 {
		t.Errorf("objects %v, want the one at twice its place", p.Objects)
	}
	if in, out := p.Offsets[6*p.Cols+11], p.Offsets[20*p.Cols+40]; in != -3 || out != 5 {
		t.Errorf("offset %d inside and %d outside, want -3 and 5", in, out)
	}
	if p.Cols != 48 || p.Rows != 27 || p.WidthPx != 768 || p.HeightPx != 432 {
		t.Errorf("plan of %dx%d in %dx%d blocks", p.WidthPx, p.HeightPx, p.Cols, p.Rows)
	}
}

func TestPlanIsForThePictureThatWasScaledDown(t *testing.T) {
	e := engine(t, roi.Options{}, sees(image.Rect(80, 40, 100, 60)))
	e.SetPicture(1920, 1080)
	p := analyse(t, e, (&roitest.Scene{WidthPx: 320, HeightPx: 180, Seed: 1}).Next())
	if p.WidthPx != 1920 || p.HeightPx != 1080 || p.Objects[0].Rect != image.Rect(480, 240, 600, 360) {
		t.Errorf("plan of %dx%d with %v", p.WidthPx, p.HeightPx, p.Objects)
	}
	e.SetPicture(0, 0)
	p = analyse(t, e, (&roitest.Scene{WidthPx: 320, HeightPx: 180, Seed: 1}).Next())
	if p.WidthPx != 320 {
		t.Errorf("plan of %d pixels width, want that of the frame", p.WidthPx)
	}
}

func TestMovingObjectIsFinerThanItsGround(t *testing.T) {
	mediatest.NoLeaks(t)
	e := engine(t, roi.Options{}, motion.New(motion.Options{}), spectral.New())
	s := &roitest.Scene{WidthPx: 768, HeightPx: 432, Format: media.I420, Seed: 1, Noise: 4}
	for range 30 {
		analyse(t, e, s.Next())
	}
	box := image.Rect(100, 200, 148, 296)
	var p *roi.Plan
	for range 10 {
		box = box.Add(image.Pt(6, 0))
		p = analyse(t, e, s.Next(box))
	}
	if o := p.Offsets[(box.Min.Y+48)/16*p.Cols+(box.Min.X+24)/16]; o != -3 {
		t.Errorf("offset %d on the object, want -3", o)
	}
	if p.Coverage <= 0 || p.Coverage > 0.1 {
		t.Errorf("coverage %.3f, want a few blocks", p.Coverage)
	}
}

func TestStillPictureOfNoiseHasAQuietPlan(t *testing.T) {
	e := engine(t, roi.Options{}, motion.New(motion.Options{}), spectral.New())
	s := &roitest.Scene{WidthPx: 768, HeightPx: 432, Seed: 1, Noise: 6}
	var before []int8
	flips, blocks := 0, 0
	for i := range 20 * roitest.FPS {
		p := analyse(t, e, s.Next())
		if len(p.Objects) > 0 {
			t.Fatalf("picture %d: objects %v in noise", i, p.Objects)
		}
		if i > 5*roitest.FPS {
			for k := range before {
				blocks++
				if before[k] != p.Offsets[k] {
					flips++
				}
			}
		}
		before = p.Offsets
	}
	if rate := float64(flips) / float64(blocks); rate > 0.001 {
		t.Errorf("%.3f %% of the blocks change from picture to picture in a still scene", 100*rate)
	}
}

func TestWithoutDetectorsThereIsNoPlan(t *testing.T) {
	e := engine(t, roi.Options{})
	if p := analyse(t, e, (&roitest.Scene{WidthPx: 64, HeightPx: 48, Seed: 1}).Next()); p != nil {
		t.Errorf("plan %v, want none", p)
	}
	if p := e.Plan(time.Now()); p != nil {
		t.Errorf("plan %v, want none", p)
	}
}

func TestConfigIsChecked(t *testing.T) {
	if _, err := roi.NewEngine(roi.Config{}, roi.Options{}); err == nil {
		t.Error("an empty configuration was taken")
	}
}

func TestFailingDetectorLeavesTheOthersAlone(t *testing.T) {
	mediatest.NoLeaks(t)
	broken := fake(func(context.Context, *media.Frame) ([]media.Region, error) { panic("index out of range") })
	failing := fake(func(context.Context, *media.Frame) ([]media.Region, error) { return nil, errors.New("no model") })
	reg := prometheus.NewRegistry()
	var log bytes.Buffer
	opt := roi.Options{Stream: "gate", Metrics: roi.NewMetrics(reg), Log: slog.New(slog.NewTextHandler(&log, nil))}
	e := engine(t, opt, broken, sees(image.Rect(10, 10, 40, 40)), failing)
	s := &roitest.Scene{WidthPx: 320, HeightPx: 180, Seed: 1}
	for range 5 {
		f := s.Next()
		p, err := e.Analyse(f)
		f.Release()
		if p == nil || len(p.Objects) != 1 {
			t.Fatalf("plan %v, want one with the object of the detector that works", p)
		}
		if err == nil || !strings.Contains(err.Error(), "panicked: index out of range") || !strings.Contains(err.Error(), "no model") {
			t.Fatalf("error %v, want both faults", err)
		}
	}
	if n := strings.Count(log.String(), "picture not analysed"); n != 1 {
		t.Errorf("%d log lines for five faults within a second, want 1", n)
	}
	if err := testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP vantage_roi_detector_errors_total Analyses that a detector ended with an error or a panic.
# TYPE vantage_roi_detector_errors_total counter
vantage_roi_detector_errors_total{stream="gate"} 5
`), "vantage_roi_detector_errors_total"); err != nil {
		t.Error(err)
	}
	opt.Metrics.Forget("gate")
	if n, err := testutil.GatherAndCount(reg); n != 0 || err != nil {
		t.Errorf("%d series left of a stream that is gone (%v)", n, err)
	}
}

func TestAllDetectorsFailingGivesNoPlan(t *testing.T) {
	e := engine(t, roi.Options{}, fake(func(context.Context, *media.Frame) ([]media.Region, error) { return nil, errors.New("no model") }))
	f := (&roitest.Scene{WidthPx: 64, HeightPx: 48, Seed: 1}).Next()
	defer f.Release()
	if p, err := e.Analyse(f); p != nil || err == nil {
		t.Errorf("plan %v and error %v, want an error alone", p, err)
	}
}

func TestOldPlanIsNoPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, roi.Options{}, sees(image.Rect(0, 0, 20, 20)))
		analyse(t, e, (&roitest.Scene{WidthPx: 64, HeightPx: 48, Seed: 1}).Next())
		time.Sleep(999 * time.Millisecond)
		if e.Plan(time.Now()) == nil {
			t.Error("no plan after 999 ms, want one up to a second")
		}
		time.Sleep(2 * time.Millisecond)
		if e.Plan(time.Now()) != nil {
			t.Error("a plan after 1001 ms, want none after a second")
		}
	})
}

func TestRunAnalysesTheLatestAtMostOncePerInterval(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		var seen []int64
		d := fake(func(_ context.Context, f *media.Frame) ([]media.Region, error) {
			seen = append(seen, f.PTS)
			return nil, nil
		})
		plans := 0
		e := engine(t, roi.Options{OnPlan: func(*roi.Plan) { plans++ }}, d)
		in := media.NewLatest[*media.Frame]()
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error)
		go func() { ended <- e.Run(ctx, in) }()
		s := &roitest.Scene{WidthPx: 64, HeightPx: 48, Seed: 1}
		for range 100 { // a second at 100 pictures a second
			f := s.Next()
			in.Set(f)
			f.Release()
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		if len(seen) < 12 || len(seen) > 14 || plans != len(seen) {
			t.Errorf("%d analyses and %d plans in a second, want one each 80 ms", len(seen), plans)
		}
		why := errors.New("stream removed")
		cancel(why)
		if err := <-ended; !errors.Is(err, why) {
			t.Errorf("Run returned %v, want %v", err, why)
		}
		in.Close()
	})
}

func TestHungDetectorNeverDelaysAPicture(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		var hung atomic.Bool
		d := fake(func(ctx context.Context, _ *media.Frame) ([]media.Region, error) {
			if hung.Load() {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return []media.Region{{Rect: image.Rect(0, 0, 20, 20), Score: 1}}, nil
		})
		e := engine(t, roi.Options{}, d)
		in := media.NewLatest[*media.Frame]()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = e.Run(ctx, in) }()
		s := &roitest.Scene{WidthPx: 64, HeightPx: 48, Seed: 1}
		began, without := time.Now(), 0
		for i := range 100 {
			hung.Store(i >= 30)
			f := s.Next()
			in.Set(f)
			if e.Plan(time.Now()) == nil {
				without++
			}
			f.Release()
			time.Sleep(40 * time.Millisecond)
		}
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("100 pictures took %v beside a hung detector, want 4s", took)
		}
		if e.Plan(time.Now()) != nil || without < 30 {
			t.Errorf("the plan of a detector that hangs is still in use (%d pictures without)", without)
		}
		cancel()
		<-done
		in.Close()
	})
}

func TestAnalysisAllocatesOnlyItsPlan(t *testing.T) {
	e := engine(t, roi.Options{Metrics: roi.NewMetrics(prometheus.NewRegistry())}, motion.New(motion.Options{}), spectral.New())
	s := &roitest.Scene{WidthPx: 768, HeightPx: 576, Seed: 1, Noise: 4}
	var frames []*media.Frame
	for i := range 12 {
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
		if _, err := e.Analyse(f); err != nil {
			t.Fatal(err)
		}
	}
	for range 60 {
		step()
	}
	if n := testing.AllocsPerRun(60, step); n > maxPlanAllocs {
		t.Errorf("%v allocations an analysis, want at most %v: the plan, its offsets, rectangles and objects", n, maxPlanAllocs)
	}
}

const maxPlanAllocs = 12

func BenchmarkAnalyse(b *testing.B) {
	for name, size := range map[string]image.Point{"768x576": {768, 576}, "720p": {1280, 720}, "1080p": {1920, 1080}} {
		b.Run(name, func(b *testing.B) {
			e := engine(b, roi.Options{}, motion.New(motion.Options{}), spectral.New())
			s := &roitest.Scene{WidthPx: size.X, HeightPx: size.Y, Format: media.I420, Seed: 1, Noise: 4}
			var frames []*media.Frame
			for i := range 12 {
				frames = append(frames, s.Next(image.Rect(40+8*i, 200, 88+8*i, 300)))
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				f := frames[i%len(frames)]
				f.PTS = int64(i) * 7500
				if _, err := e.Analyse(f); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/frame")
		})
	}
}
