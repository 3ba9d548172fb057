package config

import (
	"vantage/ingest"
	"vantage/roi"
	"vantage/transcode"
)

// Stream is one camera or publisher and what is made of it.
type Stream struct {
	// Source says where it comes from.
	Source ingest.Config `yaml:"source"`

	// ROI says how its bits follow attention.
	ROI roi.Config `yaml:"roi"`

	// Renditions by name: 1 to 63 characters of a-z, 0-9 and '-'. The names source (as it comes), roi and uniform (as it comes in
	// size, with and without regard to regions) exist for every stream and are taken. Default none.
	Renditions map[string]transcode.RenditionConfig `yaml:"renditions"`
}

// DefaultStream is what the defaults section begins with.
func DefaultStream() Stream {
	return Stream{Source: ingest.Default(), ROI: roi.Default()}
}
