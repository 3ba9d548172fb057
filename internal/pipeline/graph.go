package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/roi"
	"vantage/transcode"
)

// Input is what the graph pops units from; *media.Subscription and *media.Queue implement it. io.EOF and media.ErrClosed
// are the natural end.
type Input interface {
	Pop(ctx context.Context) (*media.Unit, error)
}

// FrameInput is what offline work may read pictures from in place of units. Next returns io.EOF at the end; the caller owns the
// picture.
type FrameInput interface {
	Next() (*media.Frame, error)
}

// Hooks tell the surroundings what happens inside. Each may be nil, runs on the decoder's goroutine and must not block.
type Hooks struct {
	// Plan is told each new region plan.
	Plan func(p *roi.Plan)

	// Corrupt is told that a unit did not decode: a random-access unit would mend the picture.
	Corrupt func(err error)
}

// Graph is one stream's decode, analysis and encodes.
type Graph struct {
	cfg   Config
	b     Backends
	out   Outputs
	hooks Hooks
	log   *slog.Logger

	mu     sync.Mutex
	active map[string]bool
	dirty  bool             // active changed since syncRungs
	rungs  map[string]*rung // running, by name
	last   map[string]*rung // that was started last under a name; it may be on its way out

	decoded, decodeErrs, plans atomic.Uint64
	decodeNanos                atomic.Int64
	snapshot                   atomic.Pointer[pendingSnapshot]
	photographing              atomic.Bool
	nominal                    atomic.Pointer[float64] // frame rate that the track tells

	fatal func(error) // ends the run: offline an encoder that fails would lose pictures

	// Below: the goroutine of Run alone.
	engine        *roi.Engine // nil: no analysis
	latest        *media.Latest[*media.Frame]
	plan          *roi.Plan
	decoder       transcode.Decoder
	audio         audioStage
	lastDecodeLog time.Time
	workers       sync.WaitGroup // encoders and the taker of snapshots
}

// New returns a graph in which nothing is active. log may be nil.
func New(cfg Config, b Backends, out Outputs, hooks Hooks, log *slog.Logger) *Graph {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Graph{
		cfg: cfg, b: b, out: out, hooks: hooks, log: log,
		active: map[string]bool{}, rungs: map[string]*rung{}, last: map[string]*rung{}, latest: media.NewLatest[*media.Frame](),
	}
}

// SetActive says which outputs are wanted, by rendition name and AudioOutput; others stop. Unknown names are ignored.
func (g *Graph) SetActive(names []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.active = make(map[string]bool, len(names))
	for _, n := range names {
		g.active[n] = true
	}
	g.dirty = true
}

// Run feeds the graph from in until its end or until ctx ends. It returns nil at the natural end of the input, when every
// encoder has flushed. A graph runs once.
func (g *Graph) Run(ctx context.Context, in Input) error {
	return g.run(ctx, func(ctx context.Context) error { return g.consume(ctx, in) })
}

// RunFrames is Run for an input that is decoded already.
func (g *Graph) RunFrames(ctx context.Context, in FrameInput) error {
	return g.run(ctx, func(ctx context.Context) error {
		for ctx.Err() == nil {
			f, err := in.Next()
			g.syncRungs(ctx)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			g.frame(ctx, f)
			f.Release()
		}
		return context.Cause(ctx)
	})
}

// run drives the graph with what consume feeds it.
func (g *Graph) run(ctx context.Context, consume func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	g.fatal = func(err error) {
		if g.cfg.Offline {
			cancel(err)
		}
	}
	var analysis sync.WaitGroup
	if g.wantsAnalysis() {
		engine, err := g.b.Engine(g.cfg.ROI)
		if err != nil {
			cancel(nil)
			return fmt.Errorf("open roi engine: %w", err)
		}
		g.engine = engine
		if !g.cfg.Offline {
			analysis.Go(func() { _ = engine.Run(ctx, g.latest) }) // ends with ctx; faults inside are its own to tell
		}
	}
	err := consume(ctx)
	if err != nil {
		cancel(err)
	}
	g.stopRungs(err == nil)
	if err == nil {
		err = context.Cause(ctx) // the last encoder to flush may have failed
	}
	cancel(nil)
	analysis.Wait()
	g.latest.Close()
	if g.decoder != nil {
		err = errors.Join(err, g.decoder.Close())
	}
	return errors.Join(err, g.audio.close())
}

func (g *Graph) wantsAnalysis() bool {
	if g.cfg.ROI.Detector == "none" {
		return false
	}
	for _, r := range g.cfg.Renditions {
		if r.ROI {
			return true
		}
	}
	return false
}

// consume decodes until the input ends; nil is the natural end, with the decoder flushed.
func (g *Graph) consume(ctx context.Context, in Input) error {
	for {
		u, err := in.Pop(ctx)
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, media.ErrClosed):
			g.syncRungs(ctx)
			if g.decoder != nil {
				g.decode(ctx, nil)
			}
			g.audio.flush(g)
			return nil
		case err != nil:
			return err
		}
		g.syncRungs(ctx)
		g.unit(ctx, u)
		u.Release()
	}
}

// unit takes one borrowed unit.
func (g *Graph) unit(ctx context.Context, u *media.Unit) {
	if u.Track.Kind() == media.Audio {
		if g.isActive(AudioOutput) {
			g.audio.transcode(g, u)
		} else {
			g.audio.stop(g)
		}
		return
	}
	if n := g.nominal.Load(); u.Track.FrameRate > 0 && (n == nil || *n != u.Track.FrameRate) {
		g.nominal.Store(&u.Track.FrameRate)
	}
	if g.decoder == nil {
		d, err := g.b.Decoder(u.Track)
		if err != nil {
			g.corrupt(fmt.Errorf("open %v decoder: %w", u.Track.Codec, err))
			return
		}
		g.decoder = d
	}
	g.decode(ctx, u)
}

// decode lends one unit to the decoder (nil flushes it) and passes its pictures on.
func (g *Graph) decode(ctx context.Context, u *media.Unit) {
	start := time.Now()
	var downstream time.Duration
	err := g.decoder.Decode(u, func(f *media.Frame) {
		at := time.Now()
		g.frame(ctx, f)
		downstream += time.Since(at)
	})
	g.decodeNanos.Add(int64(time.Since(start) - downstream))
	if err != nil {
		g.corrupt(err)
	}
}

// corrupt counts a unit that did not decode, and tells it at most once a second.
func (g *Graph) corrupt(err error) {
	n := g.decodeErrs.Add(1)
	if now := time.Now(); now.Sub(g.lastDecodeLog) >= time.Second {
		g.lastDecodeLog = now
		g.log.Warn("unit not decoded", "err", err, "hint", hint.Of(err), "errors", n)
	}
	if g.hooks.Corrupt != nil {
		g.hooks.Corrupt(err)
	}
}

// frame hands one borrowed picture to the analysis and to every active encoder.
func (g *Graph) frame(ctx context.Context, f *media.Frame) {
	g.decoded.Add(1)
	g.takeSnapshot(f)
	g.look(f)
	planned := f
	if g.plan != nil {
		planned = f.Derive()
		planned.Regions = g.plan.Regions(f.WidthPx, f.HeightPx)
		defer planned.Release()
	}
	g.mu.Lock()
	rungs := make([]*rung, 0, len(g.rungs))
	for _, r := range g.rungs {
		rungs = append(rungs, r)
	}
	g.mu.Unlock()
	for _, r := range rungs {
		switch {
		case !r.pace(f):
		case r.cfg.ROI:
			r.queue.push(ctx, planned)
		default:
			r.queue.push(ctx, f)
		}
	}
}

// look lets the analysis see f and reads its latest plan: live without waiting, offline in step.
func (g *Graph) look(f *media.Frame) {
	if g.engine == nil {
		return
	}
	var p *roi.Plan
	if g.cfg.Offline {
		p, _ = g.engine.Analyse(f) // a fault is the engine's to count and tell; the last plan goes on
		if p == nil {
			p = g.plan
		}
	} else {
		g.latest.Set(f)
		p = g.engine.Plan(time.Now())
	}
	if p != nil && p != g.plan {
		g.plans.Add(1)
		if g.hooks.Plan != nil {
			g.hooks.Plan(p)
		}
	}
	g.plan = p
}

// frameRate is the input's, as far as it is told; 0 is unknown.
func (g *Graph) frameRate() float64 {
	if n := g.nominal.Load(); n != nil {
		return *n
	}
	return g.cfg.FrameRate
}

func (g *Graph) isActive(name string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.active[name]
}

// syncRungs starts and stops encoders so that they match the active set.
func (g *Graph) syncRungs(ctx context.Context) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.dirty {
		return
	}
	g.dirty = false
	for name, r := range g.rungs {
		if !g.active[name] {
			r.queue.drain()
			delete(g.rungs, name)
		}
	}
	for _, c := range g.cfg.Renditions {
		if !g.active[c.Name] || g.rungs[c.Name] != nil {
			continue
		}
		r := newRung(c, g.b, g.out(c.Name), g.cfg.Offline, g.frameRate, g.fatal, g.log.With("rendition", c.Name))
		before := g.last[c.Name]
		g.rungs[c.Name], g.last[c.Name] = r, r
		g.workers.Go(func() {
			if before != nil {
				<-before.done // an output has one publisher at a time
			}
			r.run(ctx)
		})
	}
}

// stopRungs ends the encoders and waits for them; when natural, they finish what waits and flush.
func (g *Graph) stopRungs(natural bool) {
	g.mu.Lock()
	for _, r := range g.rungs {
		if natural {
			r.queue.close()
		} else {
			r.queue.drain()
		}
	}
	g.mu.Unlock()
	g.workers.Wait()
}

// Stats returns the counts so far.
func (g *Graph) Stats() Stats {
	s := Stats{
		FramesDecoded: g.decoded.Load(), DecodeErrors: g.decodeErrs.Load(),
		DecodeTime: time.Duration(g.decodeNanos.Load()), Plans: g.plans.Load(), Renditions: map[string]RenditionStats{},
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, r := range g.rungs {
		s.Renditions[name] = r.snapshot()
	}
	return s
}
