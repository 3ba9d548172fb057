package roi

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"vantage/media"
)

// maxObjects bounds the objects of a plan whatever the configuration says.
const maxObjects = 256

// logEvery bounds how often a failing detector is logged.
const logEvery = time.Second

// Options are what an engine may be given besides its configuration. The zero value is fine.
type Options struct {
	Stream  string       // metrics label
	Log     *slog.Logger // nil is silent
	Metrics *Metrics     // nil is off

	// OnPlan, if set, is lent each new plan on the analysing goroutine, and must not block.
	OnPlan func(*Plan)
}

// Engine turns pictures into plans. Each map that a detector gives is weighted by how much the detector trusts it just now; a
// later detector fills in what the more trusted ones before it left unsaid, and counts less the more they were
// trusted. What is not trusted leans on a prior for the centre of the picture. Detectors without a map have their rectangles painted.
//
// Use either Run, for live pictures, or Analyse, for every picture of a file. Plan may be called from any goroutine.
type Engine struct {
	cfg       Config
	opt       Options
	detectors []Detector
	series    *series
	latest    atomic.Pointer[Plan]
	picture   atomic.Int64 // width<<32 | height; 0 is that of the frames

	mu      sync.Mutex // held by an analysis
	luma    Luma
	fusion  fusion
	painted []float32
	objects []media.Region
	scaled  []media.Region
	last    moment
	lastLog time.Time
	unsaid  int // errors since the last log line
}

// moment is the time of a frame on its own time line.
type moment struct {
	pts       int64
	clockRate int
	arrived   time.Time
}

// NewEngine returns an engine over the given detectors, most trustworthy first, which it owns from now on. Without
// detectors it never has a plan.
func NewEngine(cfg Config, opt Options, detectors ...Detector) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Engine{cfg: cfg, opt: opt, detectors: detectors, series: opt.Metrics.of(opt.Stream)}, nil
}

// SetPicture sets the size of the pictures that plans are for, where the frames analysed are scaled-down copies. Without it,
// or with zeros, plans are for the frames themselves.
func (e *Engine) SetPicture(widthPx, heightPx int) {
	if widthPx < 1 || heightPx < 1 || widthPx > media.MaxFrameSidePx || heightPx > media.MaxFrameSidePx {
		e.picture.Store(0)
		return
	}
	e.picture.Store(int64(widthPx)<<32 | int64(heightPx))
}

// Plan returns the latest plan, or nil when there is none younger than Config.MaxAge. It never waits.
func (e *Engine) Plan(now time.Time) *Plan {
	p := e.latest.Load()
	if p == nil {
		return nil
	}
	age := now.Sub(p.At)
	if e.series != nil {
		e.series.planAge.Observe(age.Seconds())
	}
	if age > e.cfg.MaxAge {
		return nil
	}
	return p
}

// Run analyses the latest picture of in, at most once per Config.Interval, until ctx ends. Pictures that come faster are replaced in
// the slot: whoever feeds it is never delayed. It returns the cause of ctx.
func (e *Engine) Run(ctx context.Context, in *media.Latest[*media.Frame]) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-in.C():
		}
		pause.Reset(e.cfg.Interval)
		f, ok := in.Take()
		if !ok {
			continue
		}
		// Errors are counted and logged where they happen; a plan that does not come grows old, and that is its effect.
		_, _ = e.analyse(ctx, f)
		f.Release()
	}
}

// Analyse returns the plan of f, made in the caller's goroutine, and publishes it as the latest. The frame is borrowed.
// The plan is nil without detectors. The error joins those of the detectors, and comes with a plan as long as one of them answered.
func (e *Engine) Analyse(f *media.Frame) (*Plan, error) {
	return e.analyse(context.Background(), f)
}

func (e *Engine) analyse(ctx context.Context, f *media.Frame) (*Plan, error) {
	if len(e.detectors) == 0 {
		return nil, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	began := time.Now()
	small, err := e.shrink(f)
	if err != nil {
		e.failed(err)
		return nil, err
	}
	defer small.Release()
	size := e.pictureOf(f)
	e.fusion.resize(blocks(size.X), blocks(size.Y))
	answered, err := e.ask(ctx, small, size)
	if err != nil {
		e.failed(err)
	}
	if answered == 0 || ctx.Err() != nil {
		return nil, err
	}
	e.fusion.end(e.since(f))
	p := e.plan(f, size)
	e.latest.Store(p)
	if e.series != nil {
		e.series.analysis.Observe(p.At.Sub(began).Seconds())
		e.series.coverage.Set(p.Coverage)
	}
	if e.opt.OnPlan != nil {
		e.opt.OnPlan(p)
	}
	return p, err
}

// shrink returns the small luma picture of f for the detectors, which the caller owns.
func (e *Engine) shrink(f *media.Frame) (*media.Frame, error) {
	if err := e.luma.Sample(f, AnalysisWidthPx); err != nil {
		return nil, err
	}
	s := media.NewFrame(media.Gray8, e.luma.WidthPx, e.luma.HeightPx)
	copy(s.Planes[0], e.luma.Pix)
	s.PTS, s.ClockRate, s.Captured, s.Arrived, s.FullRange = f.PTS, f.ClockRate, f.Captured, f.Arrived, f.FullRange
	return s, nil
}

func (e *Engine) pictureOf(f *media.Frame) image.Point {
	if v := e.picture.Load(); v != 0 {
		return image.Pt(int(v>>32), int(v&0xffffffff))
	}
	return image.Pt(f.WidthPx, f.HeightPx)
}

// ask runs every detector over small and fuses their cues.
func (e *Engine) ask(ctx context.Context, small *media.Frame, size image.Point) (answered int, err error) {
	var errs []error
	e.fusion.begin()
	e.objects = e.objects[:0]
	for _, d := range e.detectors {
		found, err := detect(ctx, d, small)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		answered++
		from := image.Pt(small.WidthPx, small.HeightPx)
		e.scaled = media.ScaleRegions(e.scaled, found, from, size)
		e.objects = append(e.objects, e.scaled...)
		c, ok := cue{}, false
		if m, isMapper := d.(Mapper); isMapper {
			c, ok = newCue(m.Saliency())
		}
		if !ok {
			c = e.paint(found, from)
		}
		e.fusion.add(c)
	}
	return answered, errors.Join(errs...)
}

// detect calls d and turns a panic into an error: a detector's mistake must not end the stream.
func detect(ctx context.Context, d Detector, f *media.Frame) (found []media.Region, err error) {
	defer func() {
		if v := recover(); v != nil {
			found, err = nil, fmt.Errorf("roi: detector %T panicked: %v", d, v)
		}
	}()
	found, err = d.Detect(ctx, f)
	if err != nil {
		err = fmt.Errorf("roi: detector %T: %w", d, err)
	}
	return found, err
}

// paint makes a cue of rectangles, a sample per block of the plan, each as important as its score.
func (e *Engine) paint(found []media.Region, from image.Point) cue {
	u := &e.fusion
	if cap(e.painted) < len(u.now) {
		e.painted = make([]float32, len(u.now))
	}
	e.painted = e.painted[:len(u.now)]
	clear(e.painted)
	for _, r := range found {
		b := r.Rect.Intersect(image.Rectangle{Max: from})
		if b.Empty() {
			continue
		}
		x0, x1 := b.Min.X*u.cols/from.X, (b.Max.X*u.cols+from.X-1)/from.X
		for y := b.Min.Y * u.rows / from.Y; y < (b.Max.Y*u.rows+from.Y-1)/from.Y; y++ {
			row := e.painted[y*u.cols+x0 : y*u.cols+x1]
			for i := range row {
				row[i] = max(row[i], r.Score)
			}
		}
	}
	return cue{m: e.painted, cols: u.cols, rows: u.rows, trust: 1}
}

// plan freezes the fusion's state.
func (e *Engine) plan(f *media.Frame, size image.Point) *Plan {
	var count [levels]int
	for _, l := range e.fusion.level {
		count[l]++
	}
	qp := budget(e.cfg.Strength, e.fusion.certainty, count)
	offsets := make([]int8, len(e.fusion.level))
	for i, l := range e.fusion.level {
		offsets[i] = qp[l]
	}
	p := NewPlan(size.X, size.Y, offsets)
	slices.SortStableFunc(e.objects, func(a, b media.Region) int { return cmpScore(b.Score, a.Score) })
	p.Objects = slices.Clone(e.objects[:min(len(e.objects), e.cfg.MaxRegions)])
	p.PTS, p.ClockRate, p.At = f.PTS, f.ClockRate, time.Now()
	return p
}

func cmpScore(a, b float32) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// since returns the time from the last analysed frame to f, by their time line if they share one.
func (e *Engine) since(f *media.Frame) time.Duration {
	was := e.last
	e.last = moment{f.PTS, f.ClockRate, f.Arrived}
	if f.ClockRate > 0 && was.clockRate == f.ClockRate && f.PTS > was.pts {
		return media.Duration(f.PTS-was.pts, f.ClockRate)
	}
	return e.cfg.Interval
}

// failed counts an error, and logs at most one in logEvery.
func (e *Engine) failed(err error) {
	if e.series != nil {
		e.series.errors.Inc()
	}
	e.unsaid++
	if now := time.Now(); now.Sub(e.lastLog) >= logEvery {
		e.opt.Log.Warn("picture not analysed", "err", err, "count", e.unsaid)
		e.lastLog, e.unsaid = now, 0
	}
}
