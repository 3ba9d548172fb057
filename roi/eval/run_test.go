package eval_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
	"vantage/roi/eval"
	"vantage/roi/roitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clip is a reader of n synthetic pictures.
type clip struct {
	scene roitest.Scene
	n     int
	err   error // after the last
}

func (c *clip) Next() (*media.Frame, error) {
	if c.n == 0 {
		return nil, c.err
	}
	c.n--
	return c.scene.Next(), nil
}

func (c *clip) Close() error { return nil }

func open(n int) func() (eval.Reader, error) {
	return func() (eval.Reader, error) {
		return &clip{scene: roitest.Scene{WidthPx: 160, HeightPx: 96, Format: media.I420, Seed: 1, Noise: 3}, n: n, err: io.EOF}, nil
	}
}

// toy is a codec that quantises each block of the luma by its own step, and calls the logarithm of that its size. It is one
// picture late, as a decoder may be.
type toy struct {
	rf      float64
	waiting *media.Frame
	fail    error
}

func (c *toy) Code(f *media.Frame, emit func(int, *media.Frame) error) error {
	if c.fail != nil {
		return c.fail
	}
	if w := c.waiting; w != nil {
		c.waiting = nil
		err := c.emit(w, emit)
		w.Release()
		if err != nil {
			return err
		}
	}
	if f != nil {
		f.Retain()
		c.waiting = f
	}
	return nil
}

func (c *toy) emit(f *media.Frame, emit func(int, *media.Frame) error) error {
	out := media.NewFrame(media.Gray8, f.WidthPx, f.HeightPx)
	defer out.Release()
	bits := 0.0
	for y := range f.HeightPx {
		for x := range f.WidthPx {
			qp := c.rf
			for _, r := range f.Regions {
				if image.Pt(x, y).In(r.Rect) {
					qp += float64(r.QOffset) * roi.MaxQP
					break
				}
			}
			step := math.Exp2((qp - 4) / 6)
			v := math.Round(float64(f.Planes[0][y*f.Strides[0]+x])/step) * step
			out.Planes[0][y*out.Strides[0]+x] = byte(min(max(v, 0), 255))
			bits += max(math.Log2(256/step), 0)
		}
	}
	return emit(int(bits/8), out)
}

func (c *toy) Close() error {
	if c.waiting != nil {
		c.waiting.Release()
	}
	return nil
}

func toys(rf float64) (eval.Codec, error) { return &toy{rf: rf}, nil }

// planner makes one block fine and the rest coarse.
func planner(f *media.Frame) (*roi.Plan, error) {
	offsets := make([]int8, 60)
	for i := range offsets {
		offsets[i] = 5
	}
	offsets[2*10+4] = -3
	p := roi.NewPlan(f.WidthPx, f.HeightPx, offsets)
	p.Objects = []media.Region{{Rect: image.Rect(64, 32, 80, 48), Class: "moving", ID: 1}}
	return p, nil
}

func config() eval.Config {
	return eval.Config{
		Name: "toy <clip>", Open: open(6), NewCodec: toys, Codec: "toy", Analyse: planner, Detector: "one block", Shift: math.NaN(),
		Draw: func(f *media.Frame, _ *roi.Plan) (*image.RGBA, error) {
			return image.NewRGBA(image.Rect(0, 0, f.WidthPx, f.HeightPx)), nil
		},
	}
}

func truth(t *testing.T, text string) *eval.Truth {
	t.Helper()
	tr, err := eval.ReadTruth(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestRegionsSaveAtEqualQualityInside(t *testing.T) {
	mediatest.NoLeaks(t)
	c := config()
	var rows []string
	for i := range 6 {
		rows = append(rows, fmt.Sprintf("%d,1,66,34,10,10", i+1))
	}
	c.Truth, c.TruthName = truth(t, strings.Join(rows, "\n")), "gt.txt"
	progress := 0
	c.Progress = func(done int) { progress = done }
	r, err := eval.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if r.Pictures != 6 || progress != 6 || r.TruthBoxes != 6 || len(r.Even) != 5 || len(r.ROI) != 5 {
		t.Fatalf("report %+v", r)
	}
	if math.Abs(r.Seconds-6.0/roitest.FPS) > 1e-3 {
		t.Errorf("%.3f s, want six pictures at %d a second", r.Seconds, roitest.FPS)
	}
	if r.FoundInside != 1 || r.WrongOutside != 0 || math.Abs(r.Coverage-1.0/60) > 1e-9 {
		t.Errorf("found %v inside, %v outside, coverage %v", r.FoundInside, r.WrongOutside, r.Coverage)
	}
	for i := range r.Even {
		if d := r.Even[i].Inside.PSNR - r.ROI[i].Inside.PSNR; math.Abs(d) > 1e-9 {
			t.Errorf("point %d: the same QP inside differs by %v dB", i, d)
		}
	}
	if len(r.Saving) != 5 || r.BDRate == nil || *r.BDRate > -0.15 {
		t.Fatalf("savings %+v, BD-rate %v", r.Saving, r.BDRate)
	}
	for i, s := range r.Saving {
		want := 1 - float64(r.ROI[i].Bytes)/float64(r.Even[i].Bytes)
		if math.Abs(s.Ratio-want) > 0.01 {
			t.Errorf("point %d: saving %.3f, want %.3f", i, s.Ratio, want)
		}
	}
	if !strings.Contains(r.JudgedBy, "gt.txt") {
		t.Errorf("judged by %q, want the truth named", r.JudgedBy)
	}
	checkOutputs(t, r)
}

func checkOutputs(t *testing.T, r *eval.Report) {
	t.Helper()
	var text, html, js bytes.Buffer
	if err := errors.Join(r.WriteText(&text), r.WriteHTML(&html), r.WriteJSON(&js)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"toy <clip>", "BD-rate inside: -", "ground truth boxes of gt.txt", "at equal PSNR inside"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, text.String())
		}
	}
	for _, want := range []string{"toy &lt;clip&gt;", "<polyline", "data:image/png;base64,", "even quality"} {
		if !strings.Contains(html.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"http://", "https://", "ZgotmplZ", ">NaN", "\"NaN", " NaN", "<no value>"} {
		if strings.Contains(html.String(), bad) {
			t.Errorf("the page has %q in it", bad)
		}
	}
	var back map[string]any
	if err := json.Unmarshal(js.Bytes(), &back); err != nil || back["bd_rate_inside"] == nil {
		t.Errorf("JSON %s (%v)", js.String(), err)
	}
}

func TestWithoutTruthTheDetectorJudgesItselfAndSaysSo(t *testing.T) {
	mediatest.NoLeaks(t)
	r, err := eval.Run(t.Context(), config())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.JudgedBy, "own regions") || r.TruthBoxes != 0 {
		t.Errorf("judged by %q with %d boxes", r.JudgedBy, r.TruthBoxes)
	}
	if math.Abs(r.Inside-1.0/60) > 1e-9 {
		t.Errorf("%v of the pixels are inside, want one block of sixty", r.Inside)
	}
}

func TestWithoutPlansBothCurvesAreApartByTheShiftAlone(t *testing.T) {
	c := config()
	c.Analyse = func(*media.Frame) (*roi.Plan, error) { return nil, nil }
	c.Shift = 0
	r, err := eval.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if r.Unplanned != 1 || r.BDRate != nil || r.Even[0].Bytes != r.ROI[0].Bytes {
		t.Errorf("report %+v, want equal codings and nothing inside", r)
	}
	var b bytes.Buffer
	if err := errors.Join(r.WriteText(&b), r.WriteHTML(&b), r.WriteJSON(&b)); err != nil {
		t.Error(err)
	}
}

func TestFaultsEndTheEvaluation(t *testing.T) {
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		change func(*eval.Config)
		want   string
	}{
		"the clip does not open": {func(c *eval.Config) { c.Open = func() (eval.Reader, error) { return nil, boom } }, "boom"},
		"the clip is empty":      {func(c *eval.Config) { c.Open = open(0) }, "no pictures"},
		"the clip breaks off": {func(c *eval.Config) {
			c.Open = func() (eval.Reader, error) {
				return &clip{scene: roitest.Scene{WidthPx: 160, HeightPx: 96, Seed: 1}, n: 3, err: boom}, nil
			}
		}, "boom"},
		"a codec does not open": {func(c *eval.Config) { c.NewCodec = func(float64) (eval.Codec, error) { return nil, boom } }, "boom"},
		"a codec fails": {func(c *eval.Config) {
			c.NewCodec = func(rf float64) (eval.Codec, error) { return &toy{rf: rf, fail: boom}, nil }
		}, "boom"},
		"a codec loses pictures": {func(c *eval.Config) {
			c.NewCodec = func(float64) (eval.Codec, error) { return silent{}, nil }
		}, "did not come out"},
		"the analysis fails": {func(c *eval.Config) { c.Analyse = func(*media.Frame) (*roi.Plan, error) { return nil, boom } }, "boom"},
		"one rate factor":    {func(c *eval.Config) { c.RateFactors = []float64{23} }, "at least two"},
	} {
		t.Run(name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			cfg := config()
			c.change(&cfg)
			if _, err := eval.Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestCancelledEvaluationEnds(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := config()
	c.Open = open(1000)
	c.Progress = func(done int) {
		if done == 3 {
			cancel()
		}
	}
	if _, err := eval.Run(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

// silent is a codec that never emits anything.
type silent struct{}

func (silent) Code(*media.Frame, func(int, *media.Frame) error) error { return nil }
func (silent) Close() error                                           { return nil }
