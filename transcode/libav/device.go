//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/asticode/go-astiav"

	"vantage/transcode"
)

// device is a VA-API device and its pool of surfaces: that encoder takes no pictures in host memory.
type device struct {
	hw     *C.AVBufferRef // AVHWDeviceContext
	frames *C.AVBufferRef // AVHWFramesContext
}

// surfaces is how many pictures may be on the device at once: one going in, one being encoded, its references.
const surfaces = 8

// openDevice opens the default VA-API device with surfaces of the picture's size.
func openDevice(cfg transcode.EncoderConfig) (*device, error) {
	C.vantage_log_init()
	d := &device{}
	msg := (*C.char)(C.malloc(maxReason))
	defer C.free(unsafe.Pointer(msg))
	if err := avError(C.vantage_device(&d.hw, C.AV_HWDEVICE_TYPE_VAAPI, msg, maxReason)); err != nil {
		return nil, &OpenError{Codec: cfg.Encoder, Reason: strings.TrimSpace(C.GoString(msg)), Err: err}
	}
	if err := avError(C.vantage_hwframes(d.hw, &d.frames, C.AV_PIX_FMT_VAAPI, C.AV_PIX_FMT_NV12, C.int(cfg.WidthPx), C.int(cfg.HeightPx), surfaces)); err != nil {
		d.close()
		return nil, fmt.Errorf("open VA-API surfaces: %w", err)
	}
	return d, nil
}

// attach makes ctx, which is not open yet, take pictures from the device.
func (d *device) attach(ctx *astiav.CodecContext) {
	c := codecContextC(ctx)
	c.pix_fmt = C.AV_PIX_FMT_VAAPI
	c.hw_frames_ctx = C.av_buffer_ref(d.frames) // freed with the context
}

// upload copies a picture to the device, with its time and regions. The caller frees the result.
func (d *device) upload(p *picture) (*picture, error) {
	up := newPicture()
	if err := avError(C.av_hwframe_get_buffer(d.frames, up.c(), 0)); err != nil {
		up.Free()
		return nil, err
	}
	if err := avError(C.av_hwframe_transfer_data(up.c(), p.c(), 0)); err != nil {
		up.Free()
		return nil, err
	}
	if err := avError(C.av_frame_copy_props(up.c(), p.c())); err != nil {
		up.Free()
		return nil, err
	}
	return up, nil
}

func (d *device) close() {
	C.av_buffer_unref(&d.frames)
	C.av_buffer_unref(&d.hw)
}
