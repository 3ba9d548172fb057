package redact

import (
	"fmt"
	"log/slog"
)

// Secret is a password, key or token. It is masked wherever it is printed with any verb, logged or marshalled; an empty
// one prints as empty, so that people see that it is not set. Unmarshalling reads the true value.
type Secret string

// Reveal returns the true value.
func (s Secret) Reveal() string { return string(s) }

// String returns the mask.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return Mask
}

// Format implements [fmt.Formatter], because a wrong verb would print the underlying string.
func (s Secret) Format(f fmt.State, verb rune) { fmt.Fprintf(f, fmt.FormatString(f, verb), s.String()) }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText writes the mask; JSON and YAML use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the true value.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = Secret(b)
	return nil
}
