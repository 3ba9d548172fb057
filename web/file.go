package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// file is one embedded file, ready to be sent. It is immutable.
type file struct {
	name        string
	contentType string
	etag        string
	data        []byte
	gzipped     []byte // nil: compression does not pay
}

// Types by extension: the tables of the machine that mime would ask differ, and some name scripts text/plain.
var types = map[string]string{
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
	".png":   "image/png",
	".json":  "application/json",
}

func newFile(name string, data []byte) *file {
	sum := sha256.Sum256(data)
	f := &file{name: name, data: data, etag: hex.EncodeToString(sum[:12])}
	ext := path.Ext(name)
	if f.contentType = types[ext]; f.contentType == "" {
		f.contentType = mime.TypeByExtension(ext)
	}
	if strings.HasPrefix(f.contentType, "text/") || ext == ".svg" || ext == ".json" {
		f.gzipped = compress(data)
	}
	return f
}

// compress returns data as gzip, or nil when that saves less than a tenth.
func compress(data []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic("web: " + err.Error()) // the level is a constant
	}
	_, _ = z.Write(data) // a Buffer takes everything
	_ = z.Close()
	if b.Len() > len(data)*9/10 {
		return nil
	}
	return b.Bytes()
}

// serve answers a GET or HEAD request, conditional ones and ranges included.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	hd := w.Header()
	hd.Set("Content-Type", f.contentType)
	data, etag := f.data, f.etag
	if f.gzipped != nil {
		hd.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) && r.Header.Get("Range") == "" {
			hd.Set("Content-Encoding", "gzip")
			data, etag = f.gzipped, etag+"-gzip"
		}
	}
	hd.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// acceptsGzip reads an Accept-Encoding field (RFC 9110 §12.5.3) as far as we need: gzip or * with a weight other than zero.
func acceptsGzip(field string) bool {
	for part := range strings.SplitSeq(field, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		switch strings.ToLower(strings.TrimSpace(coding)) {
		case "gzip", "x-gzip", "*":
			q := strings.TrimSpace(weight)
			return !strings.HasPrefix(q, "q=0") || strings.Trim(q[len("q=0"):], ".0") != ""
		}
	}
	return false
}
