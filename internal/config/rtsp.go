package config

import "errors"

// RTSP is the server that cameras publish to and players play from.
type RTSP struct {
	// Listen is HOST:PORT; empty is off. Default "127.0.0.1:8554".
	Listen string `yaml:"listen"`

	// UDPListen is HOST:PORT of media over UDP, with an even port; control packets use the port after it. Empty allows media only
	// inside the TCP connection. Default "127.0.0.1:8000".
	UDPListen string `yaml:"udp_listen"`
}

// Validate reports listen addresses that are none.
func (r RTSP) Validate() error {
	return errors.Join(checkListen("listen", r.Listen, true), checkListen("udp_listen", r.UDPListen, true))
}
