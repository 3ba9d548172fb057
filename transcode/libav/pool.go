//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"fmt"

	"vantage/media"
)

// rowAlign is the alignment of rows in bytes: that of AVX-512, which swscale and the codecs may use.
const rowAlign = 64

// pool reuses picture memory of one size and format at a time. The memory goes back when the last AVFrame over it is
// freed, also after close.
type pool struct {
	format            media.PixelFormat
	widthPx, heightPx int
	c                 *C.AVBufferPool
}

// get returns a picture with unspecified samples, which the caller owns.
func (p *pool) get(format media.PixelFormat, widthPx, heightPx int) (*picture, error) {
	if p.c == nil || p.format != format || p.widthPx != widthPx || p.heightPx != heightPx {
		p.close()
		size := C.av_image_get_buffer_size(int32(pixelFormats[format]), C.int(widthPx), C.int(heightPx), rowAlign)
		if size < 0 {
			return nil, fmt.Errorf("picture of %dx%d %v: %w", widthPx, heightPx, format, avError(size))
		}
		// swscale's vector loops read a little past the last row.
		p.c = C.av_buffer_pool_init(C.size_t(size)+rowAlign, nil)
		p.format, p.widthPx, p.heightPx = format, widthPx, heightPx
	}
	pic := newPicture()
	ret := C.vantage_pool_frame(p.c, pic.c(), pixelFormats[format], C.int(widthPx), C.int(heightPx), rowAlign)
	if err := avError(ret); err != nil {
		pic.Free()
		return nil, err
	}
	return pic, nil
}

func (p *pool) close() {
	if p.c != nil {
		C.av_buffer_pool_uninit(&p.c)
	}
}
