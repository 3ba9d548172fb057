package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var built = fstest.MapFS{
	".gitkeep":               {},
	"index.html":             {Data: []byte("<!doctype html><title>console</title>" + strings.Repeat("<p></p>", 100))},
	"player.html":            {Data: []byte("<!doctype html><title>player</title>")},
	"player.js":              {Data: []byte("export {}")},
	"favicon.svg":            {Data: []byte("<svg/>")},
	"assets/main-abc123.js":  {Data: []byte("let x")},
	"assets/inter-xyz.woff2": {Data: []byte("wOF2")},
}

func get(h http.Handler, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestHandlerServesEachPathAsItShould(t *testing.T) {
	t.Parallel()
	const (
		html = "text/html; charset=utf-8"
		js   = "text/javascript; charset=utf-8"
	)
	tests := []struct {
		name, method, path string
		status             int
		contentType, cache string
		body               string
	}{
		{"the console at the root", "GET", "/", 200, html, revalidate, "console"},
		{"the console at a page of its own", "GET", "/sessions", 200, html, revalidate, "console"},
		{"the console at a stream whose name has a dot", "GET", "/s/gate.1", 200, html, revalidate, "console"},
		{"the player page", "GET", "/p/gate", 200, html, revalidate, "player"},
		{"the player page of a stream whose name has a dot", "GET", "/p/gate.js", 200, html, revalidate, "player"},
		{"the player element, asked about each time", "GET", "/player.js", 200, js, revalidate, "export"},
		{"an asset, for ever", "GET", "/assets/main-abc123.js", 200, js, forever, "let x"},
		{"a font", "GET", "/assets/inter-xyz.woff2", 200, "font/woff2", forever, "wOF2"},
		{"the icon", "GET", "/favicon.svg", 200, "image/svg+xml", revalidate, "<svg/>"},
		{"no body for HEAD", "HEAD", "/", 200, html, revalidate, ""},
		{"404 for an asset of an older version, not cached for ever", "GET", "/assets/main-old.js", 404, "", revalidate, "404"},
		{"404 for a file that is not there", "GET", "/robots.txt", 404, "", revalidate, "404"},
		{"404 for the placeholder", "GET", "/.gitkeep", 404, "", revalidate, "404"},
		{"404 for a mistyped API path, not a page", "GET", "/v1/stream", 404, "", "", "404"},
		{"404 for /v1 itself", "GET", "/v1", 404, "", "", "404"},
		{"404 for WHEP without POST", "GET", "/whep/gate", 404, "", "", "404"},
		{"the console for a path that climbs", "GET", "/../../etc/passwd", 200, html, revalidate, "console"},
		{"405 for other methods", "POST", "/", 405, "", "", "method"},
	}
	h := newHandler(built)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			resp := get(h, tt.method, tt.path)
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != tt.status {
				t.Errorf("status: got %d, want %d", resp.StatusCode, tt.status)
			}
			if got := resp.Header.Get("Content-Type"); tt.contentType != "" && got != tt.contentType {
				t.Errorf("Content-Type: got %q, want %q", got, tt.contentType)
			}
			if got := resp.Header.Get("Cache-Control"); got != tt.cache {
				t.Errorf("Cache-Control: got %q, want %q", got, tt.cache)
			}
			if !strings.Contains(string(body), tt.body) || (tt.body == "" && len(body) > 0) {
				t.Errorf("body: got %q, want %q in it", body, tt.body)
			}
		})
	}
}

func TestPagesCarryTheirPolicy(t *testing.T) {
	t.Parallel()
	h := newHandler(built)
	console := get(h, "GET", "/").Header
	if got := console.Get("Content-Security-Policy"); got != framedNowhere {
		t.Errorf("console policy: got %q", got)
	}
	if strings.Contains(framedNowhere, "unsafe") {
		t.Error("the policy allows something unsafe")
	}
	if got := get(h, "GET", "/p/gate").Header.Get("Content-Security-Policy"); got != framedAnywhere {
		t.Errorf("player policy: got %q", got)
	}
	if got := console.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options: got %q", got)
	}
	if got := get(h, "GET", "/player.js").Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("player.js is not loadable from elsewhere: got %q", got)
	}
}

func TestPagesAreComparedByContentAndCompressed(t *testing.T) {
	t.Parallel()
	h := newHandler(built)
	plain := get(h, "GET", "/")
	packed := get(h, "GET", "/", "Accept-Encoding", "br, gzip;q=0.8")
	if got := packed.Header.Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("Content-Encoding: got %q, want gzip", got)
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, _ := io.ReadAll(z)
	want, _ := io.ReadAll(plain.Body)
	if string(unpacked) != string(want) {
		t.Error("the compressed page differs")
	}
	if plain.Header.Get("ETag") == packed.Header.Get("ETag") {
		t.Error("both encodings have one ETag (RFC 9110 §8.8.3.3)")
	}
	if got := get(h, "GET", "/", "If-None-Match", plain.Header.Get("ETag")).StatusCode; got != http.StatusNotModified {
		t.Errorf("unchanged page: got %d, want 304", got)
	}
}

func TestAcceptsGzip(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "br": false, "br, *": true, "gzip;q=0": false, "gzip; q=0.0": false, "gzip;q=0.5": true, "identity, gzip;q=1": true,
	} {
		if got := acceptsGzip(field); got != want {
			t.Errorf("acceptsGzip(%q): got %v, want %v", field, got, want)
		}
	}
}

func TestABinaryWithoutConsoleSaysSo(t *testing.T) {
	t.Parallel()
	resp := get(newHandler(fstest.MapFS{".gitkeep": {}}), "GET", "/")
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 404 || !strings.Contains(string(body), "npm run build") {
		t.Errorf("got %d %q, want 404 and how to build it", resp.StatusCode, body)
	}
}

func TestTheEmbeddedHandlerAnswers(t *testing.T) {
	t.Parallel()
	resp := get(Handler(), "GET", "/")
	if want := map[bool]int{true: 200, false: 404}[Built()]; resp.StatusCode != want {
		t.Errorf("got %d, want %d (built: %v)", resp.StatusCode, want, Built())
	}
}
