//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"unsafe"

	"vantage/media"
)

// MaxRegions bounds the regions given to an encoder with one picture: libx264 visits the macroblocks of each.
const MaxRegions = 4096

// regionScale is the denominator of the quantiser offsets: finer than any codec's steps.
const regionScale = 1000

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

// applyRequests puts what Request asked for into effect for the picture.
func (e *Encoder) applyRequests(p *picture) {
	if e.forceKey.Swap(false) {
		p.c().pict_type = C.AV_PICTURE_TYPE_I
	}
	want := int(e.target.Swap(0))
	if want == 0 {
		return
	}
	top := e.cfg.LiveCap()
	if want < 0 || top > 0 && want > top {
		want = top
	}
	if want == e.applied || want == 0 {
		return
	}
	// The wrappers of libx264 and NVENC compare these fields before every picture and reconfigure the encoder.
	c := codecContextC(e.ctx)
	c.rc_max_rate = C.int64_t(want)
	c.rc_buffer_size = C.int(e.cfg.Rate.VBVBits(want))
	if e.cfg.Rate.BitrateBPS > 0 {
		c.bit_rate = C.int64_t(min(want, e.cfg.Rate.BitrateBPS))
	}
	e.applied = want
	e.opt.Log.Debug("encoder bitrate changed", "encoder", e.backend.Name, "bps", want)
}

var errTooManyRegions = errors.New("too many regions in one picture")

// attachRegions gives the encoder the picture's regions as AVRegionOfInterest records of 28 bytes. The first match wins in
// both lists.
func (e *Encoder) attachRegions(p *picture, f *media.Frame) error {
	if len(f.Regions) > MaxRegions {
		return errTooManyRegions
	}
	e.regions = e.regions[:0]
	for i := range f.Regions {
		r := &f.Regions[i]
		q := min(max(r.QOffset, -1), 1)
		e.regions = append(e.regions, C.AVRegionOfInterest{
			self_size: C.sizeof_AVRegionOfInterest,
			top:       C.int(r.Rect.Min.Y), bottom: C.int(r.Rect.Max.Y),
			left: C.int(r.Rect.Min.X), right: C.int(r.Rect.Max.X),
			qoffset: C.AVRational{C.int(q * regionScale), regionScale},
		})
	}
	return avError(C.vantage_roi(p.c(), (*C.AVRegionOfInterest)(unsafe.Pointer(unsafe.SliceData(e.regions))), C.int(len(e.regions))))
}
