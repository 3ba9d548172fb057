package config

// RTSP is the server that cameras publish to and players play from.
type RTSP struct {
	// Listen is HOST:PORT; empty is off. Default "127.0.0.1:8554".
	Listen string `yaml:"listen"`
}

// Validate reports a listen address that is none.
func (r RTSP) Validate() error { return checkListen("listen", r.Listen, true) }
