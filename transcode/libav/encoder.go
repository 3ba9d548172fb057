//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
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

	ctx       *astiav.CodecContext
	packet    *astiav.Packet
	pool      pool
	convert   *Scaler
	prefilter transcode.Prefilter
	roi       transcode.ROIMode // in use
	regions   []C.AVRegionOfInterest
	times     stamps
	lastPTS   int64

	forceKey atomic.Bool
	target   atomic.Int64 // bit/s asked by Request; 0 nothing, -1 as configured
	applied  int          // cap in force, bit/s

	closed bool
	guard  guard
}

var _ transcode.Encoder = (*Encoder)(nil)

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
	e := &Encoder{cfg: cfg, opt: opt, backend: b, packet: newPacket(), lastPTS: noPTS, applied: cfg.LiveCap()}
	e.guard = arm(e)
	e.caps = transcode.Caps{ROI: b.ROI == transcode.ROISideData, Formats: b.Formats}
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
	e.caps.Encoder = b.Name
	if err := e.open(); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

func (e *Encoder) open() error {
	codec := astiav.FindEncoderByName(e.backend.Name)
	if codec == nil {
		return hint.New(fmt.Errorf("libav: this FFmpeg has no encoder %s", e.backend.Name), "choose another: 'vantage doctor' lists the encoders")
	}
	ctx := astiav.AllocCodecContext(codec)
	e.ctx = ctx
	ctx.SetWidth(e.cfg.WidthPx)
	ctx.SetHeight(e.cfg.HeightPx)
	ctx.SetTimeBase(astiav.NewRational(1, e.cfg.ClockRate))
	ctx.SetFramerate(rational(e.cfg.FrameRate))
	ctx.SetPixelFormat(astiav.PixelFormat(pixelFormats[e.format()]))
	ctx.SetThreadCount(e.cfg.Threads)
	// Parameter sets come once, in extradata; unit puts them in front of every random-access picture.
	ctx.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagGlobalHeader))
	c := codecContextC(ctx)
	c.color_range = C.AVCOL_RANGE_MPEG
	if e.cfg.FullRange {
		c.color_range = C.AVCOL_RANGE_JPEG
	}
	options := e.backend.Options(e.cfg)
	unknown, err := openCodec(ctx, codec, options)
	if err != nil {
		return fmt.Errorf("libav: %w", err)
	}
	for _, k := range unknown {
		if _, ours := e.cfg.Options[k]; ours {
			return hint.New(fmt.Errorf("libav: %s has no option %q", e.backend.Name, k), "run 'ffmpeg -h encoder="+e.backend.Name+"' for its options")
		}
		e.opt.Log.Debug("encoder option unknown to this FFmpeg", "encoder", e.backend.Name, "option", k)
	}
	e.track = e.makeTrack()
	return nil
}

// format is what the encoder is fed with.
func (e *Encoder) format() media.PixelFormat {
	for _, f := range e.backend.Formats {
		if f == media.I420 { // what decoders make
			return f
		}
	}
	return e.backend.Formats[0]
}

// rational approximates a frame rate; the NTSC rates are exact.
func rational(fps float64) astiav.Rational {
	const ntsc = 1001
	for _, den := range []int{1, ntsc} {
		num := fps * float64(den)
		if r := int(num + 0.5); r > 0 && abs(num-float64(r)) < 1e-2 && (den == 1 || r%1000 == 0) {
			return astiav.NewRational(r, den)
		}
	}
	return astiav.NewRational(int(fps*1000+0.5), 1000)
}

func abs(x float64) float64 { return max(x, -x) }

// Encode implements [transcode.Encoder].
func (e *Encoder) Encode(f *media.Frame, emit func(*media.Unit)) error {
	if e.closed {
		return ErrClosed
	}
	start := time.Now()
	if f == nil {
		return e.flush(emit)
	}
	p, err := e.prepare(f)
	if err != nil {
		e.opt.Metrics.EncodeError(e.backend.Name)
		return err
	}
	defer p.Free()
	e.applyRequests(p)
	e.times.put(int64(p.c().pts), f.Captured, f.Arrived)
	for {
		err := e.ctx.SendFrame(p.av)
		if err == nil {
			break
		}
		if !errors.Is(err, astiav.ErrEagain) {
			e.opt.Metrics.EncodeError(e.backend.Name)
			return fmt.Errorf("libav: %s: encode: %w", e.backend.Name, err)
		}
		if err := e.receive(start, emit); err != nil {
			return err
		}
	}
	return e.receive(start, emit)
}

// prepare checks f and returns an AVFrame for it, with time and regions, which the caller frees.
func (e *Encoder) prepare(f *media.Frame) (*picture, error) {
	w, h := f.WidthPx, f.HeightPx
	if e.backend.EvenSides {
		w, h = w&^1, h&^1
	}
	if w != e.cfg.WidthPx || h != e.cfg.HeightPx {
		return nil, fmt.Errorf("libav: %s: picture of %dx%d in a stream of %dx%d: %w",
			e.backend.Name, f.WidthPx, f.HeightPx, e.cfg.WidthPx, e.cfg.HeightPx, transcode.ErrPictureSize)
	}
	pts := f.PTS
	if f.ClockRate > 0 {
		pts = media.Rescale(pts, f.ClockRate, e.cfg.ClockRate)
	}
	if pts <= e.lastPTS {
		return nil, fmt.Errorf("libav: %s: picture at pts %d after one at %d", e.backend.Name, pts, e.lastPTS)
	}
	if f.Format != e.format() || f.FullRange != e.cfg.FullRange {
		converted, err := e.converter(f)
		if err != nil {
			return nil, err
		}
		defer converted.Release()
		f = converted
	}
	if e.roi == transcode.ROIPrefilter && e.prefilter.Filters(f) {
		filtered, err := e.filter(f)
		if err != nil {
			return nil, err
		}
		defer filtered.Release()
		f = filtered
	}
	p, err := pictureOf(f, &e.pool)
	if err != nil {
		return nil, fmt.Errorf("libav: %s: %w", e.backend.Name, err)
	}
	c := p.c()
	c.width, c.height = C.int(e.cfg.WidthPx), C.int(e.cfg.HeightPx)
	c.pts = C.int64_t(pts)
	c.color_range = codecContextC(e.ctx).color_range
	c.pict_type = C.AV_PICTURE_TYPE_NONE
	e.lastPTS = pts
	if e.roi == transcode.ROISideData {
		if err := e.attachRegions(p, f); err != nil {
			p.Free()
			return nil, err
		}
	}
	return p, nil
}

// filter returns f with less detail where its plan allows it.
func (e *Encoder) filter(f *media.Frame) (*media.Frame, error) {
	p, err := e.pool.get(f.Format, f.WidthPx, f.HeightPx)
	if err != nil {
		return nil, fmt.Errorf("libav: %s: %w", e.backend.Name, err)
	}
	out := p.frame(f.Format, f.FullRange)
	if err := e.prefilter.Apply(out, f); err != nil {
		out.Release()
		return nil, fmt.Errorf("libav: %s: %w", e.backend.Name, err)
	}
	return out, nil
}

// converter brings f into the encoder's pixel format and range.
func (e *Encoder) converter(f *media.Frame) (*media.Frame, error) {
	if e.convert == nil {
		var err error
		if e.convert, err = NewScaler(ScalerConfig{Format: e.format(), Limited: !e.cfg.FullRange}); err != nil {
			return nil, err
		}
	}
	return e.convert.Scale(f)
}

// receive emits every unit that is ready.
func (e *Encoder) receive(start time.Time, emit func(*media.Unit)) error {
	for {
		err := e.ctx.ReceivePacket(e.packet)
		if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return nil
		}
		if err != nil {
			e.opt.Metrics.EncodeError(e.backend.Name)
			return fmt.Errorf("libav: %s: encode: %w", e.backend.Name, err)
		}
		u := e.unit(e.packet)
		e.packet.Unref()
		e.opt.Metrics.Encoded(e.backend.Name, time.Since(start), u.Size())
		emit(u)
		u.Release()
	}
}

// flush emits what is inside. The encoder cannot be used afterwards but for Close.
func (e *Encoder) flush(emit func(*media.Unit)) error {
	if err := e.ctx.SendFrame(nil); err != nil && !errors.Is(err, astiav.ErrEof) {
		return fmt.Errorf("libav: %s: flush: %w", e.backend.Name, err)
	}
	return e.receive(time.Now(), emit)
}

// Track implements [transcode.Encoder].
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
	if e.ctx != nil {
		e.ctx.Free()
	}
	freePacket(e.packet)
	e.pool.close()
	if e.convert != nil {
		return e.convert.Close()
	}
	return nil
}
