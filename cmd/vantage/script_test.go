package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"vantage/ingest/onvif/onviftest"
	"vantage/internal/httpx"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"vantage": main}) }

// TestScripts runs testdata/script/*.txtar: commands, exit statuses, what is printed where.
func TestScripts(t *testing.T) {
	server := httptest.NewServer(fakeServer())
	t.Cleanup(server.Close) // the scripts run after this function has returned
	camera := fakeCamera(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("VANTAGE_SERVER", server.URL)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("CAMERA", camera.ProbeAddr())
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// fakeCamera answers ONVIF until the test and its scripts have ended.
func fakeCamera(t *testing.T) *onviftest.Camera {
	t.Helper()
	camera, err := onviftest.Listen(onviftest.Config{
		Name: "Gate", Hardware: "X100", Username: "admin", Password: "hunter2",
		Profiles: []onviftest.Profile{{Token: "p1", Name: "main", Encoding: "H264", Width: 1280, Height: 720, FPS: 25, URI: "rtsp://127.0.0.1:554/main"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- camera.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return camera
}

// exits runs a command and wants its exit status: exits 2 vantage config check.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		code, ok := err.(interface{ ExitCode() int }) //nolint:errorlint // it is the process's own
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = code.ExitCode()
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// fakeServer answers as a server with two streams would.
func fakeServer() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/streams", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"streams":[
{"name":"gate-north","source":{"url":"rtsp://viewer:***@192.0.2.7/1","type":"rtsp","state":"live"},
 "tracks":[{"id":"video","kind":"video","codec":"h264","width":1280,"height":720}],"fps":24.98,"bitrate_bps":3512345,"viewers":2},
{"name":"drone","source":{"url":"","type":"publish","state":"idle"},"tracks":[]}]}`)
	})
	mux.HandleFunc("GET /v1/streams/{name}/snapshot.jpg", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("name") != "gate-north" {
			p := httpx.Errorf(http.StatusNotFound, "no such stream: %s", r.PathValue("name"))
			p.Hint = "'vantage stream list' shows them"
			httpx.Write(w, r, p)
			return
		}
		fmt.Fprint(w, "jpeg", r.URL.RawQuery)
	})
	mux.HandleFunc("POST /v1/reload", func(w http.ResponseWriter, r *http.Request) {
		switch httpx.Bearer(r) {
		case "refused":
			httpx.Write(w, r, httpx.Unauthorized("the administrator's token is wrong"))
		case "mistake":
			httpx.Write(w, r, httpx.Errorf(http.StatusUnprocessableEntity, "bad").With("errors",
				[]map[string]any{{"path": "log", "line": 3, "message": `unknown key "levle"`, "hint": `did you mean "level"?`}}))
		case "nothing":
			fmt.Fprint(w, `{}`)
		default:
			fmt.Fprint(w, `{"added":["yard"],"removed":["door"],"changed":[{"name":"gate","source":true,"renditions":["hd"]}],
"live":["log.level"],"restart":["http.listen"],"warnings":[{"path":"rtsp.listen","line":2,"message":"open","hint":"close it"}]}`)
		}
	})
	return mux
}
