package config

import (
	"errors"
	"fmt"
	"time"

	"vantage/internal/hint"
)

// Workers are the processes that decode, analyse and encode, one for each stream that needs it.
type Workers struct {
	// Enabled puts that work into child processes, so that a crash in a codec costs one stream one second and never
	// the server. Default true.
	Enabled bool `yaml:"enabled"`

	// CrashLimit is how many crashes within CrashWindow make a stream fall back to its source as it is, 1 to 100. Default 5.
	CrashLimit int `yaml:"crash_limit"`

	// CrashWindow is the time over which crashes are counted, 1s to 1h. Default 1m.
	CrashWindow time.Duration `yaml:"crash_window"`
}

// Validate reports every field that is out of range.
func (w Workers) Validate() error {
	var errs []error
	if w.CrashLimit < 1 || w.CrashLimit > 100 {
		errs = append(errs, hint.New(fmt.Errorf("crash_limit: %d is out of range", w.CrashLimit), "use 1 to 100"))
	}
	if w.CrashWindow < time.Second || w.CrashWindow > time.Hour {
		errs = append(errs, hint.New(fmt.Errorf("crash_window: %v is out of range", w.CrashWindow), "use 1s to 1h"))
	}
	return errors.Join(errs...)
}
