package client_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"vantage/internal/api/client"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/httpx"
)

func newClient(t *testing.T, server, token string) *client.Client {
	t.Helper()
	c, err := client.New(server, token)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClient(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/streams", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"streams":[{"name":"gate","source":{"state":"live"}}]}`)
	})
	mux.HandleFunc("GET /v1/streams/{name}/snapshot.jpg", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", r.PathValue("name"), r.URL.RawQuery)
	})
	mux.HandleFunc("POST /v1/reload", func(w http.ResponseWriter, r *http.Request) {
		if httpx.Bearer(r) != "0123456789abcdef" {
			httpx.Write(w, r, httpx.Unauthorized("this needs the administrator's token"))
			return
		}
		fmt.Fprint(w, `{"added":["yard"]}`)
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	c := newClient(t, s.URL+"/", "0123456789abcdef")

	streams, err := c.Streams(t.Context())
	if err != nil || len(streams) != 1 || streams[0].Name != "gate" || streams[0].Source.State != "live" {
		t.Errorf("streams: got %+v, %v", streams, err)
	}
	picture, err := c.Snapshot(t.Context(), "a/../b", 320)
	if err != nil || string(picture) != "a/../b width=320" {
		t.Errorf("snapshot: got %s, %v", picture, err)
	}
	report, err := c.Reload(t.Context())
	if err != nil || len(report.Added) != 1 {
		t.Errorf("reload: got %+v, %v", report, err)
	}
	_, err = newClient(t, s.URL, "").Reload(t.Context())
	p, ok := errors.AsType[*httpx.Problem](err)
	if !ok || p.Status != http.StatusUnauthorized || hint.Of(err) == "" {
		t.Errorf("without the token: got %v, hint %q", err, hint.Of(err))
	}
}

func TestMistakesOfAProblemAreToldOneByOne(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpx.Write(w, r, httpx.Errorf(http.StatusUnprocessableEntity, "two mistakes").With("errors", []map[string]any{
			{"path": "log.levle", "line": 3, "message": "unknown key", "hint": "did you mean \"level\"?"}, {"message": "more"},
		}))
	}))
	defer s.Close()
	_, err := newClient(t, s.URL, "").Reload(t.Context())
	got := config.Mistakes(err)
	want := config.FieldError{Path: "log.levle", Line: 3, Msg: "unknown key", Hint: `did you mean "level"?`}
	if len(got) != 2 || *got[0] != want {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoVantageServer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Error(w, "nope", http.StatusTeapot)
			return
		}
		fmt.Fprint(w, "<html>")
	}))
	c := newClient(t, s.URL, "")
	if _, err := c.Streams(t.Context()); err == nil || hint.Of(err) == "" {
		t.Errorf("a page: got %v", err)
	}
	if _, err := c.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "418") {
		t.Errorf("another error: got %v", err)
	}
	s.Close()
	if _, err := c.Streams(t.Context()); err == nil || !strings.Contains(hint.Of(err), "vantage serve") {
		t.Errorf("nobody there: got %v, hint %q", err, hint.Of(err))
	}
	for _, bad := range []string{"", "127.0.0.1:8080", "ftp://h", "http://a:hunter2@"} {
		if _, err := client.New(bad, ""); err == nil || hint.Of(err) == "" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}
