//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"github.com/asticode/go-astiav"

	"vantage/media"
)

// codecIDs pairs the kernel's codecs with libav's.
var codecIDs = map[media.Codec]astiav.CodecID{
	media.H264:  astiav.CodecIDH264,
	media.H265:  astiav.CodecIDHevc,
	media.AV1:   C.AV_CODEC_ID_AV1,
	media.VP8:   astiav.CodecIDVp8,
	media.VP9:   astiav.CodecIDVp9,
	media.MJPEG: astiav.CodecIDMjpeg,
	media.Opus:  astiav.CodecIDOpus,
	media.AAC:   astiav.CodecIDAac,
	media.PCMU:  astiav.CodecIDPcmMulaw,
	media.PCMA:  astiav.CodecIDPcmAlaw,
}

// codecOf is the kernel's codec for libav's; 0 when the kernel does not carry it.
func codecOf(id astiav.CodecID) media.Codec {
	for c, i := range codecIDs {
		if i == id {
			return c
		}
	}
	return 0
}
