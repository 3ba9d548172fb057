//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// Request implements [transcode.Encoder]. It takes effect with the next picture.
func (e *Encoder) Request(r media.Request) error {
	if r.KeyFrame {
		e.forceKey.Store(true)
	}
	if r.BitrateBPS != 0 {
		e.target.Store(int64(r.BitrateBPS))
	}
	return nil
}

// SetCRF implements [transcode.QualitySetter], for libx264 at constant quality.
func (e *Encoder) SetCRF(crf float64) error {
	if !e.backend.LiveQuality || e.cfg.Rate.BitrateBPS > 0 {
		return fmt.Errorf("libav: %s: change of quality: %w", e.backend.Name, errors.ErrUnsupported)
	}
	if !(crf >= e.backend.QualityMin && crf <= e.backend.QualityMax) {
		return hint.New(fmt.Errorf("libav: %s: CRF %g", e.backend.Name, crf), fmt.Sprintf("use %g to %g", e.backend.QualityMin, e.backend.QualityMax))
	}
	e.crf.Store(&crf)
	return nil
}

// applyQuality sets the private option that libx264's wrapper compares before every picture.
func (e *Encoder) applyQuality() error {
	crf := e.crf.Swap(nil)
	if crf == nil {
		return nil
	}
	name := C.CString("crf")
	defer C.free(unsafe.Pointer(name))
	return avError(C.av_opt_set_double(codecContextC(e.session.ctx).priv_data, name, C.double(*crf), 0))
}

// Restarts for the bitrate's sake are at least this far apart, and a change must be worth a key frame.
const (
	restartInterval = 2 * time.Second
	restartChange   = 0.15
)

// applyRequests puts what Request asked for into effect for the picture p. An encoder that cannot do it while it runs is
// started anew, and what it still holds is emitted.
func (e *Encoder) applyRequests(p *picture, start time.Time, emit func(*media.Unit)) error {
	if err := e.applyQuality(); err != nil {
		return err
	}
	if bps := int(e.target.Swap(0)); bps != 0 {
		e.pending = e.allowed(bps)
	}
	key := e.forceKey.Swap(false)
	restart := key && !e.caps.ForceIDR && e.started != noPTS
	if e.pending != 0 {
		switch rate := e.backend.Limit(e.cfg.Rate, e.pending); {
		case rate == e.rate:
			e.pending = 0
		case e.caps.Bitrate || e.started == noPTS && !e.backend.Async:
			e.setRate(rate)
		case restart || e.restartDue(p, rate):
			restart = true
			e.rate, e.pending = rate, 0
		}
	}
	if restart {
		return e.restart(start, emit)
	}
	if key {
		p.c().pict_type = C.AV_PICTURE_TYPE_I
	}
	return nil
}

// allowed bounds a wish by what the configuration allows; -1 asks for that itself.
func (e *Encoder) allowed(bps int) int {
	top := e.cfg.LiveCap()
	if bps < 0 || top > 0 && bps > top {
		return top
	}
	return bps
}

// setRate changes the rates of a running encoder: the wrappers of libx264 and NVENC compare these fields before every picture.
func (e *Encoder) setRate(r transcode.RateControl) {
	c := codecContextC(e.session.ctx)
	c.rc_max_rate = C.int64_t(r.MaxBitrateBPS)
	c.rc_buffer_size = C.int(r.VBVBits(r.MaxBitrateBPS))
	if r.BitrateBPS > 0 {
		c.bit_rate = C.int64_t(r.BitrateBPS)
	}
	e.rate, e.pending = r, 0
	e.opt.Log.Debug("encoder bitrate changed", "encoder", e.backend.Name, "bps", r.MaxBitrateBPS)
}

// restartDue reports whether the change is worth a restart, and the last one long enough ago.
func (e *Encoder) restartDue(p *picture, r transcode.RateControl) bool {
	now := e.rate.MaxBitrateBPS
	if now == 0 {
		now = e.cfg.LiveCap()
	}
	if change := float64(r.MaxBitrateBPS)/float64(max(now, 1)) - 1; change > -restartChange && change < restartChange {
		e.pending = 0
		return false
	}
	return media.Duration(int64(p.c().pts)-e.started, e.cfg.ClockRate) >= restartInterval
}

// restart ends the session and opens the next, which begins with a key frame.
func (e *Encoder) restart(start time.Time, emit func(*media.Unit)) error {
	if err := e.finish(start, emit); err != nil {
		return err
	}
	if e.session != nil {
		e.session.close()
		e.session = nil
	}
	if err := e.open(); err != nil {
		return err
	}
	e.started = noPTS
	e.opt.Log.Debug("encoder restarted", "encoder", e.backend.Name, "bps", e.rate.MaxBitrateBPS)
	return nil
}
