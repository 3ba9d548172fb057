package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Tokens of the hostile tests' server.
const (
	playToken    = "the-players-token"
	publishToken = "the-publishers-token"
)

// playOffer is what a browser that receives H.264 sends, as far as it matters here.
const playOffer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n" +
	"a=mid:0\r\na=recvonly\r\na=rtcp-mux\r\na=rtpmap:96 H264/90000\r\n" +
	"a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n" +
	"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n" +
	"a=fingerprint:sha-256 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00\r\n"

// guarded is a server whose stream "cam" needs tokens.
func guarded(t *testing.T) *server {
	t.Helper()
	camera := newRTSPCamera(t, makeClip(t, 640, 360))
	s := serve(t, fmt.Sprintf(`auth:
  play: [{token: %s}]
  publish: [{token: %s}]
streams:
  cam: {source: {url: %q, transport: tcp}}
`, playToken, publishToken, camera.url()))
	s.live(t, "cam")
	return s
}

// attack is a request that must be refused in words.
type attack struct {
	method, path string
	header       map[string]string // over Content-Type application/sdp and the player's token
	body         string
	status       int
	detail, hint string // parts of what is answered
}

func (a attack) run(t *testing.T, s *server) {
	t.Helper()
	host := strings.TrimPrefix(s.HTTP, "http://")
	c, err := net.DialTimeout("tcp", host, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(15 * time.Second))
	header := map[string]string{"Host": host, "Content-Type": "application/sdp", "Authorization": "Bearer " + playToken, "Connection": "close"}
	for k, v := range a.header {
		header[k] = v
	}
	// Written by hand: a client library would clean the path.
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nContent-Length: %d\r\n", a.method, a.path, len(a.body))
	for k, v := range header {
		if v != "" {
			fmt.Fprintf(&out, "%s: %s\r\n", k, v)
		}
	}
	out.WriteString("\r\n" + a.body)
	go func() { _, _ = c.Write(out.Bytes()) }() // who does not read a body to its end closes early
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != a.status {
		t.Fatalf("got %s, want %d: %.300s", resp.Status, a.status, body)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "application/problem+json" {
		t.Fatalf("Content-Type %q: %.300s", kind, body)
	}
	var p struct {
		Title, Detail, Hint string
		Status              int
	}
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("%v: %.300s", err, body)
	}
	if p.Status != a.status || p.Title == "" || !strings.Contains(p.Detail, a.detail) || !strings.Contains(p.Hint, a.hint) || p.Detail == "" || p.Hint == "" {
		t.Errorf("got %+v, want a detail with %q and a hint with %q", p, a.detail, a.hint)
	}
}

// attacks are what a stranger may try on the public listener.
func attacks() map[string]attack {
	const sdp, names = "application/sdp", "a-z, 0-9"
	longName := strings.Repeat("a", 3000)
	asJSON := map[string]string{"Content-Type": "application/json", "Authorization": ""}
	with := func(extra ...string) map[string]string {
		m := map[string]string{"Content-Type": "application/json", "Authorization": ""}
		for i := 0; i < len(extra); i += 2 {
			m[extra[i]] = extra[i+1]
		}
		return m
	}
	token := func(v string) map[string]string { return map[string]string{"Authorization": v} }
	all := map[string]attack{
		"an offer that is no SDP":             {"POST", "/whep/cam", nil, "v=nonsense", 400, "no SDP", "offer"},
		"an offer of zeros":                   {"POST", "/whep/cam", nil, strings.Repeat("\x00", 2000), 400, "no SDP", "offer"},
		"an offer cut short":                  {"POST", "/whep/cam", nil, playOffer[:90], 422, "ICE", "offer"},
		"an empty offer":                      {"POST", "/whep/cam", nil, "", 400, "empty", "offer"},
		"an offer of a megabyte":              {"POST", "/whep/cam", nil, strings.Repeat("a=x\r\n", 200_000), 413, "65536 bytes", "65536"},
		"an offer as text":                    {"POST", "/whep/cam", map[string]string{"Content-Type": "text/plain"}, playOffer, 415, "text/plain", sdp},
		"an offer without a type":             {"POST", "/whep/cam", map[string]string{"Content-Type": ""}, playOffer, 415, "Content-Type", sdp},
		"an unknown stream":                   {"POST", "/whep/nobody", nil, playOffer, 404, "no such stream", "/v1/streams"},
		"an unknown rendition":                {"POST", "/whep/cam?rendition=4k", nil, playOffer, 404, "no such rendition", "source, roi, uniform"},
		"an unknown session":                  {"DELETE", "/whep/cam/none", nil, "", 404, "no such session", "POST"},
		"playing without a token":             {"POST", "/whep/cam", token(""), playOffer, 401, "credentials", "Bearer"},
		"playing with a wrong token":          {"POST", "/whep/cam", token("Bearer wrong"), playOffer, 401, "credentials", "Bearer"},
		"playing with the publishers' token":  {"POST", "/whep/cam", token("Bearer " + publishToken), playOffer, 401, "credentials", "Bearer"},
		"playing with a token of a megabyte":  {"POST", "/whep/cam", token("Bearer " + strings.Repeat("a", 8000)), playOffer, 401, "credentials", "Bearer"},
		"playing with a token in the query":   {"POST", "/whep/cam?token=" + playToken, token(""), playOffer, 401, "credentials", "Bearer"},
		"publishing with the players' token":  {"POST", "/whip/new", nil, strings.Replace(playOffer, "recvonly", "sendonly", 1), 401, "credentials", "Bearer"},
		"publishing a name with a slash":      {"POST", "/whip/a%2fb", token("Bearer " + publishToken), playOffer, 404, "names no stream", names},
		"a name that climbs":                  {"POST", "/whep/..%2f..%2fetc", nil, playOffer, 404, "names no stream", names},
		"a name of two points":                {"POST", "/whep/%2e%2e", nil, playOffer, 404, "names no stream", names},
		"a name with NUL":                     {"POST", "/whep/cam%00", nil, playOffer, 404, "names no stream", names},
		"a name of 3000 letters":              {"POST", "/whep/" + longName, nil, playOffer, 404, "names no stream", names},
		"a name in capitals":                  {"POST", "/whep/CAM", nil, playOffer, 404, "names no stream", names},
		"no name":                             {"POST", "/whep/", nil, playOffer, 404, "names no stream", names},
		"an operation that is not there":      {"GET", "/v1/nowhere", asJSON, "", 404, "nothing under this path", "/docs"},
		"a method that is not there":          {"PATCH", "/v1/streams/cam", asJSON, "", 405, "PATCH", "GET"},
		"a stream's name of points":           {"GET", "/v1/streams/%2e%2e", asJSON, "", 422, "no stream name", names},
		"a stream's name with NUL":            {"GET", "/v1/streams/%00", asJSON, "", 422, "no stream name", names},
		"a stream of broken JSON":             {"POST", "/v1/streams", asJSON, `{"name":`, 400, "not JSON", "object"},
		"a stream of deep JSON":               {"POST", "/v1/streams", asJSON, strings.Repeat("[", 60_000), 400, "not", "object"},
		"a stream as a form":                  {"POST", "/v1/streams", with("Content-Type", "application/x-www-form-urlencoded"), `{"name":"x"}`, 415, "x-www-form", "application/json"},
		"a stream with an unknown key":        {"POST", "/v1/streams", asJSON, `{"name":"x","source":{"urll":"rtsp://a/b"}}`, 422, `"urll"`, `"url"`},
		"a stream that is configured":         {"PUT", "/v1/streams/cam", asJSON, `{"source":{"url":"rtsp://a/b"}}`, 409, "exists", "configuration file"},
		"a stream of a megabyte":              {"POST", "/v1/streams", asJSON, `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "bytes", "at most"},
		"a probe of broken JSON":              {"POST", "/v1/probe", asJSON, `[[[[`, 400, "", "/docs"},
		"a probe of a file":                   {"POST", "/v1/probe", asJSON, `{"url":"file:///etc/passwd"}`, 422, "no RTSP address", "rtsp://"},
		"profiles of a file":                  {"POST", "/v1/discover/profiles", asJSON, `{"xaddr":"file:///etc/passwd"}`, 422, "no HTTP address", "discover"},
		"administration for a proxy's client": {"POST", "/v1/streams", with("X-Forwarded-For", "127.0.0.1"), `{"name":"x"}`, 403, "this machine only", "admin_token"},
		"administration as RFC 7239 forwards": {"DELETE", "/v1/streams/cam", with("Forwarded", "for=127.0.0.1"), "", 403, "this machine only", "admin_token"},
		"administration under another name":   {"POST", "/v1/reload", with("Host", "evil.example"), "", 403, "this machine only", "admin_token"},
		"administration under a likeness":     {"POST", "/v1/reload", with("Host", "127.0.0.1.evil.example"), "", 403, "this machine only", "admin_token"},
		"administration from another's page":  {"POST", "/v1/reload", with("Origin", "https://evil.example"), "", 403, "this machine only", "admin_token"},
		"administration from a sandbox":       {"POST", "/v1/reload", with("Origin", "null"), "", 403, "this machine only", "admin_token"},
	}
	return all
}

// TestStrangersAreRefusedInWordsAndDisturbNobody is acceptance 6 of the public listener.
func TestStrangersAreRefusedInWordsAndDisturbNobody(t *testing.T) {
	s := guarded(t)
	s.token = playToken
	other := s.watch(t, "cam")
	round := func() {
		for name, a := range attacks() {
			t.Run(name, func(t *testing.T) { a.run(t, s) })
		}
	}
	round() // pools and the runtime have settled
	goroutines, fds := s.goroutines(t), descriptors(t, s.pid)
	other.fresh()
	for range 3 {
		round()
	}
	other.steady(t, "strangers were refused")
	const slack = 4 // a timer or a retry under way
	until(t, 10*time.Second, "goroutines and descriptors at the baseline", func() error {
		if g, f := s.goroutines(t), descriptors(t, s.pid); g > goroutines+slack || f > fds+slack {
			return fmt.Errorf("%d goroutines and %d descriptors, at first %d and %d", g, f, goroutines, fds)
		}
		return nil
	})
}

// headerTime is how long a request's header may take, with some patience.
const headerTime = 10*time.Second + 3*time.Second

func TestAHeaderThatNeverEndsIsCut(t *testing.T) {
	s := serve(t, "")
	before := descriptors(t, s.pid)
	var conns []net.Conn
	for range 50 {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.HTTP, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	var got struct{ Version string }
	if err := s.get("/v1/version", &got); err != nil {
		t.Errorf("meanwhile: %v", err)
	}
	start := time.Now()
	for _, c := range conns {
		_ = c.SetReadDeadline(start.Add(headerTime))
		if _, err := io.ReadAll(c); err != nil {
			t.Fatalf("after %v: %v, want the connection closed", time.Since(start).Round(time.Millisecond), err)
		}
	}
	until(t, 5*time.Second, "descriptors at the baseline", func() error {
		if n := descriptors(t, s.pid); n > before+4 {
			return fmt.Errorf("%d, at first %d", n, before)
		}
		return nil
	})
}

func TestABadConfigurationIsToldAllAtOnceWithLineAndNearestKey(t *testing.T) {
	need(t)
	file := filepath.Join(t.TempDir(), "vantage.yaml")
	text := `htp: {listen: "127.0.0.1:1"}
shutdown_timeout: 1h
streams:
  Bad Name: {source: {url: "rtsp://a/b"}}
  cam:
    source: {url: "rtsp://a/b", transprt: tcp}
    roi: {detector: eyes}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(binary, "serve", "-c", file).CombinedOutput()
	if code := exitCode(err); code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	for _, want := range []string{
		`vantage.yaml:1: unknown key "htp"`, `did you mean "http"?`, `vantage.yaml:2: shutdown_timeout: 1h is out of range`, "use 1s to 5m",
		`vantage.yaml:4: streams.Bad Name`, `vantage.yaml:6: streams.cam.source: unknown key "transprt"`, `did you mean "transport"?`,
		`vantage.yaml:7: streams.cam.roi.detector: "eyes" is not known`, "saliency, motion, none",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for name, text := range map[string]string{"tabs": "streams:\n\tcam: {}\n", "an anchor bomb": "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "binary": "\x00\xff\xfe\x01", "a list": "- 1\n- 2\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(binary, "serve", "-c", file).CombinedOutput()
		if code := exitCode(err); code != 2 || !strings.Contains(string(out), "vantage.yaml:") {
			t.Errorf("%s: exit code %d, want 2 and the line: %s", name, code, out)
		}
	}
}
