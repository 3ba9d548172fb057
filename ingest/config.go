package ingest

import "time"

// Config says where a stream comes from. An empty URL waits for a publisher (RTSP RECORD or WHIP).
type Config struct {
	// URL of the source: rtsp://, rtsps://, file://, synth://, or empty to wait for a publisher. Default empty.
	URL string `yaml:"url"`

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
