package web

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed all:dist
var dist embed.FS

// Handler serves the embedded console. It answers GET and HEAD only; it never answers for an API path, so that a mistyped one is a 404 and not
// a page.
func Handler() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: dist is not embedded: " + err.Error()) // cannot be: the embed directive names it
	}
	return newHandler(files)
}

// Built reports whether the console is in this binary.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}

// Policies of the pages. Scripts, styles, fonts and pictures come from this server only; media come from peer connections, which no policy governs.
const (
	policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; media-src 'self' blob: mediastream:; manifest-src 'self'; base-uri 'none'; form-action 'self'"
	framedNowhere  = policy + "; frame-ancestors 'none'"
	framedAnywhere = policy + "; frame-ancestors *"
)

// Caching: a page or player.js is asked about each time (and answered 304), an asset never again.
const (
	revalidate = "no-cache"
	forever    = "public, max-age=31536000, immutable"
)

// Prefixes that belong to other handlers of the server. Where one of those did not answer, neither do we.
var foreign = []string{"/v1/", "/whip/", "/whep/", "/healthz", "/readyz", "/metrics", "/debug/"}

type handler struct {
	files fs.FS

	mu    sync.Mutex
	cache map[string]*file
}

func newHandler(files fs.FS) *handler {
	return &handler{files: files, cache: map[string]*file{}}
}

// ServeHTTP implements [http.Handler].
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	p := path.Clean("/" + r.URL.Path)
	hd := w.Header()
	hd.Set("X-Content-Type-Options", "nosniff")
	hd.Set("Referrer-Policy", "no-referrer")

	switch {
	case isForeign(p):
		http.NotFound(w, r)
	case strings.HasPrefix(p, "/p/"):
		hd.Set("Content-Security-Policy", framedAnywhere)
		hd.Set("Cache-Control", revalidate)
		h.page(w, r, "player.html")
	case p == "/player.js", strings.HasPrefix(p, "/assets/"):
		// Other sites load the player as a module, and modules are always fetched with CORS.
		hd.Set("Access-Control-Allow-Origin", "*")
		hd.Set("Cross-Origin-Resource-Policy", "cross-origin")
		hd.Set("Cache-Control", forever)
		if p == "/player.js" {
			hd.Set("Cache-Control", revalidate)
		}
		h.asset(w, r, p)
	case p != "/" && path.Ext(p) != "" && !strings.HasPrefix(p, "/s/"):
		hd.Set("Cache-Control", revalidate)
		h.asset(w, r, p)
	default:
		hd.Set("Content-Security-Policy", framedNowhere)
		hd.Set("Cross-Origin-Opener-Policy", "same-origin")
		hd.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), fullscreen=(self), autoplay=(self)")
		hd.Set("Cache-Control", revalidate)
		h.page(w, r, "index.html")
	}
}

func isForeign(p string) bool {
	for _, f := range foreign {
		if p == strings.TrimSuffix(f, "/") || strings.HasPrefix(p, f) {
			return true
		}
	}
	return false
}

func (h *handler) page(w http.ResponseWriter, r *http.Request, name string) {
	f := h.open(name)
	if f == nil {
		notBuilt(w)
		return
	}
	f.serve(w, r)
}

func (h *handler) asset(w http.ResponseWriter, r *http.Request, p string) {
	name := strings.TrimPrefix(p, "/")
	f := h.open(name)
	if f == nil || strings.HasPrefix(path.Base(name), ".") {
		w.Header().Set("Cache-Control", revalidate)
		http.NotFound(w, r)
		return
	}
	f.serve(w, r)
}

// open returns a file, or nil when there is none. Files that do not exist are not remembered: their names come from peers.
func (h *handler) open(name string) *file {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f, ok := h.cache[name]; ok {
		return f
	}
	data, err := fs.ReadFile(h.files, name)
	if err != nil {
		return nil
	}
	f := newFile(name, data)
	h.cache[name] = f
	return f
}

const notBuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="dark">
<title>Vantage without its console</title>
<h1>This binary was built without the console</h1>
<p>The server itself works: streams are at <code>/whep/NAME</code>, the HTTP interface is described at <a href="/docs">/docs</a>.</p>
<p>To have the console, run <code>make build</code> (it needs Node.js 20.19 or newer), or
<code>npm ci &amp;&amp; npm run build</code> in <code>web</code> and build the binary again.</p>
`

func notBuilt(w http.ResponseWriter) {
	hd := w.Header()
	hd.Set("Content-Type", "text/html; charset=utf-8")
	hd.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(notBuiltPage)) // a peer that went away misses nothing
}
