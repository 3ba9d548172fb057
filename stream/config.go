package stream

import (
	"errors"
	"fmt"
	"time"

	"vantage/internal/rtc"
	"vantage/stream/fanout"
)

// Config bounds what viewers may take.
type Config struct {
	// MaxSessions is how many viewers may watch at once, 1 to 100000; more are told to come back. Default 2000.
	MaxSessions int `yaml:"max_sessions"`

	// MaxQueueAge is how old a picture may get while it waits to be sent, 50ms to 5s; then what waits is skipped up to the next
	// random-access picture. Default 400ms.
	MaxQueueAge time.Duration `yaml:"max_queue_age"`
}

// Default returns the configuration with every default filled in.
func Default() Config {
	return Config{MaxSessions: rtc.DefaultMaxSessions, MaxQueueAge: fanout.DefaultMaxAge}
}

// Validate reports all mistakes at once; each names its field.
func (c Config) Validate() error {
	var errs []error
	if c.MaxSessions < 1 || c.MaxSessions > 100000 {
		errs = append(errs, fmt.Errorf("max_sessions: %d is not in 1..100000", c.MaxSessions))
	}
	if c.MaxQueueAge < 50*time.Millisecond || c.MaxQueueAge > 5*time.Second {
		errs = append(errs, fmt.Errorf("max_queue_age: %v is not in 50ms..5s", c.MaxQueueAge))
	}
	return errors.Join(errs...)
}
