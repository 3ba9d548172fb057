package rtc

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"vantage/internal/hint"
)

// Config is how WebRTC peers reach us.
type Config struct {
	// UDPListen is the one UDP port of all WebRTC media. Default ":8189".
	UDPListen string `yaml:"udp_listen"`

	// TCPListen is the ICE-TCP port for networks that block UDP (RFC 6544); empty is off. Default ":8189".
	TCPListen string `yaml:"tcp_listen"`

	// PublicAddresses are IPs or host names to advertise beside the local ones: behind NAT, the public address. Default none.
	PublicAddresses []string `yaml:"public_addresses"`

	// ICEServers are handed to WHIP and WHEP clients in Link headers: stun: and turn: URLs. Default none.
	ICEServers []ICEServer `yaml:"ice_servers"`
}

// ICEServer is a STUN or TURN server for clients (RFC 9725 §4.6).
type ICEServer struct {
	// URL is stun:host:port or turn:host:port?transport=udp.
	URL string `yaml:"url"`

	// Username is for turn: URLs.
	Username string `yaml:"username"`

	// Credential is the password for turn: URLs. Clients are handed it, so it should be good for little else.
	Credential string `yaml:"credential" config:"secret"`
}

// Default returns the configuration that reaches peers on every address of the machine.
func Default() Config { return Config{UDPListen: ":8189", TCPListen: ":8189"} }

// Validate reports every field that cannot work, each with its remedy.
func (c Config) Validate() error {
	var errs []error
	bad := func(remedy, format string, args ...any) {
		errs = append(errs, hint.New(fmt.Errorf(format, args...), remedy))
	}
	for _, l := range [...]struct{ name, addr string }{{"udp_listen", c.UDPListen}, {"tcp_listen", c.TCPListen}} {
		if l.addr == "" && l.name == "tcp_listen" {
			continue
		}
		_, port, err := net.SplitHostPort(l.addr)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		if err != nil {
			bad(`write HOST:PORT, or ":8189" for every address of the machine`, "%s: %q is no address", l.name, l.addr)
		}
	}
	for i, a := range c.PublicAddresses {
		if a == "" || strings.ContainsAny(a, "/ @") || strings.Contains(a, "]:") {
			bad("write an IP address or a host name, without scheme and port", "public_addresses[%d]: %q is no address", i, a)
		}
	}
	for i, s := range c.ICEServers {
		scheme, rest, _ := strings.Cut(s.URL, ":")
		switch {
		case scheme != "stun" && scheme != "stuns" && scheme != "turn" && scheme != "turns", rest == "":
			bad("write stun:host:port or turn:host:port?transport=udp", "ice_servers[%d].url: %q is no server", i, s.URL)
		case strings.HasPrefix(scheme, "turn") && (s.Username == "" || s.Credential == ""):
			bad("give username and credential", "ice_servers[%d].url: a TURN server wants both a user name and a credential", i)
		}
	}
	return errors.Join(errs...)
}
