package httpx_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"vantage/internal/hint"
	"vantage/internal/httpx"
)

func TestWrite(t *testing.T) {
	for name, tc := range map[string]struct {
		err    error
		status int
		want   map[string]any
	}{
		"a problem is written as it is": {
			&httpx.Problem{Type: "/problems/codec", Title: "Codec", Status: 406, Detail: "no h265", Hint: "ask for roi"},
			406, map[string]any{"type": "/problems/codec", "title": "Codec", "status": 406.0, "detail": "no h265", "hint": "ask for roi", "instance": "/a%2Fb"},
		},
		"a wrapped problem keeps its status and takes the chain's hint": {
			hint.New(fmt.Errorf("open: %w", httpx.Errorf(404, "no stream %q", "x")), "list the streams"),
			404, map[string]any{"title": "Not Found", "status": 404.0, "detail": `no stream "x"`, "hint": "list the streams", "instance": "/a%2Fb"},
		},
		"an unknown error shows nothing of itself": {
			errors.New("open /etc/secret"),
			500, map[string]any{"title": "Internal Server Error", "status": 500.0, "detail": "the server could not do this; its log says why", "instance": "/a%2Fb"},
		},
		"an error with a remedy was meant for people": {
			hint.New(errors.New("no encoder"), "install x264"),
			500, map[string]any{"title": "Internal Server Error", "status": 500.0, "detail": "no encoder", "hint": "install x264", "instance": "/a%2Fb"},
		},
		"a deadline is 503": {
			fmt.Errorf("open: %w", context.DeadlineExceeded),
			503, map[string]any{"title": "Service Unavailable", "status": 503.0, "detail": "the request took too long or was given up", "instance": "/a%2Fb"},
		},
		"extra members never replace standard ones": {
			(&httpx.Problem{Status: 409, Detail: "d"}).With("status", 1).With("hint", "x").With("limit", 7),
			409, map[string]any{"title": "Conflict", "status": 409.0, "detail": "d", "limit": 7.0, "instance": "/a%2Fb"},
		},
		"an extra member that JSON cannot carry is left out": {
			(&httpx.Problem{Status: 409}).With("f", func() {}),
			409, map[string]any{"title": "Conflict", "status": 409.0, "instance": "/a%2Fb"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			httpx.Write(w, httptest.NewRequest("GET", "/a%2Fb?token=secret", nil), tc.err)
			if w.Code != tc.status {
				t.Errorf("status: got %d, want %d", w.Code, tc.status)
			}
			if got := w.Header().Get("Content-Type"); got != httpx.ProblemType {
				t.Errorf("content type: got %q", got)
			}
			var got map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(got) != fmt.Sprint(tc.want) {
				t.Errorf("body:\n got %v\nwant %v", got, tc.want)
			}
		})
	}
}

func TestProblemIsAnError(t *testing.T) {
	cause := errors.New("cause")
	p := httpx.Errorf(400, "read: %w", cause)
	if !errors.Is(p, cause) || p.Error() != "read: cause" {
		t.Errorf("got %q, is cause: %v", p, errors.Is(p, cause))
	}
	if got := (&httpx.Problem{}).Error(); got != "Internal Server Error" {
		t.Errorf("the zero problem: got %q", got)
	}
}

func TestBearer(t *testing.T) {
	for name, tc := range map[string]struct{ header, want string }{
		"none":                        {"", ""},
		"a token":                     {"Bearer abc", "abc"},
		"the scheme in any case":      {"bEARER abc", "abc"},
		"spaces around":               {"Bearer   abc ", "abc"},
		"another scheme":              {"Basic abc", ""},
		"no token":                    {"Bearer", ""},
		"one of more than 4096 bytes": {"Bearer " + strings.Repeat("a", 4097), ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Authorization", tc.header)
			if got := httpx.Bearer(r); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestSameToken(t *testing.T) {
	for _, tc := range []struct {
		got, want string
		same      bool
	}{{"a", "a", true}, {"a", "b", false}, {"", "", false}, {"a", "", false}, {"", "a", false}, {"aa", "a", false}} {
		if same := httpx.SameToken(tc.got, tc.want); same != tc.same {
			t.Errorf("SameToken(%q, %q): got %v", tc.got, tc.want, same)
		}
	}
}

func TestCORS(t *testing.T) {
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for name, tc := range map[string]struct {
		cfg     httpx.CORSConfig
		method  string
		request map[string]string
		status  int
		want    map[string]string
	}{
		"a plain request is marked and passed on": {
			httpx.CORSConfig{Expose: []string{"Location", "ETag"}}, "GET", nil, 418,
			map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Location, ETag"},
		},
		"a preflight is answered": {
			httpx.CORSConfig{Preflight: http.Header{"Accept-Post": {"application/sdp"}}}, "OPTIONS",
			map[string]string{"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}, 204,
			map[string]string{
				"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
				"Access-Control-Max-Age": "3600", "Accept-Post": "application/sdp",
			},
		},
		"another OPTIONS is the handler's": {httpx.CORSConfig{}, "OPTIONS", nil, 418, nil},
		"a listed origin is named": {
			httpx.CORSConfig{Origins: []string{"https://a.example"}}, "GET", map[string]string{"Origin": "https://a.example"}, 418,
			map[string]string{"Access-Control-Allow-Origin": "https://a.example", "Vary": "Origin"},
		},
		"another origin is not": {
			httpx.CORSConfig{Origins: []string{"https://a.example"}}, "OPTIONS",
			map[string]string{"Origin": "https://b.example", "Access-Control-Request-Method": "POST"}, 204,
			map[string]string{"Access-Control-Allow-Origin": "", "Access-Control-Allow-Methods": "", "Vary": "Origin"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(tc.method, "/", nil)
			for k, v := range tc.request {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			httpx.CORS(next, tc.cfg).ServeHTTP(w, r)
			if w.Code != tc.status {
				t.Errorf("status: got %d, want %d", w.Code, tc.status)
			}
			for k, v := range tc.want {
				if got := w.Header().Get(k); got != v {
					t.Errorf("%s: got %q, want %q", k, got, v)
				}
			}
		})
	}
}

func TestReadBody(t *testing.T) {
	for name, tc := range map[string]struct {
		body    string
		chunked bool
		status  int // 0: read
	}{
		"at the limit":                     {"12345678", false, 0},
		"over the limit and announced":     {"123456789", false, 413},
		"over the limit and not announced": {"123456789", true, 413},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader(tc.body))
			if tc.chunked {
				r.ContentLength = -1
			}
			got, err := httpx.ReadBody(httptest.NewRecorder(), r, 8)
			if tc.status == 0 {
				if err != nil || string(got) != tc.body {
					t.Fatalf("got %q, %v", got, err)
				}
				return
			}
			p := httpx.ProblemOf(err)
			if p.Status != tc.status || !strings.Contains(p.Detail, "8 bytes") {
				t.Errorf("got %d %q, want %d and the limit named", p.Status, p.Detail, tc.status)
			}
		})
	}
}

func TestLimitBody(t *testing.T) {
	h := httpx.LimitBody(8, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v any
		if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
			httpx.Write(w, r, err)
		}
	}))
	for name, tc := range map[string]struct {
		chunked bool
		body    string
		status  int
	}{
		"small":                   {false, `"a"`, 200},
		"large and announced":     {false, `"123456789"`, 413},
		"large and not announced": {true, `"123456789"`, 413},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader(tc.body))
			if tc.chunked {
				r.ContentLength = -1
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tc.status {
				t.Errorf("got %d, want %d", w.Code, tc.status)
			}
		})
	}
}

func TestLoopbackOnly(t *testing.T) {
	next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for name, tc := range map[string]struct {
		admin, remote, host string
		header              map[string]string
		status              int
	}{
		"this machine may":                           {"", "127.0.0.1:1", "127.0.0.1:8080", nil, 200},
		"this machine by IPv6 may":                   {"", "[::1]:1", "[::1]:8080", nil, 200},
		"this machine by mapped IPv4 may":            {"", "[::ffff:127.0.0.1]:1", "localhost", nil, 200},
		"a Unix socket may":                          {"", "@", "localhost", nil, 200},
		"another machine may not":                    {"", "192.0.2.1:1", "127.0.0.1:8080", nil, 403},
		"a rebound name may not":                     {"", "127.0.0.1:1", "evil.example", nil, 403},
		"another site's page may not":                {"", "127.0.0.1:1", "localhost", map[string]string{"Origin": "https://evil.example"}, 403},
		"an opaque origin may not":                   {"", "127.0.0.1:1", "localhost", map[string]string{"Origin": "null"}, 403},
		"our own page may":                           {"", "127.0.0.1:1", "localhost:8080", map[string]string{"Origin": "http://localhost:8080"}, 200},
		"a proxy's client may not":                   {"", "127.0.0.1:1", "localhost", map[string]string{"X-Forwarded-For": "192.0.2.1"}, 403},
		"another machine with the token may":         {"tok", "192.0.2.1:1", "a.example", map[string]string{"Authorization": "Bearer tok"}, 200},
		"another machine without the token may not":  {"tok", "192.0.2.1:1", "a.example", nil, 401},
		"a wrong token is told, on this machine too": {"tok", "127.0.0.1:1", "localhost", map[string]string{"Authorization": "Bearer no"}, 401},
		"a token where none is set is nothing":       {"", "192.0.2.1:1", "a.example", map[string]string{"Authorization": "Bearer no"}, 403},
		"an empty token lets nobody in":              {"", "192.0.2.1:1", "a.example", map[string]string{"Authorization": "Bearer "}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", nil)
			r.RemoteAddr, r.Host = tc.remote, tc.host
			for k, v := range tc.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			httpx.LoopbackOnly(tc.admin, next).ServeHTTP(w, r)
			if w.Code != tc.status {
				t.Errorf("got %d, want %d: %s", w.Code, tc.status, w.Body)
			}
			if tc.status == 401 && w.Header().Get("WWW-Authenticate") == "" {
				t.Error("401 without a challenge")
			}
		})
	}
}
