package eval

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/quality"
	"vantage/roi"
)

// Reader yields the pictures of a clip in order, and io.EOF after the last. The caller owns them.
type Reader interface {
	Next() (*media.Frame, error)
	Close() error
}

// Codec codes pictures and decodes them again, as a viewer would see them.
type Codec interface {
	// Code codes f, which is borrowed, with its Regions; nil flushes. It emits the decoded pictures that are ready, in order
	// and one for each picture given, with the size of their access units. The picture is lent for the call.
	Code(f *media.Frame, emit func(bytes int, decoded *media.Frame) error) error
	Close() error
}

// Config says what to evaluate.
type Config struct {
	Name     string                 // of the clip
	Open     func() (Reader, error) // the clip
	NewCodec func(rateFactor float64) (Codec, error)
	Codec    string // what NewCodec makes, in words: "libx264 veryfast zerolatency"

	// Analyse returns the plan of each picture in order; nil codes the picture evenly. An engine's Analyse fits.
	Analyse  func(*media.Frame) (*roi.Plan, error)
	Detector string // what Analyse is, in words

	// Draw, if set, draws a plan over its picture for the page; package heat's Draw fits.
	Draw func(*media.Frame, *roi.Plan) (*image.RGBA, error)

	// Truth, if not nil, says what is inside. It is used to judge alone.
	Truth     *Truth
	TruthName string

	// RateFactors of the even codings, rising. Nil is DefaultRateFactors.
	RateFactors []float64

	// Shift is what is added to them for the codings with regions: the finest offset of a plan, so that both have about the same
	// quality inside. NaN is DefaultShift.
	Shift float64

	// MaxPictures ends the evaluation early; 0 takes the whole clip.
	MaxPictures int

	// Progress, if set, is told the number of pictures done.
	Progress func(done int)
}

// DefaultShift suits plans of the default strength.
const DefaultShift = 3

// DefaultRateFactors spans from hardly visible to plainly visible loss.
func DefaultRateFactors() []float64 { return []float64{20, 23, 26, 29, 32} }

// depth is how many pictures a codec may lag behind the reader.
const depth = 4

// job is one picture for one codec.
type job struct {
	frame *media.Frame // owned
	mask  *quality.Mask
}

// Run evaluates a clip in one pass over it: each picture is analysed once and then coded by all codecs side by side.
func Run(ctx context.Context, c Config) (*Report, error) {
	if c.RateFactors == nil {
		c.RateFactors = DefaultRateFactors()
	}
	if math.IsNaN(c.Shift) {
		c.Shift = DefaultShift
	}
	if len(c.RateFactors) < 2 {
		return nil, hint.New(errors.New("evaluation: a curve needs at least two rate factors"), "give rate factors such as 20,23,26,29,32")
	}
	in, err := c.Open()
	if err != nil {
		return nil, fmt.Errorf("evaluation of %s: %w", c.Name, err)
	}
	defer in.Close()
	s := &session{cfg: c, report: &Report{Clip: c.Name, Codec: c.Codec, Detector: c.Detector}}
	group, ctx := errgroup.WithContext(ctx)
	for _, rf := range c.RateFactors {
		s.even = append(s.even, start(ctx, group, c.NewCodec, rf))
	}
	for _, rf := range c.RateFactors {
		s.regions = append(s.regions, start(ctx, group, c.NewCodec, rf+c.Shift))
	}
	readErr := s.read(ctx, in)
	for _, l := range s.lanes() {
		close(l.jobs)
	}
	// A codec's error ends the reading too; it is the one to tell.
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("evaluation of %s: %w", c.Name, err)
	}
	if readErr != nil {
		return nil, fmt.Errorf("evaluation of %s: %w", c.Name, readErr)
	}
	return s.finish(), nil
}

// session is an evaluation under way.
type session struct {
	cfg           Config
	report        *Report
	even, regions []*lane
	first, last   *moment
	insideShare   float64
	found         tally
	analysis      time.Duration
	planned       int
	bestHeat      float32 // sum of the objects' scores in the picture that heat shows
}

type moment struct {
	pts       int64
	clockRate int
}

func (s *session) lanes() []*lane { return append(append([]*lane(nil), s.even...), s.regions...) }

// read feeds every lane until the clip ends.
func (s *session) read(ctx context.Context, in Reader) error {
	for n := 0; s.cfg.MaxPictures == 0 || n < s.cfg.MaxPictures; n++ {
		f, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		err = s.picture(ctx, f, n)
		f.Release()
		if err != nil {
			return err
		}
		if s.cfg.Progress != nil {
			s.cfg.Progress(n + 1)
		}
	}
	if s.report.Pictures == 0 {
		return errors.New("no pictures in the clip")
	}
	return nil
}

// picture analyses f and hands it to the lanes.
func (s *session) picture(ctx context.Context, f *media.Frame, n int) error {
	r := s.report
	if n == 0 {
		r.WidthPx, r.HeightPx = f.WidthPx, f.HeightPx
		s.first = &moment{f.PTS, f.ClockRate}
	} else if f.WidthPx != r.WidthPx || f.HeightPx != r.HeightPx {
		return hint.New(fmt.Errorf("picture %d is %dx%d, the first one %dx%d", n, f.WidthPx, f.HeightPx, r.WidthPx, r.HeightPx),
			"evaluate clips of one size; cut the clip where its size changes")
	}
	s.last = &moment{f.PTS, f.ClockRate}
	began := time.Now()
	plan, err := s.cfg.Analyse(f)
	if err != nil {
		return fmt.Errorf("analyse picture %d: %w", n, err)
	}
	s.analysis += time.Since(began)
	mask := s.inside(plan, n)
	s.insideShare += mask.Share()
	s.judge(plan, n)
	if err := s.keepHeat(f, plan); err != nil {
		return err
	}
	even, roiFrame := f.Derive(), f.Derive()
	defer even.Release()
	defer roiFrame.Release()
	even.Regions, roiFrame.Regions = nil, nil
	if plan != nil {
		roiFrame.Regions = plan.Regions(f.WidthPx, f.HeightPx)
		s.planned++
		r.Coverage += plan.Coverage
		r.Rectangles += float64(len(roiFrame.Regions))
	}
	r.Pictures++
	for _, l := range s.even {
		if err := l.give(ctx, even, mask); err != nil {
			return err
		}
	}
	for _, l := range s.regions {
		if err := l.give(ctx, roiFrame, mask); err != nil {
			return err
		}
	}
	return nil
}

// inside returns what counts as inside in picture n: the truth, else what the plan makes finer.
func (s *session) inside(p *roi.Plan, n int) *quality.Mask {
	m := quality.NewMask(s.report.WidthPx, s.report.HeightPx)
	if s.cfg.Truth != nil {
		for _, b := range s.cfg.Truth.Boxes(n) {
			m.Set(b)
			s.report.TruthBoxes++
		}
		return m
	}
	if p == nil {
		return m
	}
	for i, o := range p.Offsets {
		if o < 0 {
			m.Set(block(i%p.Cols, i/p.Cols))
		}
	}
	return m
}

func block(x, y int) image.Rectangle {
	return image.Rect(x*roi.BlockPx, y*roi.BlockPx, (x+1)*roi.BlockPx, (y+1)*roi.BlockPx)
}

// tally counts blocks.
type tally struct{ inside, insideFine, outside, outsideFine int }

// judge compares the plan with the truth, by blocks: one that a box touches is inside.
func (s *session) judge(p *roi.Plan, n int) {
	if s.cfg.Truth == nil || p == nil {
		return
	}
	boxes := s.cfg.Truth.Boxes(n)
	for i, o := range p.Offsets {
		b, in := block(i%p.Cols, i/p.Cols), false
		for _, r := range boxes {
			in = in || r.Overlaps(b)
		}
		switch {
		case in && o < 0:
			s.found.inside++
			s.found.insideFine++
		case in:
			s.found.inside++
		case o < 0:
			s.found.outside++
			s.found.outsideFine++
		default:
			s.found.outside++
		}
	}
}

// keepHeat keeps the heat map of the picture with the most, and the surest, objects so far.
func (s *session) keepHeat(f *media.Frame, p *roi.Plan) error {
	if p == nil || s.cfg.Draw == nil {
		return nil
	}
	var sum float32
	for _, o := range p.Objects {
		sum += o.Score
	}
	if s.report.heat != nil && sum <= s.bestHeat {
		return nil
	}
	img, err := s.cfg.Draw(f, p)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return fmt.Errorf("heat map: %w", err)
	}
	s.report.heat, s.bestHeat = b.Bytes(), sum
	return nil
}

// finish turns sums into means and compares the curves.
func (s *session) finish() *Report {
	r := s.report
	n := float64(r.Pictures)
	r.Seconds = s.seconds()
	r.Inside = s.insideShare / n
	r.AnalysisMS = s.analysis.Seconds() * 1000 / n
	r.Unplanned = 1 - float64(s.planned)/n
	if s.planned > 0 {
		r.Coverage /= float64(s.planned)
		r.Rectangles /= float64(s.planned)
	}
	r.FoundInside = float64(s.found.insideFine) / float64(max(s.found.inside, 1))
	r.WrongOutside = float64(s.found.outsideFine) / float64(max(s.found.outside, 1))
	r.JudgedBy = "the detector's own regions (no ground truth given: what it misses does not count against it)"
	if s.cfg.Truth != nil {
		r.JudgedBy = "the ground truth boxes of " + s.cfg.TruthName
	}
	for _, l := range s.even {
		r.Even = append(r.Even, l.point(r.Seconds))
	}
	for _, l := range s.regions {
		r.ROI = append(r.ROI, l.point(r.Seconds))
	}
	r.compare()
	return r
}

// seconds returns the clip's duration: from the first to the last picture, and one picture more.
func (s *session) seconds() float64 {
	n := s.report.Pictures
	if n < 2 || s.first.clockRate <= 0 || s.last.pts <= s.first.pts {
		return 0
	}
	span := media.Duration(s.last.pts-s.first.pts, s.first.clockRate)
	return span.Seconds() * float64(n) / float64(n-1)
}
