package onvif

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// axisMatch is as an Axis camera answers: prefixes of its own, several addresses, location in two scopes.
const axisMatch = `<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">
<SOAP-ENV:Header><wsa:RelatesTo>urn:uuid:0A64D3F1-0000-4000-8000-000000000001</wsa:RelatesTo></SOAP-ENV:Header>
<SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:A1</wsa:Address></wsa:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>
<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/Profile/T onvif://www.onvif.org/name/AXIS%20M3106 onvif://www.onvif.org/hardware/M3106 onvif://www.onvif.org/location/yard onvif://www.onvif.org/location/country/x</d:Scopes>
<d:XAddrs>http://169.254.3.4/onvif/device_service http://[fe80::1]/onvif/device_service http://192.0.2.61/onvif/device_service ftp://192.0.2.61/ http://192.0.2.61/onvif/device_service</d:XAddrs>
</d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`

var probeIDs = []string{"0a64d3f1-0000-4000-8000-000000000001"}

func TestParseMatches(t *testing.T) {
	from := netip.MustParseAddr("192.0.2.61")
	got, err := parseMatches([]byte(axisMatch), from, probeIDs)
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
	c := got[0].Camera
	if c.Name != "AXIS M3106" || c.Hardware != "M3106" || c.Location != "yard" || !slices.Equal(c.Profiles, []string{"Streaming", "T"}) || got[0].endpoint != "urn:uuid:a1" {
		t.Errorf("camera %+v", got[0])
	}
	want := []string{"http://192.0.2.61/onvif/device_service", "http://169.254.3.4/onvif/device_service", "http://[fe80::1]/onvif/device_service"}
	if !slices.Equal(c.XAddrs, want) {
		t.Errorf("addresses %v, want %v", c.XAddrs, want)
	}
	for name, b := range map[string]string{
		"an answer to another probe": strings.Replace(axisMatch, "0A64D3F1", "11111111", 1),
		"a document type":            `<!DOCTYPE a []>` + axisMatch,
		"cut short":                  axisMatch[:len(axisMatch)/2],
		"nested without end":         strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1),
		"too many elements":          "<Envelope>" + strings.Repeat("<a/>", maxElements+1) + "</Envelope>",
		"another character set":      `<?xml version="1.0" encoding="gb2312"?><Envelope/>`,
	} {
		if got, err := parseMatches([]byte(b), from, probeIDs); err == nil {
			t.Errorf("%s: got %v", name, got)
		}
	}
	t.Run("a camera without any scopes goes by its address", func(t *testing.T) {
		b := axisMatch[:strings.Index(axisMatch, "<d:Scopes>")] + axisMatch[strings.Index(axisMatch, "<d:XAddrs>"):]
		got, err := parseMatches([]byte(b), from, probeIDs)
		if err != nil || len(got) != 1 || got[0].Name != "192.0.2.61" {
			t.Errorf("got %v, %v", got, err)
		}
	})
	t.Run("Latin-1 is understood", func(t *testing.T) {
		b := strings.Replace(axisMatch, "UTF-8", "ISO-8859-1", 1)
		b = strings.Replace(b, "AXIS%20M3106", "Stra\xdfe", 1)
		got, err := parseMatches([]byte(b), from, probeIDs)
		if err != nil || got[0].Name != "Straße" {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestUsableXAddrs(t *testing.T) {
	for name, tc := range map[string]struct {
		from, in string
		want     []string
	}{
		"a relative address":                    {"192.0.2.7", "/onvif/device_service", []string{"http://192.0.2.7/onvif/device_service"}},
		"behind a translation the port is kept": {"192.0.2.7", "http://10.0.0.5:8000/x", []string{"http://192.0.2.7:8000/x", "http://10.0.0.5:8000/x"}},
		"a host name may be right":              {"192.0.2.7", "https://cam.local/x", []string{"https://192.0.2.7/x", "https://cam.local/x"}},
		"credentials are removed":               {"192.0.2.7", "http://u:p@192.0.2.7/x", []string{"http://192.0.2.7/x"}},
		"an answer over IPv6":                   {"2001:db8::7", "http://[2001:db8::7]/x http://10.0.0.5/x", []string{"http://[2001:db8::7]/x", "http://10.0.0.5/x"}},
		"an address without scheme":             {"192.0.2.7", "//192.0.2.7/x", []string{"http://192.0.2.7/x"}},
		"a port without host":                   {"192.0.2.7", "http://:81/x", []string{"http://192.0.2.7:81/x"}},
		"nothing usable":                        {"192.0.2.7", "ftp://192.0.2.7/ mailto:x http://[::1", nil},
	} {
		if got := usableXAddrs(strings.Fields(tc.in), netip.MustParseAddr(tc.from)); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestMendStream(t *testing.T) {
	for name, tc := range map[string]struct{ reached, in, want string }{
		"the address that we reach":                   {"http://192.0.2.7/", "rtsp://192.0.2.7:554/1", "rtsp://192.0.2.7:554/1"},
		"a camera beside a recorder":                  {"http://192.0.2.7/", "rtsp://192.0.2.20/1", "rtsp://192.0.2.20/1"},
		"an address behind a translation":             {"http://203.0.113.5:8080/", "rtsp://192.168.1.64:554/1?x=1", "rtsp://203.0.113.5:554/1?x=1"},
		"no address at all":                           {"http://192.0.2.7/", "rtsp://0.0.0.0:554/1", "rtsp://192.0.2.7:554/1"},
		"its own loopback":                            {"http://192.0.2.7/", "rtsp://127.0.0.1/1", "rtsp://192.0.2.7/1"},
		"a host name where we went by name":           {"http://cam.example/", "rtsp://192.168.1.64/1", "rtsp://cam.example/1"},
		"IPv6":                                        {"http://[2001:db8::7]/", "rtsp://[fe80::7]:554/1", "rtsp://[2001:db8::7]:554/1"},
		"a password that the camera wrote is dropped": {"http://192.0.2.7/", "rtsp://admin:pw@192.0.2.7/1", "rtsp://192.0.2.7/1"},
		"blanks around it":                            {"http://192.0.2.7/", " rtsp://192.0.2.7/1\n", "rtsp://192.0.2.7/1"},
		"another scheme":                              {"http://192.0.2.7/", "http://192.0.2.7/1", ""},
	} {
		reached, _ := url.Parse(tc.reached)
		if got := mendStream(tc.in, reached); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestDigestIsThatOfTheStandard(t *testing.T) {
	// RFC 7616 §3.9.1, but for the cnonce, which is random: the response is computed again from what was sent.
	c, err := parseChallenges([]string{
		`Basic realm="x"`,
		`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
		`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
	})
	if err != nil || c.algorithm != "SHA-256" || !c.qop || c.realm != "http-auth@example.org" {
		t.Fatalf("challenge %+v, %v", c, err)
	}
	r, _ := http.NewRequest(http.MethodGet, "http://www.example.org/dir/index.html", nil)
	c.authorize(r, "Mufasa", "Circle of Life")
	p := authParams(strings.TrimPrefix(r.Header.Get("Authorization"), "Digest "))
	if p["uri"] != "/dir/index.html" || p["nc"] != "00000001" || p["opaque"] != c.opaque || len(p["response"]) != 64 {
		t.Errorf("authorization %v", p)
	}
	// RFC 2617 §3.5 without quality of protection: the digest of RFC 2069, whose errata give this value.
	old, err := parseChallenges([]string{`Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`})
	if err != nil {
		t.Fatal(err)
	}
	r, _ = http.NewRequest(http.MethodGet, "http://host/dir/index.html", nil)
	old.authorize(r, "Mufasa", "CircleOfLife")
	if p := authParams(strings.TrimPrefix(r.Header.Get("Authorization"), "Digest ")); p["response"] != "1949323746fe6a43ef61f9606e7febea" {
		t.Errorf("response %s", p["response"])
	}
	for _, bad := range []string{`Basic realm="x"`, `Digest realm="x"`, `Digest nonce="x", algorithm=SHA-512-256`, `Digest nonce="x", qop="auth-int"`, ``} {
		if _, err := parseChallenges([]string{bad}); err == nil {
			t.Errorf("%q is answered", bad)
		}
	}
}

func FuzzParseMatches(f *testing.F) {
	f.Add([]byte(axisMatch), uint32(0xC000023D))
	f.Add(probe(probeIDs[0], nsDevice, "Device"), uint32(1))
	f.Fuzz(func(t *testing.T, b []byte, from uint32) {
		addr := netip.AddrFrom4([4]byte{byte(from >> 24), byte(from >> 16), byte(from >> 8), byte(from)})
		matches, err := parseMatches(b, addr, probeIDs)
		if err != nil {
			return
		}
		if len(matches) > maxMatches {
			t.Fatalf("%d matches", len(matches))
		}
		for _, m := range matches {
			if m.Name == "" || m.Address != addr.String() || len(m.XAddrs) == 0 || len(m.XAddrs) > maxXAddrs || len([]rune(m.Name)) > maxNameRunes {
				t.Fatalf("camera %+v", m)
			}
			for _, x := range m.XAddrs {
				u, err := url.Parse(x)
				if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
					t.Fatalf("address %q", x)
				}
			}
		}
	})
}

func FuzzParseAnswer(f *testing.F) {
	wrap := func(body string) []byte {
		return []byte(xml.Header + `<e:Envelope xmlns:e="` + nsSOAP + `"><e:Body>` + body + `</e:Body></e:Envelope>`)
	}
	for _, body := range []string{
		`<a:GetServicesResponse><a:Service><a:Namespace>` + nsMedia + `</a:Namespace><a:XAddr>http://x/y</a:XAddr></a:Service></a:GetServicesResponse>`,
		`<GetCapabilitiesResponse><Capabilities><Media><XAddr>http://x/y</XAddr></Media></Capabilities></GetCapabilitiesResponse>`,
		`<R><SystemDateAndTime><UTCDateTime><Time><Hour>1</Hour></Time><Date><Year>2024</Year></Date></UTCDateTime></SystemDateAndTime></R>`,
		`<R><Profiles token="a"><Name>b</Name><VideoEncoderConfiguration><Encoding>H264</Encoding><Resolution><Width>1</Width></Resolution></VideoEncoderConfiguration></Profiles></R>`,
		`<R><MediaUri><Uri>rtsp://x/1</Uri></MediaUri></R>`,
		`<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>ter:NotAuthorized</e:Value></e:Subcode></e:Code></e:Fault>`,
		`<e:Fault><faultcode>x</faultcode><faultstring>y</faultstring></e:Fault>`, `<R><Model>x</Model></R>`, ``,
	} {
		f.Add(wrap(body))
	}
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><Envelope><Body>&b;</Body></Envelope>`))
	reached, _ := url.Parse("http://192.0.2.7:8080/onvif/device_service")
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.Contains(b, []byte("<!DOCTYPE")) {
			if _, err := parseAnswer[dateTimeXML](b); err == nil && !bytes.Contains(b, []byte("<!--")) && !bytes.Contains(b, []byte("<![CDATA")) &&
				!bytes.Contains(b, []byte("<?")) && !bytes.ContainsAny(b, `"'`) {
				t.Fatal("a document type is taken")
			}
		}
		_, _ = parseAnswer[dateTimeXML](b)
		_, _ = parseAnswer[deviceInformationXML](b)
		if a, err := parseAnswer[servicesXML](b); err == nil {
			for _, s := range a.Service {
				checkMended(t, mendHTTP(s.XAddr, reached))
			}
		}
		if a, err := parseAnswer[capabilitiesXML](b); err == nil {
			checkMended(t, mendHTTP(a.Media, reached))
		}
		_, _ = parseAnswer[profilesXML](b)
		if a, err := parseAnswer[streamURIXML](b); err == nil {
			if uri := mendStream(a.Media+a.Media2, reached); uri != "" {
				u, err := url.Parse(uri)
				if err != nil || u.User != nil || u.Host == "" {
					t.Fatalf("stream %q", uri)
				}
			}
		}
	})
}

// checkMended holds that a camera cannot send us, and the digest of its password, to another host.
func checkMended(t *testing.T, u *url.URL) {
	t.Helper()
	if u != nil && (u.Hostname() != "192.0.2.7" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil) {
		t.Fatalf("service %q", u)
	}
}

func FuzzChallenge(f *testing.F) {
	f.Add(`Digest realm="a\"b", nonce="c", qop="auth,auth-int", algorithm=MD5, opaque=d`, "admin", "pw")
	f.Add(`Digest nonce=x`, `a"b`, "\r\n")
	f.Add(`digest  =,"`, "", "")
	f.Fuzz(func(t *testing.T, header, user, password string) {
		c, err := parseChallenges([]string{header})
		if err != nil {
			return
		}
		r, _ := http.NewRequest(http.MethodPost, "http://192.0.2.7/onvif/device_service", nil)
		const mark = "Zq7!"
		c.authorize(r, user, password+mark)
		got := r.Header.Get("Authorization")
		if strings.ContainsAny(got, "\r\n") {
			t.Fatalf("a header that splits: %q", got)
		}
		if strings.Contains(got, mark) && !strings.ContainsAny(header+user, mark) {
			t.Fatalf("the password shows: %q", got)
		}
	})
}
