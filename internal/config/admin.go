package config

// Admin is the listener of metrics and profiles.
type Admin struct {
	// Listen is HOST:PORT of /metrics, /healthz, /readyz and /debug/pprof; empty is off. Default "127.0.0.1:9090".
	Listen string `yaml:"listen"`
}

// Validate reports a listen address that is none.
func (a Admin) Validate() error { return checkListen("listen", a.Listen, true) }
