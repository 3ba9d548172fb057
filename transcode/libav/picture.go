//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"unsafe"

	"github.com/asticode/go-astiav"

	"vantage/media"
)

// picture is one AVFrame. As the backing of a [media.Frame] it lends its planes to Go without a copy.
type picture struct {
	av    *astiav.Frame
	guard guard
}

func newPicture() *picture {
	p := &picture{av: astiav.AllocFrame()}
	p.guard = arm(p)
	liveFrames.Add(1)
	return p
}

// Free drops the picture's references on its buffers. It implements [media.Backing].
func (p *picture) Free() {
	p.guard.disarm()
	p.av.Free()
	p.av = nil
	liveFrames.Add(-1)
}

func (p *picture) c() *C.AVFrame { return frameC(p.av) }

// layout is how a pixel format lies in memory: bytes per row and rows of each plane.
func layout(f media.PixelFormat, widthPx, heightPx int) (rowBytes, rows [3]int, planes int) {
	cw, ch := (widthPx+1)/2, (heightPx+1)/2
	switch f {
	case media.I420:
		return [3]int{widthPx, cw, cw}, [3]int{heightPx, ch, ch}, 3
	case media.NV12:
		return [3]int{widthPx, 2 * cw}, [3]int{heightPx, ch}, 2
	case media.Gray8:
		return [3]int{widthPx}, [3]int{heightPx}, 1
	case media.RGBA:
		return [3]int{4 * widthPx}, [3]int{heightPx}, 1
	default:
		return rowBytes, rows, 0
	}
}

// pixelFormats pairs the kernel's formats with libav's. The deprecated J formats, which mean full range, are told apart by
// AVFrame.color_range instead.
var pixelFormats = map[media.PixelFormat]C.int{
	media.I420:  C.AV_PIX_FMT_YUV420P,
	media.NV12:  C.AV_PIX_FMT_NV12,
	media.Gray8: C.AV_PIX_FMT_GRAY8,
	media.RGBA:  C.AV_PIX_FMT_RGBA,
}

// formatOf returns the kernel's format for libav's and whether the samples use the full range; 0 when the kernel has none.
func formatOf(f *C.AVFrame) (format media.PixelFormat, fullRange bool) {
	fullRange = f.color_range == C.AVCOL_RANGE_JPEG
	switch f.format {
	case C.AV_PIX_FMT_YUV420P:
		return media.I420, fullRange
	case C.AV_PIX_FMT_YUVJ420P:
		return media.I420, true
	case C.AV_PIX_FMT_NV12:
		return media.NV12, fullRange
	case C.AV_PIX_FMT_GRAY8:
		return media.Gray8, fullRange
	case C.AV_PIX_FMT_RGBA:
		return media.RGBA, true
	case C.AV_PIX_FMT_YUVJ422P, C.AV_PIX_FMT_YUVJ444P, C.AV_PIX_FMT_YUVJ440P, C.AV_PIX_FMT_YUVJ411P:
		return 0, true
	}
	return 0, fullRange
}

// frame wraps p, which it takes over, as a media.Frame of the given format. Time and regions are left to the caller.
func (p *picture) frame(format media.PixelFormat, fullRange bool) *media.Frame {
	c := p.c()
	f := media.WrapFrame(p)
	f.WidthPx, f.HeightPx = int(c.width), int(c.height)
	f.Format, f.FullRange = format, fullRange
	rowBytes, rows, planes := layout(format, f.WidthPx, f.HeightPx)
	for i := range planes {
		stride := int(c.linesize[i])
		f.Planes = append(f.Planes, unsafe.Slice((*byte)(c.data[i]), stride*(rows[i]-1)+rowBytes[i]))
		f.Strides = append(f.Strides, stride)
	}
	return f
}

// viewable reports whether the planes can be shown as slices: top row first, every plane present.
func (p *picture) viewable(planes int) bool {
	c := p.c()
	for i := range planes {
		if c.data[i] == nil || c.linesize[i] <= 0 {
			return false
		}
	}
	return planes > 0
}

var errDeviceFrame = errors.New("the picture lies in device memory or has no planes")

// pictureOf returns an AVFrame over the samples of f: another reference on the same memory if f stands on an AVFrame, else
// a copy into pool's memory. The caller frees it.
func pictureOf(f *media.Frame, pool *pool) (*picture, error) {
	rowBytes, rows, planes := layout(f.Format, f.WidthPx, f.HeightPx)
	if planes == 0 || len(f.Planes) < planes || len(f.Strides) < planes {
		return nil, errDeviceFrame
	}
	if b, ok := f.Backing.(*picture); ok {
		p := newPicture()
		if err := avError(C.vantage_ref_planes(p.c(), b.c())); err != nil {
			p.Free()
			return nil, err
		}
		// The header's planes, not the backing's: it may be a cropped view.
		c := p.c()
		c.width, c.height, c.format = C.int(f.WidthPx), C.int(f.HeightPx), pixelFormats[f.Format]
		for i := range planes {
			c.data[i] = (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(f.Planes[i])))
			c.linesize[i] = C.int(f.Strides[i])
		}
		return p, nil
	}
	p, err := pool.get(f.Format, f.WidthPx, f.HeightPx)
	if err != nil {
		return nil, err
	}
	c := p.c()
	for i := range planes {
		dst := unsafe.Slice((*byte)(c.data[i]), int(c.linesize[i])*rows[i])
		for y := range rows[i] {
			copy(dst[y*int(c.linesize[i]):], f.Planes[i][y*f.Strides[i]:][:rowBytes[i]])
		}
	}
	return p, nil
}
