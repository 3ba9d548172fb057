package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vantage/media"
)

var (
	small = media.Size{WidthPx: 640, HeightPx: 360}
	hd    = media.Size{WidthPx: 1280, HeightPx: 720}
)

func TestTheWallShowsEveryCameraMoving(t *testing.T) {
	s := serve(t, "")
	cameras := []string{"east", "north", "south"}
	for _, name := range cameras {
		camera{Size: small, FPS: 15, Bitrate: "1M"}.film(t, s.RTSP+"/"+name)
	}
	s.live(t, cameras...)
	var found struct {
		Tiles map[string]struct {
			pictures
			Words string
		}
		Second   string
		Overhang int
	}
	browse(t, s, "wall", params{"cameras": cameras}, &found)
	for _, name := range cameras {
		tile := found.Tiles[name]
		tile.check(t, 3*time.Second, 15)
		if !strings.Contains(tile.Words, name) || !strings.Contains(tile.Words, "Live") {
			t.Errorf("tile %s says %q", name, tile.Words)
		}
	}
	if found.Second != cameras[1] {
		t.Errorf("two arrow keys chose %q, want %q", found.Second, cameras[1])
	}
	if found.Overhang > 0 {
		t.Errorf("the wall is %d px too wide for a phone", found.Overhang)
	}
}

// TestLatency is acceptance 2 of the main path: RTSP camera, passthrough and ROI, WHEP, frame numbers read back from a canvas.
func TestLatency(t *testing.T) {
	s := serve(t, "")
	camera{Size: hd, FPS: 30}.film(t, s.RTSP+"/stamp")
	s.live(t, "stamp")
	for _, rendition := range []string{"source", "roi"} {
		t.Run(rendition, func(t *testing.T) {
			var found struct {
				pictures
				Stats struct {
					LatencyMS float64 `json:"latencyMS"`
					Freezes   int     `json:"freezes"`
					Codec     string  `json:"codec"`
				}
			}
			browse(t, s, "latency", params{"stream": "stamp", "rendition": rendition}, &found)
			found.check(t, *playFor, 30)
			if found.Width != hd.WidthPx || found.Height != hd.HeightPx {
				t.Errorf("picture is %dx%d, want %v", found.Width, found.Height, hd)
			}
			t.Logf("%-6s 720p30 over %v: glass to glass p50 %.0f ms, p95 %.0f ms, max %.0f ms; %d pictures, %d skipped, longest stand %d ms, %d freezes by getStats; the player says %.0f ms",
				rendition, *playFor, found.P50, found.P95, found.Max, found.Pictures, found.Skipped, found.LongestMS, found.Stats.Freezes, found.Stats.LatencyMS)
		})
	}
}

func TestTheStreamPageShowsRegionsAndSaving(t *testing.T) {
	s := serve(t, "")
	camera{Size: hd, FPS: 20}.film(t, s.RTSP+"/yard")
	s.live(t, "yard")
	type comparison struct {
		Saving float64
		Apart  string
		Words  string
	}
	var found struct {
		Stats       map[string]string
		ROI         pictures
		Drawn       float64
		Wipe, Split comparison
		Overhang    int
	}
	browse(t, s, "stream", params{"stream": "yard", "settle": 6000}, &found)
	found.ROI.check(t, 3*time.Second, 20)
	for stat, want := range map[string]string{"Codec": "H.264", "Size": "1280×720", "Path": "UDP"} {
		if got := found.Stats[stat]; got != want {
			t.Errorf("statistic %q: got %q, want %q", stat, got, want)
		}
	}
	if found.Drawn == 0 {
		t.Error("the overlay drew nothing")
	}
	for name, c := range map[string]comparison{"wipe": found.Wipe, "split": found.Split} {
		if !strings.Contains(c.Words, "bits than uniform") {
			t.Errorf("%s: no saving is shown: %q", name, c.Words)
		}
		t.Logf("%s: saving %.1f %%; pictures %.4s ms apart", name, 100*c.Saving, c.Apart)
		if c.Apart == "" {
			t.Errorf("%s: the pictures could not be brought in step: the server tells no capture time", name)
		}
	}
	if found.Overhang > 0 {
		t.Errorf("the page is %d px too wide for a phone", found.Overhang)
	}
}

func TestThePlayerIsEmbeddableAndSpeaks(t *testing.T) {
	s := serve(t, "")
	camera{Size: small, FPS: 15, Bitrate: "1M"}.film(t, s.RTSP+"/door")
	s.live(t, "door")
	var found struct {
		Bytes               int
		Seen                pictures
		Embedded            string
		Words, ConsoleWords string
	}
	guest := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><script type="module" src="%s/player.js"></script><vantage-player src="%[1]s/whep/door" muted controls></vantage-player>`, s.HTTP)
	}))
	defer guest.Close()
	browse(t, s, "player", params{"stream": "door", "guest": guest.URL}, &found)
	found.Seen.check(t, 2*time.Second, 15)
	if found.Embedded != "playing" {
		t.Errorf("inside another site the player is %q", found.Embedded)
	}
	const most = 20 << 10
	if found.Bytes > most {
		t.Errorf("the player page loads %d bytes, want at most %d", found.Bytes, most)
	}
	for where, words := range map[string]string{"player": found.Words, "console": found.ConsoleWords} {
		if !strings.Contains(words, "no stream named") || !strings.Contains(words, "nobody-here") {
			t.Errorf("%s says of an unknown stream: %q", where, words)
		}
	}
}
