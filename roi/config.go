package roi

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"vantage/internal/hint"
)

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

// The names of the detector table.
const (
	DetectorSaliency = "saliency" // motion and spectral residual under a centre prior
	DetectorMotion   = "motion"   // motion alone
	DetectorNone     = "none"     // no analysis: every picture is encoded evenly
)

// Detectors lists the names that Config.Detector may have.
func Detectors() []string { return []string{DetectorSaliency, DetectorMotion, DetectorNone} }

// Default returns the configuration of a stream that sets nothing.
func Default() Config {
	return Config{
		Detector:   DetectorSaliency,
		Strength:   0.5,
		MaxRegions: 32,
		MaxAge:     time.Second,
		Interval:   80 * time.Millisecond,
	}
}

// Validate reports every field that is out of range, each with its remedy.
func (c Config) Validate() error {
	var errs []error
	bad := func(remedy, format string, args ...any) {
		errs = append(errs, hint.New(fmt.Errorf(format, args...), remedy))
	}
	if !slices.Contains(Detectors(), c.Detector) {
		bad("set detector to one of "+strings.Join(Detectors(), ", "), "roi: detector %q is not known", c.Detector)
	}
	if !(c.Strength >= 0 && c.Strength <= 1) || math.IsNaN(c.Strength) {
		bad("set strength between 0 (even quality) and 1 (strongest), 0.5 is the default", "roi: strength %v is out of range", c.Strength)
	}
	if c.MaxRegions < 1 || c.MaxRegions > maxObjects {
		bad(fmt.Sprintf("set max_regions between 1 and %d", maxObjects), "roi: max_regions %d is out of range", c.MaxRegions)
	}
	if c.MaxAge < 100*time.Millisecond || c.MaxAge > 10*time.Second {
		bad("set max_age between 100ms and 10s", "roi: max_age %v is out of range", c.MaxAge)
	}
	if c.Interval < 0 || c.Interval > 5*time.Second {
		bad("set interval between 0s and 5s", "roi: interval %v is out of range", c.Interval)
	} else if c.MaxAge <= c.Interval {
		bad("make max_age at least twice the interval, or every plan is too old before the next one exists",
			"roi: max_age %v does not outlast interval %v", c.MaxAge, c.Interval)
	}
	return errors.Join(errs...)
}
