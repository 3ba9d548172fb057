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
	"unsafe"

	"vantage/media"
	"vantage/transcode"
)

// MaxRegions bounds the regions given to an encoder with one picture: libx264 visits the macroblocks of each.
const MaxRegions = 4096

var errTooManyRegions = errors.New("too many regions in one picture")

// prepare checks f and returns an AVFrame for it, with time and regions, which the caller frees.
func (e *Encoder) prepare(f *media.Frame) (*picture, error) {
	pts, err := e.check(f)
	if err != nil {
		return nil, err
	}
	if f.Format != inputFormat(e.backend) || f.FullRange != e.cfg.FullRange {
		converted, err := e.converted(f)
		if err != nil {
			return nil, err
		}
		defer converted.Release()
		f = converted
	}
	if e.roi == transcode.ROIPrefilter && e.prefilter.Filters(f) {
		filtered, err := e.filtered(f)
		if err != nil {
			return nil, err
		}
		defer filtered.Release()
		f = filtered
	}
	p, err := pictureOf(f, &e.pool)
	if err != nil {
		return nil, err
	}
	c := p.c()
	c.width, c.height = C.int(e.cfg.WidthPx), C.int(e.cfg.HeightPx) // cuts an odd edge off
	c.pts = C.int64_t(pts)
	c.color_range = colorRange(e.cfg.FullRange)
	if e.roi == transcode.ROISideData {
		if err := e.attachRegions(p, f); err != nil {
			p.Free()
			return nil, err
		}
	}
	e.lastPTS = pts
	return p, nil
}

// check refuses pictures that do not continue the stream, and returns the PTS in the stream's clock rate.
func (e *Encoder) check(f *media.Frame) (pts int64, err error) {
	w, h := f.WidthPx, f.HeightPx
	if e.backend.EvenSides {
		w, h = w&^1, h&^1
	}
	if w != e.cfg.WidthPx || h != e.cfg.HeightPx {
		return 0, fmt.Errorf("picture of %dx%d in a stream of %dx%d: %w", f.WidthPx, f.HeightPx, e.cfg.WidthPx, e.cfg.HeightPx, transcode.ErrPictureSize)
	}
	if len(f.Regions) > MaxRegions {
		return 0, errTooManyRegions
	}
	pts = f.PTS
	if f.ClockRate > 0 {
		pts = media.Rescale(pts, f.ClockRate, e.cfg.ClockRate)
	}
	if pts <= e.lastPTS {
		return 0, fmt.Errorf("picture at pts %d after one at %d", pts, e.lastPTS)
	}
	return pts, nil
}

// converted brings f into the encoder's pixel format and range.
func (e *Encoder) converted(f *media.Frame) (*media.Frame, error) {
	if e.convert == nil {
		var err error
		if e.convert, err = NewScaler(ScalerConfig{Format: inputFormat(e.backend), Range: rangeOf(e.cfg.FullRange)}); err != nil {
			return nil, err
		}
	}
	return e.convert.Scale(f)
}

// filtered returns f with less detail where its plan allows it.
func (e *Encoder) filtered(f *media.Frame) (*media.Frame, error) {
	p, err := e.pool.get(f.Format, f.WidthPx, f.HeightPx)
	if err != nil {
		return nil, err
	}
	out := p.frame(f.Format, f.FullRange)
	if err := e.prefilter.Apply(out, f); err != nil {
		out.Release()
		return nil, err
	}
	return out, nil
}

// regionScale is the denominator of the quantiser offsets: finer than any codec's steps.
const regionScale = 1000

// regionRecordBytes is the size of a record: readers step by it.
const regionRecordBytes = C.sizeof_AVRegionOfInterest

// attachRegions gives the encoder the picture's regions as AVRegionOfInterest records. The first match wins in
// both lists. The wrappers of FFmpeg 5.1 write outside their maps for regions that stick out of the picture or are inside out.
func (e *Encoder) attachRegions(p *picture, f *media.Frame) error {
	bounds := image.Rect(0, 0, e.cfg.WidthPx, e.cfg.HeightPx)
	e.regions = e.regions[:0]
	for i := range f.Regions {
		r := &f.Regions[i]
		rect := r.Rect.Intersect(bounds)
		if rect.Empty() {
			continue
		}
		q := min(max(r.QOffset, -1), 1)
		e.regions = append(e.regions, C.AVRegionOfInterest{
			self_size: regionRecordBytes,
			top:       C.int(rect.Min.Y), bottom: C.int(rect.Max.Y),
			left: C.int(rect.Min.X), right: C.int(rect.Max.X),
			qoffset: C.AVRational{C.int(q * regionScale), regionScale},
		})
	}
	return avError(C.vantage_roi(p.c(), (*C.AVRegionOfInterest)(unsafe.Pointer(unsafe.SliceData(e.regions))), C.int(len(e.regions))))
}
