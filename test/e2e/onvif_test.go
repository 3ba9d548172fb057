package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"

	"vantage/ingest/onvif/onviftest"
)

// call posts JSON and reads the answer.
func (s *server) call(t *testing.T, path string, body, into any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.HTTP+path, "application/json", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode/100 != 2 {
		t.Fatalf("%s: %s: %s", path, resp.Status, answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("%s: %v: %s", path, err, answer)
	}
}

// TestAnONVIFCameraIsAddedAndSurvivesARestart goes from the address of a camera to its picture by API calls alone. Finding the address by
// multicast is tested in package onvif: a test machine need not have a network.
func TestAnONVIFCameraIsAddedAndSurvivesARestart(t *testing.T) {
	lens := newRTSPCamera(t, makeClip(t, 640, 360))
	cam, err := onviftest.Listen(onviftest.Config{
		Name: "Gate", Hardware: "Paper 1", Username: "admin", Password: "secret-lens",
		Profiles: []onviftest.Profile{{Token: "main", Name: "Main", Encoding: "H264", Width: 640, Height: 360, FPS: clipFPS, URI: lens.url()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- cam.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("camera: %v", err)
		}
	}()
	s := serve(t, "")

	var profiles struct {
		Profiles []struct {
			Token, Codec, URI string
			Width, Height     int
		}
	}
	s.call(t, "/v1/discover/profiles", map[string]string{"xaddr": cam.XAddr(), "username": "admin", "password": "secret-lens"}, &profiles)
	if len(profiles.Profiles) != 1 {
		t.Fatalf("profiles %+v, want one", profiles.Profiles)
	}
	p := profiles.Profiles[0]
	if p.Width != 640 || p.Height != 360 || p.URI != lens.url() {
		t.Errorf("profile %+v, want 640x360 at %s", p, lens.url())
	}

	var verdict map[string]any
	s.call(t, "/v1/probe", map[string]string{"url": p.URI, "transport": "tcp", "duration": "2s"}, &verdict)
	if verdict["reachable"] != true {
		t.Errorf("verdict %v, want reachable", verdict)
	}

	var added struct{ Name, Origin string }
	s.call(t, "/v1/streams", map[string]any{"name": "gate", "source": map[string]string{"url": p.URI, "transport": "tcp"}}, &added)
	if added.Name != "gate" || added.Origin != "api" {
		t.Errorf("added %+v", added)
	}
	s.live(t, "gate")
	s.watch(t, "gate")

	s.restart(t)
	s.live(t, "gate")
	s.watch(t, "gate")
}

// restart ends the server in order and starts it again with the same configuration and state.
func (s *server) restart(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(s.pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	until(t, stopTime, "the server to end", func() error {
		if syscall.Kill(s.pid, 0) == nil {
			return fmt.Errorf("process %d is there", s.pid)
		}
		return nil
	})
	s.start(t, "server-again.log")
}
