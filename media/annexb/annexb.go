package annexb

import (
	"bytes"
	"errors"
)

// ErrNoStartCode says that the bytes do not begin with a start code, so they are not a byte stream (they may be NAL
// units with length prefixes, as in MP4).
var ErrNoStartCode = errors.New("annex b: no start code at the beginning")

// startCode is the prefix that Append writes: with its zero_byte, which is needed before parameter sets and the first
// NAL unit of a picture (H.264 §B.1.2) and allowed before all.
var startCode = [...]byte{0, 0, 0, 1}

// Split appends to dst the NAL units of b, which they alias, without start codes and without the zero bytes that may
// trail them (no NAL unit ends in zero, H.264 §7.4.1). Empty NAL units are left out. It reports ErrNoStartCode and
// returns dst as it was when anything but zeros precedes the first start code.
func Split(dst [][]byte, b []byte) ([][]byte, error) {
	first := bytes.Index(b, startCode[1:])
	if first < 0 || len(bytes.TrimLeft(b[:first], "\x00")) > 0 {
		return dst, ErrNoStartCode
	}
	b = b[first+3:]
	for {
		next := bytes.Index(b, startCode[1:])
		nalu := b
		if next >= 0 {
			nalu = b[:next]
		}
		if nalu = trimZeros(nalu); len(nalu) > 0 {
			dst = append(dst, nalu[:len(nalu):len(nalu)])
		}
		if next < 0 {
			return dst, nil
		}
		b = b[next+3:]
	}
}

// Append appends to dst the NAL units, each behind a start code of four bytes.
func Append(dst []byte, nalus ...[]byte) []byte {
	for _, n := range nalus {
		dst = append(dst, startCode[:]...)
		dst = append(dst, n...)
	}
	return dst
}

// Size is the number of bytes that Append adds.
func Size(nalus ...[]byte) int {
	n := len(startCode) * len(nalus)
	for _, u := range nalus {
		n += len(u)
	}
	return n
}

func trimZeros(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}
