package rtc

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// DefaultPort is the UDP and TCP port of WebRTC media.
const DefaultPort = 8189

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

	// Username and Credential are for turn: URLs.
	Username   string `yaml:"username"`
	Credential string `yaml:"credential"`
}

// Default returns the configuration with every default filled in.
func Default() Config {
	port := ":" + strconv.Itoa(DefaultPort)
	return Config{UDPListen: port, TCPListen: port}
}

// Validate reports all mistakes at once; each names its field.
func (c Config) Validate() error {
	var errs []error
	if err := checkListen(c.UDPListen); err != nil {
		errs = append(errs, fmt.Errorf("udp_listen: %w", err))
	}
	if c.TCPListen != "" {
		if err := checkListen(c.TCPListen); err != nil {
			errs = append(errs, fmt.Errorf("tcp_listen: %w", err))
		}
	}
	for i, a := range c.PublicAddresses {
		if a == "" || strings.ContainsAny(a, " /\"\r\n") || strings.Count(a, ":") == 1 {
			errs = append(errs, fmt.Errorf("public_addresses[%d]: %q: want an IP address or a host name, without a port", i, a))
		}
	}
	for i, s := range c.ICEServers {
		if err := s.validate(); err != nil {
			errs = append(errs, fmt.Errorf("ice_servers[%d]: %w", i, err))
		}
	}
	return errors.Join(errs...)
}

func (s ICEServer) validate() error {
	scheme, rest, _ := strings.Cut(s.URL, ":")
	switch {
	case strings.ContainsAny(s.URL+s.Username+s.Credential, "\"\\<>\r\n") || rest == "":
		return fmt.Errorf("url %q: want stun:HOST:PORT or turn:HOST:PORT", s.URL)
	case scheme == "stun" || scheme == "stuns":
		return nil
	case scheme != "turn" && scheme != "turns":
		return fmt.Errorf("url %q: want the scheme stun, stuns, turn or turns", s.URL)
	case s.Username == "" || s.Credential == "":
		return fmt.Errorf("url %q: a TURN server needs username and credential", s.URL)
	default:
		return nil
	}
}

func checkListen(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%q: want HOST:PORT or :PORT", addr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q: port %q is not in 0..65535", addr, port)
	}
	return nil
}
