package ingest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"vantage/internal/hint"
)

// Config says where a stream comes from. An empty URL waits for a publisher (RTSP RECORD or WHIP).
type Config struct {
	// URL of the source: rtsp://, rtsps://, file://, synth://, or empty to wait for a publisher. Default empty.
	URL string `yaml:"url" config:"url"`

	// Transport of RTSP media: auto (UDP, then TCP), udp, tcp. Default auto.
	Transport string `yaml:"transport"`

	// Fingerprint is the SHA-256 of the camera's certificate in hex, for rtsps:// with a self-signed one. Default empty.
	Fingerprint string `yaml:"fingerprint"`

	// OnDemand connects only while somebody watches. Default false.
	OnDemand bool `yaml:"on_demand"`

	// Linger keeps an on-demand source connected after the last viewer left, 0s to 1h. Default 10s.
	Linger time.Duration `yaml:"linger"`

	// StallAfter is how long nothing may arrive before the source is called stalled and reconnected, 500ms to 1m. Default 2.5s.
	StallAfter time.Duration `yaml:"stall_after"`
}

// The schemes that Config.URL may have, and the values of Config.Transport.
var (
	schemes    = []string{"rtsp", "rtsps", "file", "synth"}
	transports = []string{"auto", "udp", "tcp"}
)

// Default returns the configuration of a source that sets nothing: it waits for a publisher.
func Default() Config {
	return Config{Transport: "auto", Linger: 10 * time.Second, StallAfter: 2500 * time.Millisecond}
}

// Validate reports every field that cannot work, each with its remedy and none with the address in it.
func (c Config) Validate() error {
	var errs []error
	bad := func(remedy, format string, args ...any) {
		errs = append(errs, hint.New(fmt.Errorf(format, args...), remedy))
	}
	if c.URL != "" {
		scheme, rest, ok := strings.Cut(c.URL, "://")
		switch {
		case !ok:
			bad("write scheme://host/path, such as rtsp://192.0.2.7/stream1", "url: has no scheme")
		case !slices.Contains(schemes, scheme):
			bad("use "+strings.Join(schemes, ", "), "url: scheme %q is not known", scheme)
		case rest == "" || strings.HasPrefix(scheme, "rtsp") && strings.HasPrefix(rest, "/"):
			bad("write "+scheme+"://host/path", "url: has no host")
		}
	}
	if !slices.Contains(transports, c.Transport) {
		bad("use "+strings.Join(transports, ", "), "transport: %q is not known", c.Transport)
	}
	if c.Fingerprint != "" {
		if sum, err := hex.DecodeString(strings.ReplaceAll(c.Fingerprint, ":", "")); err != nil || len(sum) != 32 {
			bad("write its 64 hex digits; 'vantage stream probe URL' shows them", "fingerprint: is no SHA-256")
		}
		if c.URL != "" && !strings.HasPrefix(c.URL, "rtsps://") {
			bad("use an rtsps:// URL, or remove the fingerprint", "fingerprint: only rtsps:// has a certificate")
		}
	}
	if c.Linger < 0 || c.Linger > time.Hour {
		bad("use 0s to 1h", "linger: %v is out of range", c.Linger)
	}
	if c.StallAfter < 500*time.Millisecond || c.StallAfter > time.Minute {
		bad("use 500ms to 1m", "stall_after: %v is out of range", c.StallAfter)
	}
	return errors.Join(errs...)
}
