package pipeline

import "vantage/media"

// pacer thins pictures out to a frame rate by their time line, evenly.
type pacer struct {
	fps  float64 // 0: every picture
	next int64   // in frameClockRate ticks
	any  bool
}

// take reports whether f is to be encoded.
func (p *pacer) take(f *media.Frame) bool {
	if p.fps <= 0 {
		return true
	}
	pts := media.Rescale(f.PTS, f.ClockRate, frameClockRate)
	step := int64(frameClockRate / p.fps)
	// An eighth of a frame of tolerance: capture clocks jitter.
	if p.any && pts < p.next-step/8 && pts > p.next-2*step {
		return false
	}
	if !p.any || pts < p.next-2*step || pts > p.next+step {
		p.next = pts // first picture, or the time line jumped
	}
	p.any = true
	p.next += step
	return true
}

// frameInterval estimates a source's frame rate from the time line of its pictures.
type frameInterval struct {
	last  int64
	ticks float64 // smoothed, of frameClockRate
	n     int
}

// observe takes the next picture.
func (i *frameInterval) observe(f *media.Frame) {
	pts := media.Rescale(f.PTS, f.ClockRate, frameClockRate)
	d := float64(pts - i.last)
	i.last = pts
	i.n++
	if i.n == 1 || d <= 0 || d > frameClockRate {
		return
	}
	if i.ticks == 0 {
		i.ticks = d
		return
	}
	i.ticks += (d - i.ticks) / 16
}

// rate is the estimate in pictures per second; before there is one it is the nominal rate, or defaultFrameRate where that is 0.
func (i *frameInterval) rate(nominal float64) float64 {
	switch {
	case i.ticks > 0:
		return frameClockRate / i.ticks
	case nominal > 0:
		return nominal
	default:
		return defaultFrameRate
	}
}
