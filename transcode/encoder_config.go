package transcode

import (
	"errors"
	"fmt"
	"math"

	"vantage/internal/hint"
)

// MaxFrameRate bounds the nominal frame rate, in pictures a second.
const MaxFrameRate = 240

// Check reports everything that keeps b from being opened with cfg, each with its remedy.
func (cfg EncoderConfig) Check(b *Backend) error {
	var errs []error
	bad := func(remedy, format string, args ...any) {
		errs = append(errs, hint.New(fmt.Errorf(b.Name+": "+format, args...), remedy))
	}
	for _, side := range []int{cfg.WidthPx, cfg.HeightPx} {
		if side < b.MinSidePx || side > b.MaxSidePx {
			bad(fmt.Sprintf("use sides of %d to %d pixels, or another encoder", b.MinSidePx, b.MaxSidePx),
				"picture size %dx%d", cfg.WidthPx, cfg.HeightPx)
			break
		}
	}
	if cfg.Codec != b.Codec {
		bad(fmt.Sprintf("set the codec to %v or the encoder to %s", b.Codec, Auto), "encodes %v, not %v", b.Codec, cfg.Codec)
	}
	if !(cfg.FrameRate > 0 && cfg.FrameRate <= MaxFrameRate) {
		bad(fmt.Sprintf("use a frame rate above 0 and up to %d", MaxFrameRate), "frame rate %g", cfg.FrameRate)
	}
	if cfg.ClockRate <= 0 || cfg.ClockRate > math.MaxInt32 {
		bad("video has a clock rate of 90000", "clock rate %d", cfg.ClockRate)
	}
	if !b.hasPreset(cfg.Preset) {
		bad(b.presetRemedy(), "no preset %q", cfg.Preset)
	}
	if r := cfg.Rate; r.CRF < 0 || r.CRF > b.QualityMax || math.IsNaN(r.CRF) {
		bad(fmt.Sprintf("use a CRF of %g to %g", b.QualityMin, b.QualityMax), "CRF %g", r.CRF)
	}
	if r := cfg.Rate; r.BitrateBPS < 0 || r.MaxBitrateBPS < 0 || r.VBVSeconds < 0 || r.VBVBits(r.ceiling()) > math.MaxInt32 {
		bad("use bitrates from 0 to 2 Gbit/s and a buffer of a second or less", "bitrate %d under %d bit/s with a buffer of %g s",
			r.BitrateBPS, r.MaxBitrateBPS, r.VBVSeconds)
	}
	return errors.Join(errs...)
}
