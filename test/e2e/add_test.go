package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The camera here is another Vantage that FFmpeg publishes to: a real RTSP server to pull from, with a real 404.
func TestACameraIsAddedWithAVerdict(t *testing.T) {
	far := serve(t, "")
	camera{Size: small, FPS: 15, Bitrate: "1M"}.film(t, far.RTSP+"/porch")
	far.live(t, "porch")
	s := serve(t, "")
	var found struct {
		Commands []string
		Wrong    struct{ Broken, Words string }
		Verdict  string
		Suggest  string `json:"suggested"`
		Seen     pictures
	}
	browse(t, s, "add", params{"url": far.RTSP + "/porch", "wrong": far.RTSP + "/attic", "name": "front-porch"}, &found)
	if text := strings.Join(found.Commands, "\n"); !strings.Contains(text, fmt.Sprintf("rtsp://127.0.0.1:%d/", s.Ports[1])) || !strings.Contains(text, s.HTTP+"/whip/") {
		t.Errorf("the empty wall does not tell how to publish to this server:\n%s", text)
	}
	if found.Wrong.Broken != "true" || !strings.Contains(found.Wrong.Words, "404") || !strings.Contains(found.Wrong.Words, "Check the path") {
		t.Errorf("verdict on a wrong path: broken %q, %q", found.Wrong.Broken, found.Wrong.Words)
	}
	for _, want := range []string{"H.264", "640×360", "15 fps"} {
		if !strings.Contains(found.Verdict, want) {
			t.Errorf("verdict lacks %q:\n%s", want, found.Verdict)
		}
	}
	if found.Suggest != "porch" {
		t.Errorf("suggested name: got %q, want porch", found.Suggest)
	}
	found.Seen.check(t, 2*time.Second, 15)
}
