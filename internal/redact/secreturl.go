package redact

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"vantage/internal/hint"
)

// SecretURL is an address that may carry credentials. It is redacted by [URL] wherever it is printed with any verb,
// logged or marshalled. Unmarshalling reads the true value.
type SecretURL string

// Reveal returns the true value.
func (u SecretURL) Reveal() string { return string(u) }

// String returns the redacted address.
func (u SecretURL) String() string { return URL(string(u)) }

// Format implements [fmt.Formatter], because a wrong verb would print the underlying string.
func (u SecretURL) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), u.String())
}

// LogValue implements [slog.LogValuer].
func (u SecretURL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText writes the redacted address; JSON and YAML use it.
func (u SecretURL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads the true value.
func (u *SecretURL) UnmarshalText(b []byte) error {
	*u = SecretURL(b)
	return nil
}

// Parse parses the true value. Unlike that of [url.Parse] its error shows the address redacted.
func (u SecretURL) Parse() (*url.URL, error) {
	p, err := url.Parse(string(u))
	if err == nil {
		return p, nil
	}
	// The inner error may quote the password as a port number or an escape; only its kind is told.
	reason := "is not a URL"
	if _, ok := errors.AsType[url.EscapeError](err); ok {
		reason = "has an invalid %-escape"
	}
	return nil, hint.New(fmt.Errorf("address %s %s", u, reason),
		"write scheme://user:password@host/path and percent-encode characters such as / ? # @ : % in the password")
}
