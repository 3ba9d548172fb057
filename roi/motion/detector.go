package motion

import (
	"context"
	"time"

	"gorgonia.org/tensor"

	"vantage/media"
	"vantage/roi"
)

// Trust by how much of the textured background changed: below steady the camera stands, above moving it moves.
const (
	steady = 0.25
	moving = 0.5

	fullTrust = 0.95
	trustRise = 700 * time.Millisecond // how fast trust comes back after a cut or a pan

	usualStep = 80 * time.Millisecond // between pictures that carry no time
	longGap   = 3 * time.Second       // beyond it the model is started again
)

// DefaultHold is how long something that moved and then stopped stays foreground.
const DefaultHold = 45 * time.Second

// Options tune a detector. The zero value is the default.
type Options struct {
	// Hold is how long what stopped stays foreground, up to a minute. 0 is DefaultHold.
	Hold time.Duration
}

// Detector finds what moves, or has moved and now stands, in front of a still background. It is a [roi.Mapper].
type Detector struct {
	hold   time.Duration
	luma   roi.Luma
	back   background
	cells  grid
	parked grid
	mask   []uint8
	edges  []edge
	tracks tracker
	found  []media.Region
	heat   *tensor.Dense
	trust  float32
	pts    int64
	clock  int
	primed bool
}

// New returns a detector that has seen nothing yet.
func New(opt Options) *Detector {
	if opt.Hold <= 0 {
		opt.Hold = DefaultHold
	}
	return &Detector{hold: min(opt.Hold, time.Minute)}
}

// Detect implements [roi.Detector].
func (d *Detector) Detect(ctx context.Context, f *media.Frame) ([]media.Region, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if err := d.luma.Sample(f, roi.AnalysisWidthPx); err != nil {
		return nil, err
	}
	if d.heat == nil || d.luma.WidthPx != d.back.w || d.luma.HeightPx != d.back.h {
		d.resize(d.luma.WidthPx, d.luma.HeightPx)
	}
	since := d.since(f)
	d.look(d.luma.Pix, since)
	d.draw()
	d.report(f)
	return d.found, nil
}

// Saliency implements [roi.Mapper]: one sample per cell of 4 by 4 luma samples.
func (d *Detector) Saliency() (*tensor.Dense, float32) { return d.heat, d.trust }

func (d *Detector) resize(w, h int) {
	d.back.resize(w, h)
	d.cells.resize(w, h)
	d.parked.resize(w, h)
	d.mask = make([]uint8, w*h)
	d.heat = tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(d.cells.rows, d.cells.cols))
	d.primed = false
}

// since returns the time from the last picture, and forgets the model when time jumped.
func (d *Detector) since(f *media.Frame) time.Duration {
	was, clock := d.pts, d.clock
	d.pts, d.clock = f.PTS, f.ClockRate
	if f.ClockRate <= 0 || clock != f.ClockRate {
		return usualStep
	}
	since := media.Duration(f.PTS-was, f.ClockRate)
	if since < 0 || since > longGap {
		d.primed = false
		return usualStep
	}
	return since
}

// look brings the model and the blobs up to date with a picture.
func (d *Detector) look(pix []byte, since time.Duration) {
	b := &d.back
	if !d.primed {
		b.restart(pix)
		b.light = light{}
		d.tracks.clear()
		d.trust, d.primed = 0, true
	}
	b.light.estimate(pix, b)
	changed := b.light.changed(pix, b)
	if changed >= moving {
		b.restart(pix)
		b.light = light{}
	}
	limit := min(max((moving-changed)/(moving-steady), 0), 1) * fullTrust
	rise := float32(since.Seconds() / trustRise.Seconds())
	d.trust = min(limit, d.trust+rise*fullTrust)
	b.update(pix, since)
	b.reconsider(pix)
	d.settle(pix, d.hold)
	d.cells.tally(b.fore, b.w, b.h)
	d.cells.join(weakSamples, strongSamples)
	d.tracks.update(d.cells.blobs, since)
}
