package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// maxPicture is the largest that a picture of the documentation may be, in bytes.
const maxPicture = 300 << 10

// TestScreenshots refreshes the pictures of the documentation (-docs DIR) from the demo's footage.
func TestScreenshots(t *testing.T) {
	if *docsDir == "" {
		t.Skip("-docs names no directory")
	}
	s := serve(t, "streams: {junction: {source: {url: \"synth://junction\"}}}\n")
	streams := []string{"junction"}
	for name, file := range map[string]string{"plaza": "vtest.avi", "workshop": "box.mp4"} {
		film(t, filepath.Join(root(), ".cache", "footage", file), s.RTSP+"/"+name)
		streams = append(streams, name)
	}
	s.live(t, streams...)
	var found struct{ Saving float64 }
	browse(t, s, "docs", params{"streams": streams, "stream": "junction", "settle": 25_000}, &found)
	t.Logf("ROI saves %.0f %% on the junction", 100*found.Saving)
	for _, name := range []string{"wall", "wall-phone", "stream", "compare"} {
		squeeze(t, filepath.Join(t.ArtifactDir(), name+".png"), filepath.Join(*docsDir, name+".png"))
	}
}

// film publishes a file in a loop, as H.264 that browsers take.
func film(t *testing.T, file, url string) {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-hide_banner", "-loglevel", "warning", "-nostdin", "-re", "-stream_loop", "-1", "-i", file,
		"-an", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-g", "60", "-pix_fmt", "yuv420p", "-f", "rtsp", "-rtsp_transport", "tcp", url)
	log := create(t, "film-"+filepath.Base(file)+".log")
	cmd.Stdout, cmd.Stderr = log, log
	start(t, cmd, stopTime)
}

// squeeze writes a PNG with a palette of its own: a third of the size, and no difference that a page in a manual shows.
func squeeze(t *testing.T, from, to string) {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i", from,
		"-vf", "split[a][b];[a]palettegen=max_colors=160:stats_mode=full[p];[b][p]paletteuse=dither=none", to)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	info, err := os.Stat(to)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > maxPicture {
		t.Errorf("%s has %d kB, want at most %d", to, info.Size()>>10, maxPicture>>10)
	}
}
