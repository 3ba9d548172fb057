package stream_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"vantage/internal/httpx"
	"vantage/internal/rtc"
	"vantage/media"
)

// problem reads a problem+json answer.
func problem(t *testing.T, resp *http.Response, body string) (detail, remedy string) {
	t.Helper()
	if ct := resp.Header.Get("Content-Type"); ct != httpx.ProblemType {
		t.Errorf("content type %q: %s", ct, body)
	}
	var p struct {
		Status       int
		Detail, Hint string
	}
	if err := json.Unmarshal([]byte(body), &p); err != nil || p.Status != resp.StatusCode {
		t.Errorf("problem %s: %v", body, err)
	}
	return p.Detail, p.Hint
}

func chromiumOffer(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("../internal/rtc/testdata/chromium-recvonly.sdp")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\n", "\r\n")
}

func TestRefusedRequests(t *testing.T) {
	cam := newCamera(h264Track)
	hevc := &media.Track{ID: "video", Codec: media.H265, ClockRate: 90000}
	reordered := *h264Track
	reordered.Reordered = true
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{
		"cam": cam.hub, "hevc": newCamera(hevc).hub, "film": newCamera(&reordered).hub,
		"radio": newCamera(&media.Track{ID: "audio", Codec: media.AAC, ClockRate: 44100}).hub,
	})
	offer := chromiumOffer(t)
	noH265 := strings.ReplaceAll(offer, "H265/90000", "XYZ/90000")
	sdp := []string{"Content-Type", "application/sdp"}
	for name, tc := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		detail, remedy     string
	}{
		"a GET on the endpoint":         {"GET", "/whep/cam", "", nil, 405, "GET is not", "POST an SDP offer"},
		"a PUT on the endpoint":         {"PUT", "/whep/cam", "", nil, 405, "PUT is not", "POST an SDP offer"},
		"a body that is JSON":           {"POST", "/whep/cam", "{}", []string{"Content-Type", "application/json"}, 415, "application/json", "application/sdp"},
		"a body without a type":         {"POST", "/whep/cam", offer, []string{"Content-Type", ""}, 415, "", "application/sdp"},
		"an Accept that excludes SDP":   {"POST", "/whep/cam", offer, append([]string{"Accept", "application/json"}, sdp...), 406, "Accept", "application/sdp"},
		"a body of 1 MB":                {"POST", "/whep/cam", strings.Repeat("a", 1<<20), sdp, 413, "65536 bytes", "at most 65536"},
		"no SDP":                        {"POST", "/whep/cam", "hello", sdp, 400, "no SDP", "RFC 8866"},
		"no body":                       {"POST", "/whep/cam", "", sdp, 400, "empty", "RFC 8866"},
		"an SDP without media":          {"POST", "/whep/cam", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", sdp, 422, "no video and no audio", "transceiver"},
		"an unknown stream":             {"POST", "/whep/nobody", offer, sdp, 404, "no such stream", "list the streams"},
		"an upper-case name":            {"POST", "/whep/CAM", offer, sdp, 404, "names no stream", "a-z, 0-9"},
		"a name that climbs":            {"POST", "/whep/..%2F..%2Fetc", offer, sdp, 404, "names no stream", ""},
		"a name with a NUL":             {"POST", "/whep/cam%00", offer, sdp, 404, "names no stream", ""},
		"a very long name":              {"POST", "/whep/" + strings.Repeat("a", 5000), offer, sdp, 404, "names no stream", ""},
		"a path below a session":        {"POST", "/whep/cam/x/y", offer, sdp, 404, "no such resource", ""},
		"no name":                       {"POST", "/whep/", offer, sdp, 404, "names no stream", ""},
		"an unknown session":            {"DELETE", "/whep/cam/NOBODY", "", nil, 404, "no such session", "POST a new offer"},
		"a GET on a session":            {"GET", "/whep/cam/NOBODY", "", nil, 405, "GET is not", "PATCH"},
		"a POST on a session":           {"POST", "/whep/cam/NOBODY", offer, sdp, 405, "POST is not", "PATCH"},
		"a codec that the viewer lacks": {"POST", "/whep/hevc", noH265, sdp, 406, "stream hevc is h265, which the browser cannot decode", "?rendition=roi"},
		"B-frames":                      {"POST", "/whep/film", offer, sdp, 406, "h264 with B-frames", "?rendition=roi"},
		"sound that no browser takes":   {"POST", "/whep/radio", offer, sdp, 406, "aac", ""},
		"an offer that only sends":      {"POST", "/whep/cam", strings.ReplaceAll(offer, "recvonly", "sendonly"), sdp, 406, "receives no codec", "offer to receive"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body := s.do(t, tc.method, tc.path, tc.body, tc.header...)
			if resp.StatusCode != tc.status {
				t.Fatalf("got %d, want %d: %s", resp.StatusCode, tc.status, body)
			}
			detail, remedy := problem(t, resp, body)
			if !strings.Contains(detail, tc.detail) || !strings.Contains(remedy, tc.remedy) {
				t.Errorf("got %q, hint %q", detail, remedy)
			}
			if tc.status == 405 && resp.Header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
	if n := s.cat.open.Load(); n != 0 {
		t.Errorf("%d streams stay open after refusals", n)
	}
}

func TestAnswerFitsTrack(t *testing.T) {
	high := *h264Track
	high.Params = [][]byte{{0x67, 0x64, 0x00, 0x1f}, pps}
	baseline := *h264Track
	for name, tc := range map[string]struct {
		track *media.Track
		want  string // of the video section
	}{
		"H.264 of a high profile":         {&high, "m=video 9 UDP/TLS/RTP/SAVPF 39 40\r\n"},
		"H.264 of the baseline profile":   {&baseline, "m=video 9 UDP/TLS/RTP/SAVPF 103 104\r\n"},
		"H.265 where the browser has it":  {&media.Track{ID: "v", Codec: media.H265, ClockRate: 90000}, "m=video 9 UDP/TLS/RTP/SAVPF 49 50\r\n"},
		"VP8":                             {&media.Track{ID: "v", Codec: media.VP8, ClockRate: 90000}, "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n"},
		"VP9 of profile 0":                {&media.Track{ID: "v", Codec: media.VP9, ClockRate: 90000}, "m=video 9 UDP/TLS/RTP/SAVPF 98 99\r\n"},
		"AV1":                             {&media.Track{ID: "v", Codec: media.AV1, ClockRate: 90000}, "m=video 9 UDP/TLS/RTP/SAVPF 45 46\r\n"},
		"sound alone rejects the picture": {opusTrack, "m=video 0 UDP/TLS/RTP/SAVPF 0\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": newCamera(tc.track).hub})
			resp, body := s.do(t, "POST", "/whep/cam", chromiumOffer(t), "Content-Type", "application/sdp; charset=utf-8", "Accept", "application/sdp")
			if resp.StatusCode != http.StatusCreated {
				t.Fatalf("got %d: %s", resp.StatusCode, body)
			}
			if !strings.Contains(body, tc.want) {
				t.Errorf("answer has not %q:\n%s", tc.want, body)
			}
			for _, want := range []string{"a=ice-lite", "a=setup:passive", "typ host", "a=end-of-candidates", "a=rtcp-mux"} {
				if !strings.Contains(body, want) {
					t.Errorf("answer has not %q", want)
				}
			}
			for _, header := range []string{"Location", "ETag", "Accept-Patch"} {
				if resp.Header.Get(header) == "" {
					t.Errorf("no %s header", header)
				}
			}
			if got := s.cat.asked[0].Codecs; len(got) != 8 || got[0] != media.VP8 {
				t.Errorf("the catalogue was told %v", got)
			}
		})
	}
}

func TestOptionsAndCORS(t *testing.T) {
	s := newSetup(t, nil, nil)
	resp, _ := s.do(t, "OPTIONS", "/whep/cam", "")
	if resp.StatusCode != 204 || resp.Header.Get("Accept-Post") != "application/sdp" {
		t.Errorf("OPTIONS: %d %v", resp.StatusCode, resp.Header)
	}
	resp, _ = s.do(t, "OPTIONS", "/whep/cam/x", "", "Origin", "https://a.example", "Access-Control-Request-Method", "PATCH")
	for header, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "PATCH", "Access-Control-Allow-Headers": "If-Match",
		"Accept-Patch": "application/trickle-ice-sdpfrag",
	} {
		if got := resp.Header.Get(header); !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q in it", header, got, want)
		}
	}
	resp, _ = s.do(t, "POST", "/whep/cam", "", "Origin", "https://a.example")
	if got := resp.Header.Get("Access-Control-Expose-Headers"); !strings.Contains(got, "Location") || !strings.Contains(got, "ETag") {
		t.Errorf("exposed: %q", got)
	}
}

// TestEntityTags is the table of RFC 9725 §4.3: which If-Match a PATCH needs.
func TestEntityTags(t *testing.T) {
	cam := newCamera(h264Track)
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	live(t, cam, nil)
	p := newPlayer(t, s, clientOptions{video: true})
	if resp, body := p.join("/whep/cam"); resp.StatusCode != 201 {
		t.Fatal(body)
	}
	ufrag := between(p.pc.LocalDescription().SDP, "a=ice-ufrag:", "\r\n")
	const candidates = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=candidate:2 1 udp 1 x.local 9 typ host\r\n"
	same := "a=ice-ufrag:" + ufrag + "\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n" + candidates
	other := "a=ice-ufrag:OTHR\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n" + candidates
	const frag = "application/trickle-ice-sdpfrag"
	for _, tc := range []struct {
		name, body, ctype, match string
		status                   int
	}{
		{"candidates with the tag", candidates, frag, p.etag, 204},
		{"and with the present ufrag", same, frag, p.etag, 204},
		{"and with the tag in a list", same, frag, `"x", ` + p.etag, 204},
		{"and with any tag", same, frag, "*", 204},
		{"without If-Match", candidates, frag, "", 428},
		{"with another tag", candidates, frag, `"x"`, 412},
		{"with a weak tag", candidates, frag, "W/" + p.etag, 412},
		{"of another type", candidates, "application/sdp", p.etag, 415},
		{"no fragment", "hello", frag, p.etag, 400},
		{"of more than 32 KiB", strings.Repeat("a", 1<<20), frag, p.etag, 413},
		{"a restart with the tag in place of *", other, frag, p.etag, 422},
		{"a restart without a password", "a=ice-ufrag:OTHR\r\n", frag, "*", 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			header := []string{"Content-Type", tc.ctype}
			if tc.match != "" {
				header = append(header, "If-Match", tc.match)
			}
			resp, body := s.do(t, "PATCH", p.location, tc.body, header...)
			if resp.StatusCode != tc.status {
				t.Fatalf("got %d, want %d: %s", resp.StatusCode, tc.status, body)
			}
			if resp.StatusCode == 204 {
				if body != "" || resp.Header.Get("ETag") != "" {
					t.Errorf("204 with body %q and ETag %q", body, resp.Header.Get("ETag"))
				}
				return
			}
			if _, remedy := problem(t, resp, body); remedy == "" {
				t.Errorf("no hint: %s", body)
			}
		})
	}
	t.Run("another stream's path", func(t *testing.T) {
		if resp, _ := s.do(t, "DELETE", strings.Replace(p.location, "/cam/", "/cam2/", 1), ""); resp.StatusCode != 404 {
			t.Errorf("got %d", resp.StatusCode)
		}
	})
	t.Run("DELETE needs none, and the session is gone", func(t *testing.T) {
		if resp, _ := s.do(t, "DELETE", p.location, "", "If-Match", `"old"`); resp.StatusCode != 200 {
			t.Errorf("got %d", resp.StatusCode)
		}
		resp, body := s.do(t, "PATCH", p.location, candidates, "Content-Type", frag, "If-Match", p.etag)
		if detail, _ := problem(t, resp, body); resp.StatusCode != 404 || !strings.Contains(detail, "the peer left") {
			t.Errorf("got %d %s", resp.StatusCode, body)
		}
	})
}

func TestTokens(t *testing.T) {
	cam := newCamera(h264Track)
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	resp, _ := s.do(t, "POST", "/whep/cam", chromiumOffer(t), "Content-Type", "application/sdp", "Authorization", "Bearer secret")
	location := resp.Header.Get("Location")
	if got := s.cat.asked[0].Token; got != "secret" {
		t.Errorf("the catalogue was given the token %q", got)
	}
	for token, want := range map[string]int{"": 401, "Bearer guess": 401, "Basic secret": 401, "Bearer secret": 200} {
		if want == 200 {
			continue
		}
		if resp, body := s.do(t, "DELETE", location, "", "Authorization", token); resp.StatusCode != want || strings.Contains(body, "secret") {
			t.Errorf("token %q: got %d %s", token, resp.StatusCode, body)
		}
	}
	if resp, _ := s.do(t, "DELETE", location, "", "Authorization", "Bearer secret"); resp.StatusCode != 200 {
		t.Errorf("the right token: got %d", resp.StatusCode)
	}
	s.cat.err = httpx.Unauthorized("the token is wrong")
	resp, body := s.do(t, "POST", "/whep/cam", chromiumOffer(t), "Content-Type", "application/sdp")
	if resp.StatusCode != 401 || resp.Header.Get("WWW-Authenticate") == "" {
		t.Errorf("a refused token: got %d %s", resp.StatusCode, body)
	}
}

func TestLinkHeaders(t *testing.T) {
	cam := newCamera(h264Track)
	s := newSetupWith(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub}, func(c *rtc.Config) {
		c.ICEServers = []rtc.ICEServer{{URL: "stun:stun.example:3478"}, {URL: "turn:turn.example?transport=udp", Username: "u", Credential: "c"}}
		c.PublicAddresses = []string{"203.0.113.7"}
	})
	resp, body := s.do(t, "POST", "/whep/cam", chromiumOffer(t), "Content-Type", "application/sdp")
	links := strings.Join(resp.Header.Values("Link"), "\n")
	want := `<stun:stun.example:3478>; rel="ice-server"` + "\n" +
		`<turn:turn.example?transport=udp>; rel="ice-server"; username="u"; credential="c"; credential-type="password"`
	if links != want {
		t.Errorf("got %s\nwant %s", links, want)
	}
	if !strings.Contains(body, " 203.0.113.7 ") || !strings.Contains(body, " 127.0.0.1 ") {
		t.Errorf("public and loopback candidates are not both in the answer:\n%s", body)
	}
}

// A body that comes byte by byte does not hold a session open: nothing is made before all of it is there.
func TestSlowBody(t *testing.T) {
	s := newSetup(t, nil, nil)
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "POST /whep/cam HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\nContent-Length: 1000\r\n\r\nv=0")
	_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, _ := conn.Read(make([]byte, 10)); n != 0 {
		t.Error("answered before the body")
	}
	if n := len(s.whep.Sessions()); n != 0 {
		t.Errorf("%d sessions", n)
	}
}

func TestShutdown(t *testing.T) {
	cam := newCamera(h264Track)
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	live(t, cam, nil)
	p := newPlayer(t, s, clientOptions{video: true})
	closed := make(chan struct{})
	p.pc.OnConnectionStateChange(func(st webrtc.PeerConnectionState) {
		if st == webrtc.PeerConnectionStateClosed || st == webrtc.PeerConnectionStateFailed {
			close(closed)
		}
	})
	p.join("/whep/cam")
	eventually(t, "pictures", func() bool { return p.video.frames.Load() > 0 })
	s.stop()
	select {
	case <-closed:
	case <-time.After(deadline):
		t.Error("the viewer was not told")
	}
	resp, body := s.do(t, "POST", "/whep/cam", chromiumOffer(t), "Content-Type", "application/sdp")
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("after the end: %d %s", resp.StatusCode, body)
	}
}

func between(s, after, before string) string {
	_, s, _ = strings.Cut(s, after)
	s, _, _ = strings.Cut(s, before)
	return s
}
