package roi

import "time"

// Config says how a stream's bits follow attention.
type Config struct {
	// Detector is the table name of what finds the regions: saliency, motion, none. Default saliency.
	Detector string `yaml:"detector"`

	// Strength scales the quality moved from background to regions, 0 to 1. Default 0.5.
	Strength float64 `yaml:"strength"`

	// MaxRegions bounds the detected objects kept per picture, 1 to 256. Default 32.
	MaxRegions int `yaml:"max_regions"`

	// MaxAge is how old a plan may be and still be used, 100ms to 10s. Default 1s.
	MaxAge time.Duration `yaml:"max_age"`

	// Interval is the shortest time between two analyses, 0s to 5s. Default 80ms.
	Interval time.Duration `yaml:"interval"`
}
