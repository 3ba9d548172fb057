package bitstream

import (
	"errors"
	"math"

	"github.com/bluenviron/mediacommon/v2/pkg/bits"

	"vantage/media"
)

var errShort = errors.New("picture header is cut short")

// bitReader reads the first few fields of a header. After running out of bits, all reads give 0.
type bitReader struct {
	buf   []byte
	pos   int
	short bool // a flag and not an error, which would make buf escape to the heap with it
}

func (r *bitReader) err() error {
	if r.short {
		return errShort
	}
	return nil
}

func (r *bitReader) u(n int) uint32 {
	if r.short || n > len(r.buf)*8-r.pos {
		r.short = true
		return 0
	}
	if n == 0 {
		return 0
	}
	return uint32(bits.ReadBitsUnsafe(r.buf, &r.pos, n))
}

func (r *bitReader) flag() bool { return r.u(1) == 1 }

// ue reads an unsigned Exp-Golomb code (H.264 §9.1).
func (r *bitReader) ue() uint32 {
	if r.short {
		return 0
	}
	v, err := bits.ReadGolombUnsigned(r.buf, &r.pos)
	if err != nil {
		r.short = true
	}
	return v
}

// headerBytes is how much of a slice is looked at: more than the fields up to the picture order count can fill.
const headerBytes = 40

// unescape copies the beginning of a NAL unit's payload without emulation prevention bytes (H.264 §7.4.1.1).
func unescape(dst *[headerBytes]byte, src []byte) []byte {
	n, zeros := 0, 0
	for _, b := range src {
		if n == len(dst) {
			break
		}
		if zeros >= 2 && b == 3 {
			zeros = 0
			continue
		}
		if b == 0 {
			zeros++
		} else {
			zeros = 0
		}
		dst[n] = b
		n++
	}
	return dst[:n]
}

// maxFrameRate is the highest number of pictures per second that a bitstream is believed to have; above, its timing
// information is taken for nonsense, as some cameras write.
const maxFrameRate = 480

// plausibleRate returns the rate rounded to a thousandth, or 0 when it cannot be one.
func plausibleRate(fps float64) float64 {
	if !(fps >= 0.01 && fps <= maxFrameRate) { // also false for NaN
		return 0
	}
	return math.Round(fps*1000) / 1000
}

// plausibleSize reports whether a picture of this size can be handled.
func plausibleSize(w, h int) bool {
	return w > 0 && h > 0 && w <= media.MaxFrameSidePx && h <= media.MaxFrameSidePx
}
