package transcode

import "vantage/media"

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

	// CRF is the constant-quality target under the bitrate cap, 0 to 63. Default 26.
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
	// Min is the least bitrate to which a viewer's network may push the encoder. Default 300kbps.
	Min media.Bitrate `yaml:"min"`

	// Target is the average to hold; 0bps holds the quality of CRF under the cap instead. Default 0bps.
	Target media.Bitrate `yaml:"target"`

	// Max is the cap. Default 6Mbps.
	Max media.Bitrate `yaml:"max"`
}
