package onvif

import (
	"net/netip"
	"net/url"
	"strings"

	"vantage/internal/redact"
)

// reachable returns the address of a service as it can be reached from here, or nil when it is none. Behind a port
// forwarding, and with several networks, a camera tells an address of its own side: then host and port are those at which we
// reached it. A relative address and a missing host, which some firmware sends, are mended the same way.
func (c *Client) reachable(xaddr string) *url.URL {
	return mendHTTP(xaddr, c.base)
}

func mendHTTP(xaddr string, reached *url.URL) *url.URL {
	u, err := url.Parse(strings.TrimSpace(xaddr))
	if err != nil || xaddr == "" || u.Opaque != "" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	u.User, u.Fragment = nil, ""
	if !strings.EqualFold(u.Hostname(), reached.Hostname()) || u.Scheme == "" {
		u.Scheme, u.Host = reached.Scheme, reached.Host
	}
	return u
}

// mendStream returns the address of a stream as it can be reached from here. A recorder may rightly name another host, a
// camera on its network; so an address beside the one we reached is kept, and any other gets the host we reached. The
// port is kept: RTSP has its own.
func mendStream(uri string, reached *url.URL) string {
	u, err := url.Parse(strings.TrimSpace(uri))
	if err != nil || u.Scheme != "rtsp" && u.Scheme != "rtsps" {
		return ""
	}
	u.User = nil // Dahua puts its own password here
	if neighbours(u.Hostname(), reached.Hostname()) {
		return u.String()
	}
	u.Host = hostPort(reached.Hostname(), u.Port())
	return u.String()
}

// hostPort joins a host and a port, which may be "".
func hostPort(host, port string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" {
		host += ":" + port
	}
	return host
}

// neighbours reports whether both are usable addresses of one network: the first 24 bits (IPv4) or 64 (IPv6) are the same.
func neighbours(a, b string) bool {
	x, errX := netip.ParseAddr(a)
	y, errY := netip.ParseAddr(b)
	if errX != nil || errY != nil {
		return strings.EqualFold(a, b)
	}
	if x == y {
		return true
	}
	bits := 64
	if x.Is4() {
		bits = 24
	}
	if x.Is4() != y.Is4() || x.IsUnspecified() || x.IsLoopback() || x.IsLinkLocalUnicast() {
		return false
	}
	px, _ := x.WithZone("").Prefix(bits)
	return px.Contains(y.WithZone(""))
}

// WithCredentials puts user name and password into a stream's address, escaped as they must be. It returns "" for what is no
// address. The result is a secret.
func WithCredentials(uri, username string, password redact.Secret) string {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" {
		return ""
	}
	u.User = nil
	if username != "" {
		u.User = url.UserPassword(username, password.Reveal())
	}
	return u.String()
}
