package transcode

import (
	"errors"
	"fmt"
	"math"

	"vantage/internal/hint"
	"vantage/media"
)

// RenditionConfig is one rung of a stream's ladder.
type RenditionConfig struct {
	// Size of the picture, or source. Default source.
	Size media.Size `yaml:"size"`

	// FPS caps the frame rate, 1 to 240; 0 keeps the source's. Default 0.
	FPS float64 `yaml:"fps"`

	// Encoder is a table name ('vantage doctor' lists them) or auto. Default auto.
	Encoder string `yaml:"encoder"`

	// Codec is h264, h265, vp8, vp9 or av1. Default h264.
	Codec media.Codec `yaml:"codec"`

	// Preset is the encoder's own speed preset; empty is its low-latency default. Default empty.
	Preset string `yaml:"preset"`

	// CRF is the constant-quality target under the bitrate cap on the scale of H.264, 0 (finest) to 51; other codecs are
	// opened with what looks alike. Default 25.5.
	CRF float64 `yaml:"crf"`

	// Bitrate bounds what the encoder may spend.
	Bitrate BitrateRange `yaml:"bitrate"`

	// KeyInterval is the time between random-access pictures in seconds, 0.2 to 20. Default 2.
	KeyInterval float64 `yaml:"key_interval"`

	// ROI says whether the stream's region plan is applied. Default true.
	ROI bool `yaml:"roi"`
}

// BitrateRange bounds a rendition's bitrate.
type BitrateRange struct {
	// Min is the least bitrate to which a viewer's network may push the encoder, 50kbps or more. Default 300kbps.
	Min media.Bitrate `yaml:"min"`

	// Max is the cap, up to 1Gbps. Default 6Mbps.
	Max media.Bitrate `yaml:"max"`
}

// Limits of a rendition's configuration.
const (
	MinKeyInterval, MaxKeyInterval = 0.2, 20   // seconds
	MinBitrate, MaxBitrate         = 50e3, 1e9 // bit/s
	MaxCRF                         = 51        // on H.264's scale
	minRenditionSidePx             = 16        // of pictures that any encoder takes
	maxRenditionSidePx             = 8192
)

// Default is the rendition that an empty configuration means.
func Default() RenditionConfig {
	return RenditionConfig{
		Encoder: Auto, Codec: media.H264, CRF: 25.5, Bitrate: BitrateRange{Min: 300e3, Max: 6e6}, KeyInterval: defaultGOPSeconds, ROI: true,
	}
}

// Validate reports all mistakes at once, each with its remedy. Which encoders work here is not looked at.
func (c RenditionConfig) Validate() error {
	var errs []error
	bad := func(remedy, format string, args ...any) {
		errs = append(errs, hint.New(fmt.Errorf(format, args...), remedy))
	}
	if s := c.Size; !s.IsZero() && (min(s.WidthPx, s.HeightPx) < minRenditionSidePx || max(s.WidthPx, s.HeightPx) > maxRenditionSidePx) {
		bad(fmt.Sprintf("use sides of %d to %d pixels, such as 1280x720, or source", minRenditionSidePx, maxRenditionSidePx), "size: %v", s)
	}
	if c.FPS != 0 && !(c.FPS >= 1 && c.FPS <= MaxFrameRate) {
		bad(fmt.Sprintf("use 1 to %d, or 0 for the source's", MaxFrameRate), "fps: %g", c.FPS)
	}
	errs = append(errs, c.validateEncoder()...)
	if !(c.CRF >= 0 && c.CRF <= MaxCRF) {
		bad("use 0 (finest) to 51; 23 to 30 is usual", "crf: %g", c.CRF)
	}
	if c.Bitrate.Min < MinBitrate || c.Bitrate.Min > MaxBitrate {
		bad("use 50kbps to 1Gbps", "bitrate.min: %v", c.Bitrate.Min)
	}
	if c.Bitrate.Max < MinBitrate || c.Bitrate.Max > MaxBitrate {
		bad("use 50kbps to 1Gbps", "bitrate.max: %v", c.Bitrate.Max)
	}
	if c.Bitrate.Min > c.Bitrate.Max {
		bad("raise bitrate.max or lower bitrate.min", "bitrate: min %v is above max %v", c.Bitrate.Min, c.Bitrate.Max)
	}
	if math.IsNaN(c.KeyInterval) || c.KeyInterval < MinKeyInterval || c.KeyInterval > MaxKeyInterval {
		bad("use 0.2 to 20 seconds; 2 is usual", "key_interval: %g", c.KeyInterval)
	}
	return errors.Join(errs...)
}

// validateEncoder checks codec, encoder and preset against the table.
func (c RenditionConfig) validateEncoder() []error {
	var errs []error
	if len(Encoders(c.Codec)) == 0 {
		errs = append(errs, hint.New(fmt.Errorf("codec: no encoder for %v", c.Codec), "use h264, h265, vp8, vp9 or av1"))
	}
	if c.Encoder == Auto || c.Encoder == "" {
		if c.Preset != "" {
			errs = append(errs, hint.New(fmt.Errorf("preset: %q with the encoder left to choice", c.Preset),
				"name the encoder whose preset it is, such as encoder: libx264"))
		}
		return errs
	}
	b, ok := BackendByName(c.Encoder)
	switch {
	case !ok:
		errs = append(errs, hint.New(fmt.Errorf("encoder: %q is unknown", c.Encoder), "use auto or one of "+nameList(backends())))
	case b.Codec != c.Codec:
		errs = append(errs, hint.New(fmt.Errorf("encoder: %s does not encode %v", b.Name, c.Codec),
			fmt.Sprintf("use auto, or set codec: %v", b.Codec)))
	case !b.hasPreset(c.Preset):
		errs = append(errs, hint.New(fmt.Errorf("preset: %s has no %q", b.Name, c.Preset), b.presetRemedy()))
	}
	return errs
}
