//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/asticode/go-astiav"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// Encoder encodes pictures of one size. It implements [transcode.Encoder].
type Encoder struct {
	cfg     transcode.EncoderConfig
	opt     EncoderOptions
	backend *transcode.Backend
	caps    transcode.Caps
	track   *media.Track

	session *session
	packet  *astiav.Packet
	times   stamps
	lastPTS int64

	pool      pool
	convert   *Scaler
	prefilter transcode.Prefilter
	roi       transcode.ROIMode // in use
	regions   []C.AVRegionOfInterest

	forceKey atomic.Bool
	target   atomic.Int64 // bit/s asked by Request; 0 nothing, -1 as configured
	crf      atomic.Pointer[float64]
	rate     transcode.RateControl
	pending  int   // bit/s to restart with as soon as that is due again; 0 is none
	started  int64 // PTS of the session's first picture

	closed bool
	guard  guard
}

var (
	_ transcode.Encoder       = (*Encoder)(nil)
	_ transcode.QualitySetter = (*Encoder)(nil)
)

// NewEncoder opens the encoder named in cfg.
func NewEncoder(cfg transcode.EncoderConfig, opt EncoderOptions) (*Encoder, error) {
	b, ok := transcode.BackendByName(cfg.Encoder)
	if !ok {
		return nil, hint.New(fmt.Errorf("libav: no encoder %q", cfg.Encoder), "'vantage doctor' lists the encoders")
	}
	if err := cfg.Check(b); err != nil {
		return nil, fmt.Errorf("libav: %w", err)
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if b.EvenSides {
		cfg.WidthPx, cfg.HeightPx = cfg.WidthPx&^1, cfg.HeightPx&^1
	}
	e := &Encoder{cfg: cfg, opt: opt, backend: b, caps: b.Caps(), packet: newPacket(), rate: cfg.Rate, lastPTS: noPTS, started: noPTS}
	e.guard = arm(e)
	if opt.Caps != nil {
		e.caps = *opt.Caps
	}
	switch {
	case !cfg.ROI:
	case e.caps.ROI:
		e.roi = transcode.ROISideData
	default:
		e.roi = transcode.ROIPrefilter
	}
	if err := e.open(); err != nil {
		e.Close()
		return nil, fmt.Errorf("libav: %w", err)
	}
	return e, nil
}

// open makes sure that the encoder opens with the rates in force, and learns the track. It starts the session, unless
// that has to wait for the first picture.
func (e *Encoder) open() (err error) {
	cfg := e.cfg
	cfg.Rate = e.rate
	var params [][]byte
	if e.backend.Async {
		if params, err = firstSequenceHeader(e.backend, cfg); err != nil {
			return err
		}
	} else {
		if e.session, err = openSession(e.backend, cfg, e.opt.Log); err != nil {
			return err
		}
		params = e.session.params()
	}
	switch t := trackFor(cfg, params); {
	case e.track == nil:
		e.track = t
	case !e.track.SameParams(t):
		t.Epoch = e.track.Epoch + 1
		e.track = t
	}
	return nil
}

// Encode implements [transcode.Encoder].
func (e *Encoder) Encode(f *media.Frame, emit func(*media.Unit)) error {
	if e.closed {
		return ErrClosed
	}
	start := time.Now()
	if f == nil {
		return e.failed(e.finish(start, emit))
	}
	p, err := e.prepare(f)
	if err != nil {
		return e.failed(err)
	}
	defer p.Free()
	if err := e.applyRequests(p, start, emit); err != nil {
		return e.failed(err)
	}
	if err := e.begin(int64(p.c().pts)); err != nil {
		return e.failed(err)
	}
	e.times.put(int64(p.c().pts), f.Captured, f.Arrived)
	if err := e.session.send(p); err != nil {
		return e.failed(err)
	}
	return e.failed(e.receive(start, emit))
}

// begin notes the session's first picture, and starts a session that had to wait for it.
func (e *Encoder) begin(pts int64) (err error) {
	if e.started == noPTS {
		e.started = pts
	}
	if e.session == nil {
		cfg := e.cfg
		cfg.Rate = e.rate
		e.session, err = openSession(e.backend, cfg, e.opt.Log)
	}
	return err
}

// failed counts an error and says where it happened.
func (e *Encoder) failed(err error) error {
	if err == nil {
		return nil
	}
	e.opt.Metrics.EncodeError(e.backend.Name)
	return fmt.Errorf("libav: %s: %w", e.backend.Name, err)
}

// receive emits every unit that is ready.
func (e *Encoder) receive(start time.Time, emit func(*media.Unit)) error {
	for {
		switch ok, err := e.session.receive(e.packet); {
		case err != nil:
			return err
		case !ok:
			return nil
		}
		u := e.unit(e.packet)
		e.packet.Unref()
		e.opt.Metrics.Encoded(e.backend.Name, time.Since(start), u.Size())
		emit(u)
		u.Release()
	}
}

// finish emits what is inside and ends the session.
func (e *Encoder) finish(start time.Time, emit func(*media.Unit)) error {
	if e.session == nil {
		return nil
	}
	if err := e.session.finish(); err != nil {
		return err
	}
	return e.receive(start, emit)
}

// Track implements [transcode.Encoder]. It changes with the first unit after a restart, if one changed the parameters; units
// carry theirs.
func (e *Encoder) Track() *media.Track { return e.track }

// Caps implements [transcode.Encoder].
func (e *Encoder) Caps() transcode.Caps { return e.caps }

// Close frees the encoder. Units that it emitted stay valid.
func (e *Encoder) Close() error {
	if e.closed {
		return nil
	}
	e.closed = true
	e.guard.disarm()
	if e.session != nil {
		e.session.close()
	}
	freePacket(e.packet)
	e.pool.close()
	if e.convert != nil {
		return e.convert.Close()
	}
	return nil
}
