package fake

import (
	"math"

	"vantage/transcode"
)

// rateControl picks the quantiser of each picture so that the bits spent follow a target.
type rateControl struct {
	cfg     transcode.EncoderConfig
	target  float64 // bits a picture; 0 is no limit
	base    float64 // quantiser in force
	floor   float64 // quantiser that quality asks for; the rate may only raise it
	balance float64 // bits spent above the target so far
}

func newRateControl(cfg transcode.EncoderConfig) rateControl {
	r := rateControl{cfg: cfg, floor: cfg.Rate.CRF}
	if cfg.Rate.BitrateBPS > 0 {
		r.floor = 0
	}
	const start = 28
	r.base = max(r.floor, start*min(1, float64(cfg.Rate.BitrateBPS)))
	r.limit(r.configured())
	return r
}

func (r *rateControl) configured() int {
	if r.cfg.Rate.BitrateBPS > 0 {
		return r.cfg.Rate.BitrateBPS
	}
	return r.cfg.Rate.MaxBitrateBPS
}

func (r *rateControl) limit(bps int) { r.target = float64(bps) / r.cfg.FrameRate }

// request changes the target to bps, at most what is configured; -1 goes back to that.
func (r *rateControl) request(bps int) {
	if top := r.configured(); bps < 0 || top > 0 && bps > top {
		bps = top
	}
	r.limit(bps)
	r.balance = 0
}

func (r *rateControl) qp() int { return min(max(int(math.Round(r.base)), 0), maxQP) }

// spent learns from a picture's bits. Halving the bits takes about six steps of the quantiser.
func (r *rateControl) spent(bits int, key bool) {
	if r.target <= 0 {
		r.base = r.floor
		return
	}
	const gain, pull, window = 2.0, 6.0, 15 // window in pictures
	r.balance = min(max(r.balance+float64(bits)-r.target, -window*r.target), window*r.target)
	if !key {
		r.base += gain * math.Log2(float64(bits)/r.target)
	}
	r.base += pull * r.balance / (window * r.target) / window
	r.base = min(max(r.base, r.floor), maxQP)
}
