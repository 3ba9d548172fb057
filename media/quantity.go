package media

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bitrate is a rate in bit/s, written "400kbps" or "4Mbps" in configuration.
type Bitrate int64

// String writes the rate with the largest decimal unit that keeps it exact.
func (b Bitrate) String() string {
	switch {
	case b != 0 && b%1e9 == 0:
		return strconv.FormatInt(int64(b/1e9), 10) + "Gbps"
	case b != 0 && b%1e6 == 0:
		return strconv.FormatInt(int64(b/1e6), 10) + "Mbps"
	case b != 0 && b%1e3 == 0:
		return strconv.FormatInt(int64(b/1e3), 10) + "kbps"
	default:
		return strconv.FormatInt(int64(b), 10) + "bps"
	}
}

// MarshalText writes String.
func (b Bitrate) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads a number with a unit: bps, kbps, Mbps or Gbps (in any case, fractions allowed).
func (b *Bitrate) UnmarshalText(text []byte) error {
	s := strings.ToLower(strings.TrimSpace(string(text)))
	for _, unit := range [...]struct {
		suffix string
		scale  float64
	}{{"kbps", 1e3}, {"mbps", 1e6}, {"gbps", 1e9}, {"bps", 1}} {
		number, ok := strings.CutSuffix(s, unit.suffix)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(v) || v < 0 || v*unit.scale > 1e12 {
			break
		}
		*b = Bitrate(math.Round(v * unit.scale))
		return nil
	}
	return fmt.Errorf("bitrate %q: want a number with a unit, such as 400kbps or 4Mbps", text)
}

// Size is a picture size in pixels, written "1280x720" in configuration. The zero value means "as the source" and is
// written "source".
type Size struct{ WidthPx, HeightPx int }

// IsZero reports whether the size is "as the source".
func (s Size) IsZero() bool { return s == Size{} }

// String writes "1280x720", or "source" for the zero value.
func (s Size) String() string {
	if s.IsZero() {
		return "source"
	}
	return fmt.Sprintf("%dx%d", s.WidthPx, s.HeightPx)
}

// MarshalText writes String.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads "1280x720" with sides of 16 to MaxFrameSidePx, or "source".
func (s *Size) UnmarshalText(text []byte) error {
	if string(text) == "source" || len(text) == 0 {
		*s = Size{}
		return nil
	}
	w, h, ok := strings.Cut(string(text), "x")
	wide, err1 := strconv.Atoi(w)
	high, err2 := strconv.Atoi(h)
	if !ok || err1 != nil || err2 != nil || wide < 16 || high < 16 || wide > MaxFrameSidePx || high > MaxFrameSidePx {
		return fmt.Errorf("size %q: want WIDTHxHEIGHT in pixels, such as 1280x720, or source", text)
	}
	*s = Size{wide, high}
	return nil
}
