package rtc

import (
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
	for name, tc := range map[string]struct {
		change func(*Config)
		want   []string // parts of the error; none: valid
	}{
		"no ICE-TCP":                  {func(c *Config) { c.TCPListen = "" }, nil},
		"an address of one interface": {func(c *Config) { c.UDPListen = "192.0.2.1:1234" }, nil},
		"public addresses":            {func(c *Config) { c.PublicAddresses = []string{"203.0.113.7", "2001:db8::7", "cam.example"} }, nil},
		"a STUN and a TURN server": {func(c *Config) {
			c.ICEServers = []ICEServer{{URL: "stun:stun.example:3478"}, {URL: "turn:t.example?transport=udp", Username: "u", Credential: "c"}}
		}, nil},
		"all mistakes are told at once": {func(c *Config) {
			c.UDPListen, c.TCPListen = "", "host:99999"
			c.PublicAddresses = []string{"a.example:8189"}
			c.ICEServers = []ICEServer{{URL: "http://x"}, {URL: "turn:x"}, {URL: "stun:"}, {URL: "stun:a>b"}}
		}, []string{
			"udp_listen", "tcp_listen", "public_addresses[0]", "ice_servers[0]", "ice_servers[1]", "username and credential", "ice_servers[2]", "ice_servers[3]",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := Default()
			tc.change(&c)
			err := c.Validate()
			if (err == nil) != (len(tc.want) == 0) {
				t.Fatalf("got %v", err)
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("got %v, want %q in it", err, w)
				}
			}
		})
	}
}
