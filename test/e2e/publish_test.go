package e2e

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestABrowserPublishesByWHIP is acceptance 4: Chromium's camera and microphone in, watched by WHEP and by an RTSP player.
func TestABrowserPublishesByWHIP(t *testing.T) {
	for _, codec := range []string{"VP8", "H264"} {
		t.Run(codec, func(t *testing.T) {
			s := serve(t, "")
			until := filepath.Join(t.TempDir(), "enough")
			played := make(chan probed, 1)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				defer close(played)
				p := probeRTSP(ctx, s.RTSP+"/booth")
				played <- p
				_ = os.WriteFile(until, nil, 0o600) // if not, the scenario ends by its own time
			}()
			var found struct {
				Sorry      string
				Codec      string
				Width      int
				AudioCodec string `json:"audioCodec"`
				FPS        float64
				Sounds     int
				Gone       int
			}
			browse(t, s, "whip", params{"stream": "booth", "codec": codec, "until": until, "hold": 40_000}, &found)
			cancel()
			if found.Sorry != "" {
				t.Skip(found.Sorry)
			}
			if found.Codec != codec || !strings.EqualFold(found.AudioCodec, "opus") || found.Sounds != 1 {
				t.Errorf("WHEP viewer got %s and %q (%d sounds), want %s and opus", found.Codec, found.AudioCodec, found.Sounds, codec)
			}
			if found.Gone != 200 {
				t.Errorf("DELETE of the WHIP session: got %d, want 200", found.Gone)
			}
			p := <-played
			if p.err != "" {
				t.Fatalf("ffprobe: %s", p.err)
			}
			t.Logf("WHEP viewer: %s %d px wide at %.0f fps and %s; RTSP player: %s", found.Codec, found.Width, found.FPS, found.AudioCodec, strings.Join(p.codecs, ", "))
			if got, want := strings.Join(p.codecs, " "), strings.ToLower(codec)+" opus"; got != want {
				t.Errorf("RTSP player got %q, want %q", got, want)
			}
		})
	}
}

// probed is what an RTSP player found: the codecs of streams whose packets it got.
type probed struct {
	codecs []string
	err    string
}

// playTime is how long the RTSP player tries.
const playTime = 60 * time.Second

// probeRTSP plays a stream by RTSP as soon as it exists, and reads packets of each of its tracks.
func probeRTSP(ctx context.Context, url string) probed {
	ctx, cancel := context.WithTimeout(ctx, playTime)
	defer cancel()
	var last string
	for ctx.Err() == nil {
		cmd := exec.CommandContext(ctx, "ffprobe", "-hide_banner", "-loglevel", "error", "-rtsp_transport", "tcp", "-read_intervals", "%+3",
			"-show_entries", "stream=codec_name,codec_type,nb_read_packets", "-count_packets", "-of", "json", url)
		out, err := cmd.Output()
		var got struct {
			Streams []struct {
				Codec   string `json:"codec_name"`
				Kind    string `json:"codec_type"`
				Packets string `json:"nb_read_packets"`
			}
		}
		if err == nil && json.Unmarshal(out, &got) == nil && len(got.Streams) == 2 {
			p := probed{codecs: make([]string, 2)}
			for _, s := range got.Streams {
				at := 0
				if s.Kind == "audio" {
					at = 1
				}
				if p.codecs[at] = s.Codec; s.Packets == "" || s.Packets == "0" {
					p.err = "no packets of " + s.Codec
				}
			}
			return p
		}
		last = string(out)
		if e, ok := err.(*exec.ExitError); ok {
			last = string(e.Stderr)
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
	return probed{err: "no stream with picture and sound: " + last}
}
