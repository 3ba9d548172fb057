package whip

import (
	"errors"
	"fmt"
	"time"
)

// Config bounds what publishers may take.
type Config struct {
	// MaxSessions is how many publishers may be connected at once, 1 to 10000; more are told to come back. Default 200.
	MaxSessions int `yaml:"max_sessions"`

	// MaxReorder is how long video waits for a packet that is late or sent again, 20ms to 2s. Default 200ms.
	MaxReorder time.Duration `yaml:"max_reorder"`
}

// Default returns the configuration with every default filled in.
func Default() Config { return Config{MaxSessions: 200, MaxReorder: 200 * time.Millisecond} }

// Validate reports all mistakes at once; each names its field.
func (c Config) Validate() error {
	var errs []error
	if c.MaxSessions < 1 || c.MaxSessions > 10000 {
		errs = append(errs, fmt.Errorf("max_sessions: %d is not in 1..10000", c.MaxSessions))
	}
	if c.MaxReorder < 20*time.Millisecond || c.MaxReorder > 2*time.Second {
		errs = append(errs, fmt.Errorf("max_reorder: %v is not in 20ms..2s", c.MaxReorder))
	}
	return errors.Join(errs...)
}
