package obs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"vantage/internal/hint"
	"vantage/internal/obs"
	"vantage/internal/redact"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLoggerMasksSecrets(t *testing.T) {
	const address = "rtsp://admin:hunter2@192.0.2.7/1"
	for name, log := range map[string]func(*slog.Logger){
		"in the message":                func(l *slog.Logger) { l.Info("dial " + address) },
		"in a string":                   func(l *slog.Logger) { l.Info("x", "url", address) },
		"in an error":                   func(l *slog.Logger) { l.Info("x", "err", errors.New("dial "+address+": refused")) },
		"in a URL":                      func(l *slog.Logger) { u, _ := url.Parse(address); l.Info("x", "url", u) },
		"in a list":                     func(l *slog.Logger) { l.Info("x", "urls", []string{address}) },
		"in bytes":                      func(l *slog.Logger) { l.Info("x", "line", []byte(address)) },
		"in a group":                    func(l *slog.Logger) { l.Info("x", slog.Group("g", "url", address)) },
		"in what a logger is made with": func(l *slog.Logger) { l.With("url", address).WithGroup("g").Info("x") },
		"under a telling key":           func(l *slog.Logger) { l.Info("x", "admin_token", "hunter2") },
		"under a telling key, not text": func(l *slog.Logger) { l.Info("x", "Authorization", []string{"Bearer hunter2"}) },
		"of a type that masks itself":   func(l *slog.Logger) { l.Info("x", "key", redact.Secret("hunter2")) },
	} {
		for _, format := range []string{"text", "json"} {
			t.Run(name+" as "+format, func(t *testing.T) {
				var b bytes.Buffer
				log(obs.NewLogger(&b, format, slog.LevelInfo))
				if got := b.String(); strings.Contains(got, "hunter2") || !strings.Contains(got, redact.Mask) {
					t.Errorf("got %s", got)
				}
			})
		}
	}
}

func TestLevelChangesWhileLogging(t *testing.T) {
	var b bytes.Buffer
	var level slog.LevelVar
	l := obs.NewLogger(&b, "text", &level)
	l.Debug("one")
	level.Set(slog.LevelDebug)
	l.Debug("two")
	if got := b.String(); strings.Contains(got, "one") || !strings.Contains(got, "two") {
		t.Errorf("got %s", got)
	}
}

func TestParseLevel(t *testing.T) {
	for in, want := range map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError} {
		if got, err := obs.ParseLevel(in); got != want || err != nil {
			t.Errorf("%s: got %v, %v", in, got, err)
		}
	}
	if _, err := obs.ParseLevel("loud"); hint.Of(err) == "" {
		t.Errorf("loud: got %v without a hint", err)
	}
}

func TestSparseTellsHowManyLinesItLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		l := obs.NewLogger(&b, "text", slog.LevelInfo)
		var s obs.Sparse
		for range 25 {
			s.Log(t.Context(), l, slog.LevelWarn, "packet lost", slog.String("edge", "hub-viewer"))
			s.Log(t.Context(), l, slog.LevelDebug, "below the level")
			time.Sleep(100 * time.Millisecond)
		}
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if len(lines) != 3 || strings.Contains(lines[0], "suppressed") || !strings.Contains(lines[1], "suppressed=9") || !strings.Contains(lines[2], "suppressed=9") {
			t.Errorf("got\n%s", b.String())
		}
	})
}

func ready(t *testing.T, h *obs.Health) (int, obs.Report) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeReady(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	var r obs.Report
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return w.Code, r
}

func TestReady(t *testing.T) {
	h := obs.NewHealth()
	if code, r := ready(t, h); code != http.StatusOK || !r.Ready {
		t.Errorf("without checks: got %d %+v", code, r)
	}
	h.Add("rtsp", func(context.Context) error { return nil })
	h.Add("encoder", func(context.Context) error {
		return hint.New(errors.New("no encoder for rtsp://a:hunter2@h/1"), "run 'vantage doctor'")
	})
	code, r := ready(t, h)
	want := obs.Check{Error: "no encoder for rtsp://a:***@h/1", Hint: "run 'vantage doctor'"}
	if code != http.StatusServiceUnavailable || r.Ready || !r.Checks["rtsp"].OK || r.Checks["encoder"] != want {
		t.Errorf("with a failing check: got %d %+v", code, r)
	}
	h.Remove("encoder")
	if code, _ := ready(t, h); code != http.StatusOK {
		t.Errorf("after its removal: got %d", code)
	}
	h.Drain("shutting down")
	if code, r := ready(t, h); code != http.StatusServiceUnavailable || r.Reason != "shutting down" {
		t.Errorf("draining: got %d %+v", code, r)
	}
}

func TestReadyDoesNotWaitForASlowCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := obs.NewHealth()
		h.Add("quick", func(context.Context) error { return nil })
		h.Add("stuck", func(context.Context) error { time.Sleep(time.Hour); return nil })
		start := time.Now()
		r := h.Ready(t.Context())
		if took := time.Since(start); took != obs.CheckTimeout {
			t.Errorf("took %v", took)
		}
		if r.Ready || !r.Checks["quick"].OK || r.Checks["stuck"].Error == "" {
			t.Errorf("got %+v", r)
		}
		time.Sleep(2 * time.Hour) // until the stuck one has ended
	})
}

func TestACheckIsRegisteredOnce(t *testing.T) {
	h := obs.NewHealth()
	h.Add("a", func(context.Context) error { return nil })
	defer func() {
		if recover() == nil {
			t.Error("the second registration did not panic")
		}
	}()
	h.Add("a", func(context.Context) error { return nil })
}

func TestAdminHandler(t *testing.T) {
	handler := obs.AdminHandler(obs.NewRegistry(obs.Build{Version: "1.2.3", Revision: "abc", Go: "go1.26"}), obs.NewHealth())
	for path, want := range map[string]string{
		"/metrics":             `vantage_build_info{go="go1.26",revision="abc",version="1.2.3"} 1`,
		"/healthz":             "ok",
		"/readyz":              `"ready":true`,
		"/debug/pprof/":        "goroutine",
		"/debug/pprof/symbol":  "num_symbols",
		"/debug/pprof/cmdline": "obs.test",
	} {
		t.Run("serves "+path, func(t *testing.T) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
				t.Errorf("got %d %.200s", w.Code, w.Body)
			}
		})
	}
}

func TestReadBuild(t *testing.T) {
	if b := obs.ReadBuild(); b.Version == "" || !strings.HasPrefix(b.Go, "go") {
		t.Errorf("got %+v", b)
	}
}
