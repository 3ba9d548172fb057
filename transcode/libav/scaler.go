//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"image"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// Scaler resizes and converts pictures. It follows changes of the pictures' size and format. It implements
// [transcode.Scaler].
type Scaler struct {
	cfg    ScalerConfig
	in     pool // for pictures that do not stand on an AVFrame
	out    pool
	sws    *C.struct_SwsContext
	key    scaleKey
	closed bool
	guard  guard
}

// scaleKey is what a SwsContext was made for.
type scaleKey struct {
	sw, sh, sformat, dw, dh, dformat C.int
	srange, drange                   bool
}

var _ transcode.Scaler = (*Scaler)(nil)

// NewScaler checks the configuration; libav's own state is made with the first picture.
func NewScaler(cfg ScalerConfig) (*Scaler, error) {
	if cfg.Format == 0 {
		cfg.Format = media.I420
	}
	if _, ok := pixelFormats[cfg.Format]; !ok {
		return nil, fmt.Errorf("libav: scale to pixel format %d", cfg.Format)
	}
	s := cfg.Size
	if !s.IsZero() && (s.WidthPx < 1 || s.HeightPx < 1 || s.WidthPx > media.MaxFrameSidePx || s.HeightPx > media.MaxFrameSidePx) {
		return nil, hint.New(fmt.Errorf("libav: scale to %v", s), fmt.Sprintf("use sides of 1 to %d pixels", media.MaxFrameSidePx))
	}
	sc := &Scaler{cfg: cfg}
	sc.guard = arm(sc)
	return sc, nil
}

// Scale implements [transcode.Scaler]. Where nothing is to be done it returns a new header over the same samples.
func (s *Scaler) Scale(f *media.Frame) (*media.Frame, error) {
	if s.closed {
		return nil, ErrClosed
	}
	size := s.cfg.Size
	if size.IsZero() {
		size = media.Size{WidthPx: f.WidthPx, HeightPx: f.HeightPx}
	}
	full := s.cfg.Range.full(f.FullRange)
	if f.Format == s.cfg.Format && f.WidthPx == size.WidthPx && f.HeightPx == size.HeightPx && f.FullRange == full {
		return f.Derive(), nil
	}
	src, err := pictureOf(f, &s.in)
	if err != nil {
		return nil, fmt.Errorf("libav: scale: %w", err)
	}
	defer src.Free()
	dst, err := s.convert(src, f.FullRange, size, full)
	if err != nil {
		return nil, err
	}
	out := dst.frame(s.cfg.Format, full)
	out.PTS, out.ClockRate, out.Captured, out.Arrived = f.PTS, f.ClockRate, f.Captured, f.Arrived
	if len(f.Regions) > 0 {
		out.Regions = media.ScaleRegions(nil, f.Regions, image.Pt(f.WidthPx, f.HeightPx), image.Pt(size.WidthPx, size.HeightPx))
	}
	return out, nil
}

// convert scales a picture of any libav format into the scaler's format. The caller owns the result.
func (s *Scaler) convert(src *picture, fullIn bool, size media.Size, fullOut bool) (*picture, error) {
	c := src.c()
	key := scaleKey{
		c.width, c.height, plainFormat(c.format), C.int(size.WidthPx), C.int(size.HeightPx), pixelFormats[s.cfg.Format], fullIn, fullOut,
	}
	if s.sws == nil || key != s.key {
		C.vantage_log_init()
		C.sws_freeContext(s.sws)
		s.sws = C.vantage_scaler(key.sw, key.sh, key.sformat, flag(key.srange), key.dw, key.dh, key.dformat, flag(key.drange), s.flags())
		s.key = key
		if s.sws == nil {
			return nil, hint.New(fmt.Errorf("libav: scale %dx%d to %dx%d: no conversion from pixel format %d", key.sw, key.sh, key.dw, key.dh, key.sformat),
				"convert the footage to 8-bit 4:2:0 first")
		}
	}
	dst, err := s.out.get(s.cfg.Format, size.WidthPx, size.HeightPx)
	if err != nil {
		return nil, fmt.Errorf("libav: scale: %w", err)
	}
	if ret := C.vantage_scale(s.sws, c, dst.c()); ret <= 0 {
		dst.Free()
		return nil, fmt.Errorf("libav: scale: %w", errors.Join(avError(ret), errNoRows))
	}
	return dst, nil
}

var errNoRows = errors.New("no rows were written")

// flags picks the filter. Averaging all the pixels that a small one covers keeps a detector from seeing aliases; bilinear is
// nearly as good for the mild reductions of a ladder and cheaper.
func (s *Scaler) flags() C.int {
	if s.cfg.Format == media.Gray8 {
		return C.SWS_AREA
	}
	return C.SWS_BILINEAR
}

// Close frees libav's state. Pictures returned stay valid.
func (s *Scaler) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	s.guard.disarm()
	C.sws_freeContext(s.sws)
	s.sws = nil
	s.in.close()
	s.out.close()
	return nil
}

// plainFormat replaces the deprecated full-range formats by the plain ones; the range is passed apart.
func plainFormat(f C.int) C.int {
	switch f {
	case C.AV_PIX_FMT_YUVJ420P:
		return C.AV_PIX_FMT_YUV420P
	case C.AV_PIX_FMT_YUVJ422P:
		return C.AV_PIX_FMT_YUV422P
	case C.AV_PIX_FMT_YUVJ444P:
		return C.AV_PIX_FMT_YUV444P
	case C.AV_PIX_FMT_YUVJ440P:
		return C.AV_PIX_FMT_YUV440P
	case C.AV_PIX_FMT_YUVJ411P:
		return C.AV_PIX_FMT_YUV411P
	}
	return f
}

func flag(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
