package config

import (
	"errors"
	"fmt"
	"slices"

	"vantage/internal/hint"
)

// Log is what is written to standard error.
type Log struct {
	// Level is the least that is told: debug, info, warn, error. Default info.
	Level string `yaml:"level"`

	// Format is text for people or json for machines. Default text.
	Format string `yaml:"format"`
}

// Validate reports every field that has a value it may not have.
func (l Log) Validate() error {
	var errs []error
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, l.Level) {
		errs = append(errs, hint.New(fmt.Errorf("level: %q is no level", l.Level), "use debug, info, warn or error"))
	}
	if l.Format != "text" && l.Format != "json" {
		errs = append(errs, hint.New(fmt.Errorf("format: %q is no format", l.Format), "use text or json"))
	}
	return errors.Join(errs...)
}
