package httpx

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CORSConfig says which pages of other origins may call a handler. The zero value lets any page call, without cookies:
// Vantage takes bearer tokens only, which another page cannot know.
type CORSConfig struct {
	// Origins are the allowed origins, for example "https://example.org"; empty allows all.
	Origins []string

	// Methods are the allowed methods; empty means GET, POST, PUT, PATCH and DELETE.
	Methods []string

	// Headers are the request headers allowed beside the safelisted ones; empty means Authorization, Content-Type,
	// If-Match and If-None-Match.
	Headers []string

	// Expose are the response headers that a page may read.
	Expose []string

	// MaxAge is how long a browser may remember the answer; 0 means one hour.
	MaxAge time.Duration

	// Preflight is added to the answer to a preflight request, for example Accept-Post.
	Preflight http.Header
}

// CORS answers preflight requests and marks the other responses of next as readable by pages of the allowed origins. Requests
// of other origins pass through unmarked: CORS keeps pages from reading, and is no authorization.
func CORS(next http.Handler, cfg CORSConfig) http.Handler {
	methods := joinOr(cfg.Methods, "GET, POST, PUT, PATCH, DELETE")
	headers := joinOr(cfg.Headers, "Authorization, Content-Type, If-Match, If-None-Match")
	expose := strings.Join(cfg.Expose, ", ")
	age := cfg.MaxAge
	if age == 0 {
		age = time.Hour
	}
	maxAge := strconv.Itoa(int(age.Seconds()))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		origin := r.Header.Get("Origin")
		allowed := "*"
		if len(cfg.Origins) > 0 {
			h.Add("Vary", "Origin")
			allowed = ""
			if slices.Contains(cfg.Origins, origin) {
				allowed = origin
			}
		}
		if allowed != "" {
			h.Set("Access-Control-Allow-Origin", allowed)
			if expose != "" {
				h.Set("Access-Control-Expose-Headers", expose)
			}
		}
		if r.Method != http.MethodOptions || origin == "" || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		if allowed != "" {
			h.Set("Access-Control-Allow-Methods", methods)
			h.Set("Access-Control-Allow-Headers", headers)
			h.Set("Access-Control-Max-Age", maxAge)
		}
		for key, values := range cfg.Preflight {
			h[key] = values
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func joinOr(list []string, otherwise string) string {
	if len(list) == 0 {
		return otherwise
	}
	return strings.Join(list, ", ")
}
