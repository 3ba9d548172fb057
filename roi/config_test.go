package roi_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"vantage/internal/hint"
	"vantage/roi"
)

func TestDefaultIsValid(t *testing.T) {
	if err := roi.Default().Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateTellsEveryMistakeWithItsRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*roi.Config)
		field  string
	}{
		"unknown detector":               {func(c *roi.Config) { c.Detector = "yolo" }, "detector"},
		"strength above one":             {func(c *roi.Config) { c.Strength = 1.1 }, "strength"},
		"negative strength":              {func(c *roi.Config) { c.Strength = -0.1 }, "strength"},
		"strength that is no number":     {func(c *roi.Config) { c.Strength = math.NaN() }, "strength"},
		"no regions":                     {func(c *roi.Config) { c.MaxRegions = 0 }, "max_regions"},
		"too many regions":               {func(c *roi.Config) { c.MaxRegions = 257 }, "max_regions"},
		"plans that are always too old":  {func(c *roi.Config) { c.MaxAge = time.Millisecond }, "max_age"},
		"plans that live for ever":       {func(c *roi.Config) { c.MaxAge = time.Hour }, "max_age"},
		"negative interval":              {func(c *roi.Config) { c.Interval = -1 }, "interval"},
		"interval longer than the age":   {func(c *roi.Config) { c.Interval = 2 * time.Second }, "interval"},
		"analysis once in a blue moon":   {func(c *roi.Config) { c.Interval = time.Minute }, "interval"},
		"everything wrong at once":       {func(c *roi.Config) { *c = roi.Config{Detector: "x", Strength: 2, Interval: -1} }, "max_regions"},
		"everything wrong, first field":  {func(c *roi.Config) { *c = roi.Config{Detector: "x", Strength: 2, Interval: -1} }, "detector"},
		"everything wrong, second field": {func(c *roi.Config) { *c = roi.Config{Detector: "x", Strength: 2, Interval: -1} }, "strength"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := roi.Default()
			c.change(&cfg)
			err := cfg.Validate()
			if err == nil {
				t.Fatal("valid")
			}
			if !strings.Contains(err.Error(), c.field) {
				t.Errorf("error %q does not name %s", err, c.field)
			}
			if !strings.Contains(hint.Of(err), c.field) {
				t.Errorf("remedy %q does not name %s", hint.Of(err), c.field)
			}
		})
	}
}
