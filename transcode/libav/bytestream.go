package libav

import (
	"bytes"

	"vantage/media"
)

// maxPartOverhead is what writeParts may add to a part: a start code, or an OBU size field (AV1 §5.3.1, LEB128 of 32 bits).
const maxPartOverhead = 5

// OBU header bits and types (AV1 §5.3.2, §6.2.2).
const (
	obuExtensionFlag     = 0x04
	obuHasSizeField      = 0x02
	obuSequenceHeader    = 1
	obuTemporalDelimiter = 2
)

func obuType(obu []byte) byte { return obu[0] >> 3 & 0x0f }

// streamBytes is the room that writeParts needs for the parts.
func streamBytes(parts [][]byte) int {
	n := 0
	for _, p := range parts {
		n += len(p) + maxPartOverhead
	}
	return n
}

// writeParts writes the parts into dst in the codec's byte stream format and returns the length. dst has room for the parts
// and maxPartOverhead for each.
func writeParts(dst []byte, codec media.Codec, parts [][]byte) int {
	n := 0
	for _, p := range parts {
		if len(p) == 0 {
			continue
		}
		switch codec {
		case media.H264, media.H265:
			n += copy(dst[n:], startCode)
		case media.AV1:
			header := 1
			if p[0]&obuExtensionFlag != 0 && len(p) > 1 {
				header = 2
			}
			dst[n] = p[0] | obuHasSizeField
			copy(dst[n+1:], p[1:header])
			n += header
			p = p[header:]
			n += putLEB128(dst[n:], uint32(len(p)))
		}
		n += copy(dst[n:], p)
	}
	return n
}

var startCode = []byte{0, 0, 0, 1}

func putLEB128(dst []byte, v uint32) int {
	n := 0
	for v >= 0x80 {
		dst[n] = byte(v) | 0x80
		v >>= 7
		n++
	}
	dst[n] = byte(v)
	return n + 1
}

// leb128 reads a value of at most 32 bits; n is 0 when there is none.
func leb128(b []byte) (v uint64, n int) {
	for i := 0; i < len(b) && i < 8; i++ {
		v |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			if v > 1<<32-1 {
				return 0, 0
			}
			return v, i + 1
		}
	}
	return 0, 0
}

// splitAnnexB calls add with every NAL unit of a byte stream (ITU-T H.264 Annex B), without start codes and trailing zeros.
func splitAnnexB(b []byte, add func(nalu []byte)) {
	start := -1
	for i := 0; ; {
		j := bytes.Index(b[i:], startCode[1:])
		end := len(b)
		if j >= 0 {
			end = i + j
		}
		if start >= 0 {
			if nalu := bytes.TrimRight(b[start:end], "\x00"); len(nalu) > 0 {
				add(nalu)
			}
		}
		if j < 0 {
			return
		}
		i = end + 3
		start = i
	}
}

// splitLengths calls add with every NAL unit behind a big-endian length of the given size (ISO/IEC 14496-15). It reports
// whether the lengths were consistent.
func splitLengths(b []byte, lengthSize int, add func(nalu []byte)) bool {
	for len(b) > 0 {
		if len(b) < lengthSize {
			return false
		}
		n := 0
		for _, x := range b[:lengthSize] {
			n = n<<8 | int(x)
		}
		b = b[lengthSize:]
		if n > len(b) {
			return false
		}
		if n > 0 {
			add(b[:n])
		}
		b = b[n:]
	}
	return true
}

// splitOBUs calls add with the header (without size bit) and the payload of every OBU of a low-overhead stream (AV1 §5.2)
// but temporal delimiters. It reports whether the sizes were consistent.
func splitOBUs(b []byte, add func(header, payload []byte)) bool {
	for len(b) > 0 {
		n := 1
		if b[0]&obuExtensionFlag != 0 {
			n = 2
		}
		if len(b) < n {
			return false
		}
		var header [2]byte
		copy(header[:], b[:n])
		size := uint64(len(b) - n)
		rest := b[n:]
		if b[0]&obuHasSizeField != 0 {
			v, k := leb128(rest)
			if k == 0 || v > uint64(len(rest)-k) {
				return false
			}
			size, rest = v, rest[k:]
		}
		header[0] &^= obuHasSizeField
		if obuType(header[:]) != obuTemporalDelimiter {
			add(header[:n], rest[:size])
		}
		b = rest[size:]
	}
	return true
}

// NAL unit types (ITU-T H.264 table 7-1, H.265 table 7-1).
const (
	h264IDR, h264SPS, h264PPS, h264AUD = 5, 7, 8, 9

	h265FirstIRAP, h265LastIRAP               = 16, 23
	h265VPS, h265SPS, h265PPS, h265AUD        = 32, 33, 34, 35
	h264TypeMask, h265TypeShift, h265TypeMask = 0x1f, 1, 0x3f
)

// naluKind is what the rest of the package asks of a NAL unit.
type naluKind uint8

const (
	naluOther naluKind = iota
	naluRandomAccess
	naluParameters
	naluDelimiter
)

func kindOfNALU(codec media.Codec, nalu []byte) naluKind {
	if codec == media.H264 {
		switch nalu[0] & h264TypeMask {
		case h264IDR:
			return naluRandomAccess
		case h264SPS, h264PPS:
			return naluParameters
		case h264AUD:
			return naluDelimiter
		}
		return naluOther
	}
	switch t := nalu[0] >> h265TypeShift & h265TypeMask; {
	case t >= h265FirstIRAP && t <= h265LastIRAP:
		return naluRandomAccess
	case t == h265VPS, t == h265SPS, t == h265PPS:
		return naluParameters
	case t == h265AUD:
		return naluDelimiter
	}
	return naluOther
}
