package doctor

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/media"
	"vantage/transcode"
)

func find(t *testing.T, checks []api.Check, name string) api.Check {
	t.Helper()
	for _, c := range checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no check %q in %+v", name, checks)
	return api.Check{}
}

func TestExamine(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cfg := config.Default()
	cfg.StateDir = filepath.Join(t.TempDir(), "state")
	cfg.HTTP.Listen, cfg.Admin.Listen, cfg.RTSP.Listen = taken.Addr().String(), "127.0.0.1:0", ""
	cfg.WebRTC.UDPListen, cfg.WebRTC.TCPListen = "127.0.0.1:0", "127.0.0.1:0"
	r := Examine(t.Context(), Options{Config: cfg, Ports: true, FFmpeg: "5.1", Encoders: []transcode.ProbeResult{
		{Encoder: "libx264", Codec: media.H264, Works: true}, {Encoder: "h264_nvenc", Codec: media.H264},
	}})
	for name, want := range map[string]bool{
		"ffmpeg": true, "encoders": true, "http port": false, "admin port": true, "webrtc udp port": true, "webrtc tcp port": true, "state": true,
	} {
		c := find(t, r.Checks, name)
		if c.OK != want {
			t.Errorf("%s: got %+v", name, c)
		}
	}
	if Healthy(r) {
		t.Error("healthy with a port that is taken")
	}
	for _, c := range r.Checks {
		if c.Detail == "" || !c.OK && c.Hint == "" {
			t.Errorf("%+v lacks words", c)
		}
		if c.Name == "rtsp port" {
			t.Error("a listener that is off is examined")
		}
	}
}

func TestEncoders(t *testing.T) {
	for name, tc := range map[string]struct {
		results []transcode.ProbeResult
		ok      bool
		detail  string
	}{
		"none at all is a problem":        {nil, false, "none of 0"},
		"only others is a problem":        {[]transcode.ProbeResult{{Encoder: "libvpx", Codec: media.VP8, Works: true}}, false, "1 of 1"},
		"one that is broken is a problem": {[]transcode.ProbeResult{{Encoder: "libx264", Codec: media.H264}}, false, "none of 1"},
		"one for H.264 is enough":         {[]transcode.ProbeResult{{Encoder: "libx264", Codec: media.H264, Works: true}}, true, "libx264"},
	} {
		t.Run(name, func(t *testing.T) {
			if c := checkEncoders(tc.results); c.OK != tc.ok || !strings.Contains(c.Detail, tc.detail) {
				t.Errorf("got %+v", c)
			}
		})
	}
	if c := checkFFmpeg(""); c.OK || c.Hint == "" {
		t.Errorf("a build without FFmpeg: got %+v", c)
	}
}

func TestGPU(t *testing.T) {
	dev := t.TempDir()
	if c := checkGPU(dev); !c.OK || !strings.Contains(c.Detail, "none") {
		t.Errorf("without one: got %+v", c)
	}
	if err := os.WriteFile(filepath.Join(dev, "nvidia0"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if c := checkGPU(dev); !c.OK || !strings.Contains(c.Detail, "nvidia0") {
		t.Errorf("with one: got %+v", c)
	}
	if err := os.Mkdir(filepath.Join(dev, "nvidia1"), 0o700); err != nil { // cannot be opened for writing, by root neither
		t.Fatal(err)
	}
	if c := checkGPU(dev); c.OK || c.Hint == "" {
		t.Errorf("with one that may not be opened: got %+v", c)
	}
}

func TestStateThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if c := checkState(filepath.Join(file, "state")); c.OK || c.Hint == "" {
		t.Errorf("got %+v", c)
	}
}
