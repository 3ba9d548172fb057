//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/asticode/go-astiav"

	"vantage/media"
)

// newPacket returns an empty AVPacket, to be given to freePacket.
func newPacket() *astiav.Packet {
	livePackets.Add(1)
	return astiav.AllocPacket()
}

func freePacket(p *astiav.Packet) {
	livePackets.Add(-1)
	p.Free()
}

// packetBytes views the payload, valid until the packet is unreferenced.
func packetBytes(p *astiav.Packet) []byte {
	c := packetC(p)
	if c.data == nil {
		return nil
	}
	return unsafe.Slice((*byte)(c.data), int(c.size))
}

// MaxUnitBytes bounds one access unit on its way into libav: an intra picture of 8K at the finest quantiser is less.
const MaxUnitBytes = 64 << 20

var errEmptyUnit = errors.New("the unit is empty")

// fillPacket copies the parts into p in the byte stream format of the codec: Annex B (H.264, H.265), OBUs with size fields
// (AV1), or as they are.
func fillPacket(p *astiav.Packet, codec media.Codec, parts [][]byte, pts, dts int64) error {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if size == 0 {
		return errEmptyUnit
	}
	size += len(parts) * maxPartOverhead
	if size > MaxUnitBytes {
		return fmt.Errorf("the unit has %d bytes, more than %d", size, MaxUnitBytes)
	}
	p.Unref()
	c := packetC(p)
	if err := avError(C.av_new_packet(c, C.int(size))); err != nil {
		return err
	}
	n := writeParts(unsafe.Slice((*byte)(c.data), size), codec, parts)
	C.av_shrink_packet(c, C.int(n)) // clears the padding behind, too
	c.pts, c.dts = C.int64_t(pts), C.int64_t(dts)
	return nil
}

// noPTS is AV_NOPTS_VALUE.
const noPTS = math.MinInt64
