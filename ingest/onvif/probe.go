package onvif

import (
	"encoding/xml"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// The limits on what a probe's answer may hold.
const (
	maxMatches   = 16
	maxXAddrs    = 8
	maxScopes    = 128
	maxNameRunes = 100
)

// probeTypes are what cameras call themselves. One that knows only the older or only the newer name stays silent when asked
// by the other, so both are asked for, each in its own probe.
var probeTypes = [...]struct{ namespace, name string }{
	{"http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter"},
	{nsDevice, "Device"},
}

// probe writes a Probe (WS-Discovery §5.2). id is a UUID.
func probe(id, namespace, typ string) []byte {
	return []byte(xml.Header + `<s:Envelope xmlns:s="` + nsSOAP + `" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"` +
		` xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:t="` + namespace + `"><s:Header>` +
		`<a:MessageID>urn:uuid:` + id + `</a:MessageID>` +
		`<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>` +
		`<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>` +
		`<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>` +
		`</s:Header><s:Body><d:Probe><d:Types>t:` + typ + `</d:Types></d:Probe></s:Body></s:Envelope>`)
}

type probeMatchesXML struct {
	XMLName   xml.Name `xml:"Envelope"`
	RelatesTo string   `xml:"Header>RelatesTo"`
	Matches   []struct {
		Endpoint string `xml:"EndpointReference>Address"`
		Types    string `xml:"Types"`
		Scopes   string `xml:"Scopes"`
		XAddrs   string `xml:"XAddrs"`
	} `xml:"Body>ProbeMatches>ProbeMatch"`
}

// match is a camera and the endpoint reference that it is known by over time.
type match struct {
	Camera
	endpoint string
}

// parseMatches reads a datagram that came from an address. ids are the UUIDs of our probes: an answer to somebody else's is
// refused, one that does not say what it answers to is taken, for some cameras leave that out.
func parseMatches(b []byte, from netip.Addr, ids []string) ([]match, error) {
	if len(b) > MaxDatagramBytes {
		return nil, errTooLarge
	}
	var env probeMatchesXML
	if err := decodeXML(b, &env); err != nil {
		return nil, err
	}
	if relates := strings.ToLower(strings.TrimSpace(env.RelatesTo)); relates != "" && !slices.ContainsFunc(ids, func(id string) bool {
		return strings.HasSuffix(relates, id) // "urn:uuid:…", "uuid:…" or bare
	}) {
		return nil, fmt.Errorf("answer to another probe")
	}
	var out []match
	for _, m := range env.Matches[:min(len(env.Matches), maxMatches)] {
		cam := Camera{Address: from.Unmap().WithZone("").String(), XAddrs: usableXAddrs(strings.Fields(m.XAddrs), from.Unmap())}
		if len(cam.XAddrs) == 0 {
			continue
		}
		cam.readScopes(strings.Fields(m.Scopes))
		out = append(out, match{cam, strings.ToLower(strings.TrimSpace(m.Endpoint))})
	}
	return out, nil
}

// readScopes takes what a camera tells of itself (ONVIF Core §7.3.2.2): onvif://www.onvif.org/name/Gate%20North.
func (c *Camera) readScopes(scopes []string) {
	for _, scope := range scopes[:min(len(scopes), maxScopes)] {
		path, ok := strings.CutPrefix(scope, "onvif://www.onvif.org/")
		if !ok {
			continue
		}
		key, value, _ := strings.Cut(path, "/")
		plain, err := url.PathUnescape(value)
		if err != nil {
			plain = value
		}
		plain = clean(plain)
		if plain == "" {
			continue
		}
		switch strings.ToLower(key) {
		case "name":
			c.Name = plain
		case "hardware":
			c.Hardware = plain
		case "location":
			if c.Location == "" { // several, from city to room; the first is the one that people set
				c.Location = plain
			}
		case "profile":
			if !slices.Contains(c.Profiles, plain) {
				c.Profiles = append(c.Profiles, plain)
			}
		}
	}
	if c.Name == "" {
		c.Name = c.Hardware
	}
	if c.Name == "" {
		c.Name = c.Address
	}
}

// clean makes a camera's words fit to show: no control characters, valid UTF-8, bounded.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > maxNameRunes {
		s = string(r[:maxNameRunes])
	}
	return strings.TrimSpace(s)
}

// usableXAddrs orders a camera's addresses: those at the address that answered first, then the others, link-local ones last. When
// none is at the address that answered, because the camera is behind a translation or was moved to another network, the
// first one is put there.
func usableXAddrs(xaddrs []string, from netip.Addr) []string {
	from = from.WithZone("")
	var first, other, last []string
	for _, x := range xaddrs {
		u, err := url.Parse(x)
		if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" || u.Opaque != "" {
			continue
		}
		u.User, u.Fragment = nil, ""
		if u.Scheme == "" {
			u.Scheme = "http"
		}
		if u.Hostname() == "" {
			u.Host = hostPort(from.String(), u.Port())
		}
		addr, err := netip.ParseAddr(u.Hostname())
		switch {
		case err == nil && addr.WithZone("") == from:
			first = append(first, u.String())
		case err == nil && (addr.IsLinkLocalUnicast() || addr.IsUnspecified() || addr.IsLoopback()):
			last = append(last, u.String())
		default:
			other = append(other, u.String())
		}
	}
	if all := append(other, last...); len(first) == 0 && len(all) > 0 {
		u, _ := url.Parse(all[0])
		u.Host = hostPort(from.String(), u.Port())
		first = append(first, u.String())
	}
	list := append(append(first, other...), last...)
	var unique []string
	for _, x := range list {
		if !slices.Contains(unique, x) && len(unique) < maxXAddrs {
			unique = append(unique, x)
		}
	}
	return unique
}
