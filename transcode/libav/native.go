//go:build cgo && !nolibav

package libav

/*
#cgo pkg-config: libavcodec libavformat libavutil libswscale libswresample
#include "native.h"
*/
import "C"

import (
	"strings"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// go-astiav keeps the C pointer of a wrapper in its first field and does not show it. TestWrapperLayout guards this.

func codecContextC(c *astiav.CodecContext) *C.AVCodecContext {
	return *(**C.AVCodecContext)(unsafe.Pointer(c))
}

func codecC(c *astiav.Codec) *C.AVCodec { return *(**C.AVCodec)(unsafe.Pointer(c)) }

func packetC(p *astiav.Packet) *C.AVPacket { return *(**C.AVPacket)(unsafe.Pointer(p)) }

func frameC(f *astiav.Frame) *C.AVFrame { return (*C.AVFrame)(f.UnsafePointer()) }

func streamC(s *astiav.Stream) *C.AVStream { return *(**C.AVStream)(unsafe.Pointer(s)) }

func parametersC(p *astiav.CodecParameters) *C.AVCodecParameters {
	return *(**C.AVCodecParameters)(unsafe.Pointer(p))
}

// avError is nil for ret >= 0.
func avError(ret C.int) error {
	if ret >= 0 {
		return nil
	}
	return astiav.Error(ret)
}

// maxReason bounds the text caught from libav while a codec is opened, in bytes.
const maxReason = 1024

// openCodec opens ctx and returns the options that the codec did not know. A failure carries what libav logged, which says
// more than its error code ("Cannot load libcuda.so.1").
func openCodec(ctx *astiav.CodecContext, codec *astiav.Codec, options map[string]string) (unknown []string, err error) {
	C.vantage_log_init()
	var dict *C.AVDictionary
	defer func() { C.av_dict_free(&dict) }()
	for k, v := range options {
		ck, cv := C.CString(k), C.CString(v)
		ret := C.av_dict_set(&dict, ck, cv, 0)
		C.free(unsafe.Pointer(ck))
		C.free(unsafe.Pointer(cv))
		if err := avError(ret); err != nil {
			return nil, err
		}
	}
	msg := (*C.char)(C.malloc(maxReason))
	defer C.free(unsafe.Pointer(msg))
	if err := avError(C.vantage_open(codecContextC(ctx), codecC(codec), &dict, msg, maxReason)); err != nil {
		return nil, &OpenError{Codec: codec.Name(), Reason: strings.TrimSpace(C.GoString(msg)), Err: err}
	}
	var entry *C.AVDictionaryEntry
	empty := C.CString("")
	defer C.free(unsafe.Pointer(empty))
	for {
		if entry = C.av_dict_get(dict, empty, entry, C.AV_DICT_IGNORE_SUFFIX); entry == nil {
			return unknown, nil
		}
		unknown = append(unknown, C.GoString(entry.key))
	}
}
