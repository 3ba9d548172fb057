package rtsp

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/pion/rtp"

	"vantage/media"
)

// Bounds of one access unit. The largest pictures that we know of, 4K intra at a very fine quantiser, have 4 MB in 3000 packets.
const (
	maxUnitBytes   = 8 << 20
	maxUnitParts   = 512
	maxUnitPackets = 1 << 14 // empty fragments add no bytes
)

// Why an access unit is dropped.
var (
	errIncomplete = errors.New("access unit is incomplete: packets were lost")
	errTooLarge   = fmt.Errorf("access unit is larger than %d bytes, %d parts or %d packets", maxUnitBytes, maxUnitParts, maxUnitPackets)
)

// stamp is the time of an access unit.
type stamp struct {
	pts     int64     // on the session's line, in ticks
	sent    time.Time // the sender's wall clock, zero when unknown
	arrived time.Time // of the last byte
}

// assembler puts the access units of H.264, H.265 and AV1 together from packets: those of one unit share their time stamp, and the last of
// them has the marker bit (RFC 6184 §5.1, RFC 7798 §4.1, RTP payload format for AV1 §4.2).
//
// It delivers only units that are whole. The library's own decoders also put units together, but do not notice a
// slice that is missing, and stay a unit behind for good after a lost marker. So the assembler takes from them what
// ends in a packet, one at a time.
type assembler struct {
	codec   media.Codec
	renew   func() (partsDecoder, error)
	decoder partsDecoder

	began   bool // a whole unit has been seen: before, we came in the middle
	open    bool // a unit is under way
	rtp     uint32
	at      stamp
	broken  error // why the open unit cannot be used
	partial bool  // the last part goes on in the next packet
	parts   [][]byte
	bytes   int
	packets int
}

// partsDecoder is a decoder of the library.
type partsDecoder interface {
	Decode(*rtp.Packet) ([][]byte, error)
}

func newAssembler(codec media.Codec, renew func() (partsDecoder, error)) (*assembler, error) {
	d, err := renew()
	return &assembler{codec: codec, renew: renew, decoder: d}, err
}

// decode takes the next packet. lost says that packets are missing in front of it. emit borrows the parts of each unit that is whole, and
// the error tells of one that is dropped.
func (a *assembler) decode(pkt *rtp.Packet, at stamp, lost bool, emit func([][]byte, stamp)) error {
	if lost && a.open {
		a.broken = errIncomplete // its end, perhaps
	}
	var ended error
	if a.open && pkt.Timestamp != a.rtp { // the marker was lost, or the camera sets none
		ended = a.end(emit)
	}
	if !a.open {
		a.open, a.rtp, a.at = true, pkt.Timestamp, at
		if (lost || !a.began) && !begins(a.codec, pkt.Payload) {
			a.broken = errIncomplete // its beginning
		}
	}
	a.at.arrived = at.arrived
	a.add(pkt)
	if pkt.Marker {
		return errors.Join(ended, a.end(emit))
	}
	return ended
}

// add puts what ends in a packet to the open unit.
func (a *assembler) add(pkt *rtp.Packet) {
	if a.codec == media.AV1 && len(pkt.Payload) > 0 && a.partial != (pkt.Payload[0]&av1Z != 0) {
		a.fail(errIncomplete) // what goes on did not begin, or the other way round
	}
	single := *pkt
	single.Marker = true // give all that you have
	parts, err := a.decoder.Decode(&single)
	switch {
	case err == nil:
		a.partial = false
	case needsMore(err):
		a.partial = true
	default:
		a.fail(err)
	}
	if a.codec == media.AV1 && len(pkt.Payload) > 0 {
		a.partial = pkt.Payload[0]&av1Y != 0
	}
	a.packets++
	for _, p := range parts {
		a.bytes += len(p)
	}
	if a.packets > maxUnitPackets || a.bytes > maxUnitBytes || len(a.parts)+len(parts) > maxUnitParts {
		a.fail(errTooLarge)
	}
	if a.broken != nil {
		a.drop()
		return
	}
	a.parts = append(a.parts, parts...)
}

// fail notes why the open unit cannot be used.
func (a *assembler) fail(err error) {
	if a.broken == nil {
		a.broken = err
	}
	a.drop()
	a.forget()
}

// forget begins with a new decoder: the library's goes on from fragments of a unit that was lost (AV1), or keeps any number of empty ones.
func (a *assembler) forget() {
	if d, err := a.renew(); err == nil { // it was made before, from the same parameters
		a.decoder, a.partial = d, false
	}
}

// drop forgets the parts.
func (a *assembler) drop() {
	clear(a.parts)
	a.parts, a.bytes = a.parts[:0], 0
}

// end delivers the open unit, or says why not.
func (a *assembler) end(emit func([][]byte, stamp)) error {
	err := a.broken
	if a.partial {
		err = cmp.Or(err, errIncomplete)
		a.forget()
	}
	if err == nil && len(a.parts) > 0 {
		a.began = true
		emit(a.parts, a.at)
	}
	a.drop()
	a.open, a.broken, a.partial, a.packets = false, nil, false, 0
	if !a.began && errors.Is(err, errIncomplete) {
		return nil // nothing was damaged: we came in the middle of it
	}
	return err
}

// Bits of the aggregation header (RTP payload format for AV1 §4.4).
const (
	av1Z = 1 << 7 // the first OBU goes on from the packet before
	av1Y = 1 << 6 // the last OBU goes on in the next packet
	av1N = 1 << 3 // the packet is the first of a coded video sequence
)

// begins reports whether a packet is surely the first of its access unit, so that none in front of it is missing. When its payload does not
// tell, it says no.
func begins(codec media.Codec, payload []byte) bool {
	switch codec {
	case media.H264:
		return beginsAVC(payload)
	case media.H265:
		return beginsHEVC(payload)
	case media.AV1:
		return len(payload) > 0 && payload[0]&(av1N|av1Z) == av1N
	default:
		return false
	}
}

// beginsAVC looks for what precedes a picture, or its first slice (ITU-T H.264 §7.4.1.2.3, §7.3.3; RFC 6184 §5.7, §5.8).
func beginsAVC(p []byte) bool {
	if len(p) < 2 {
		return false
	}
	typ, first := h264.NALUType(p[0]&0x1f), p[1]
	switch typ {
	case h264.NALUTypeSTAPA:
		if len(p) < 5 {
			return false
		}
		typ, first = h264.NALUType(p[3]&0x1f), p[4]
	case h264.NALUTypeFUA:
		if len(p) < 3 || p[1]&0x80 == 0 {
			return false
		}
		typ, first = h264.NALUType(p[1]&0x1f), p[2]
	}
	switch typ {
	case h264.NALUTypeAccessUnitDelimiter, h264.NALUTypeSPS, h264.NALUTypePPS, h264.NALUTypeSEI:
		return true
	case h264.NALUTypeNonIDR, h264.NALUTypeDataPartitionA, h264.NALUTypeIDR:
		return first&0x80 != 0 // first_mb_in_slice is 0
	default:
		return false
	}
}

// beginsHEVC is beginsAVC for H.265 (ITU-T H.265 §7.4.2.4.4, §7.3.6.1; RFC 7798 §4.4.2, §4.4.3).
func beginsHEVC(p []byte) bool {
	if len(p) < 3 {
		return false
	}
	typ, first := h265.NALUType(p[0]>>1&0x3f), p[2]
	switch typ {
	case h265.NALUType_AggregationUnit:
		if len(p) < 7 {
			return false
		}
		typ, first = h265.NALUType(p[4]>>1&0x3f), p[6]
	case h265.NALUType_FragmentationUnit:
		if len(p) < 4 || p[2]&0x80 == 0 {
			return false
		}
		typ, first = h265.NALUType(p[2]&0x3f), p[3]
	}
	switch {
	case typ < h265.NALUType_VPS_NUT:
		return first&0x80 != 0 // first_slice_segment_in_pic_flag
	case typ <= h265.NALUType_AUD_NUT, typ == h265.NALUType_PREFIX_SEI_NUT:
		return true
	default:
		return false
	}
}
