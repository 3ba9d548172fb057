package api

import (
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"vantage/internal/hint"
)

// Span is a time span as the configuration writes it: "500ms", "5s".
type Span time.Duration

// MarshalText writes the span.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText reads a span.
func (s *Span) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	if err != nil {
		return hint.New(fmt.Errorf("%q is not a span of time", b), "write a number with a unit, such as 500ms or 5s")
	}
	*s = Span(d)
	return nil
}

// Schema implements [huma.SchemaProvider].
func (Span) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^([0-9.]+(ms|s|m))+$`, MaxLength: new(16)}
}

var _ huma.SchemaProvider = Span(0)

// within returns the span, or otherwise when none was given; one outside the bounds is a problem at the field.
func (s Span) within(field string, otherwise, low, high time.Duration) (time.Duration, error) {
	d := time.Duration(s)
	if d == 0 {
		return otherwise, nil
	}
	if d < low || d > high {
		return 0, invalid(field, fmt.Sprintf("%v is out of range", d), fmt.Sprintf("use %v to %v", low, high))
	}
	return d, nil
}
