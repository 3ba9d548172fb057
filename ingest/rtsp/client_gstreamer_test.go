package rtsp_test

import (
	"bufio"
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"vantage/ingest/rtsp"
	"vantage/media"
	"vantage/media/mediatest"
)

// gstCamera starts a camera of GStreamer in another process and returns its host and port. The test is skipped where that cannot be.
func gstCamera(t *testing.T, pipeline string) string {
	t.Helper()
	const python = "/usr/bin/python3" // that of the system, which has its bindings
	if exec.Command(python, "-c", "import gi; gi.require_version('GstRtspServer', '1.0')").Run() != nil {
		t.Skip("needs GStreamer's RTSP server (apt install python3-gi gir1.2-gst-rtsp-server-1.0)")
	}
	for _, word := range strings.Fields(pipeline) {
		if strings.HasSuffix(word, "enc") && exec.Command("gst-inspect-1.0", "--exists", word).Run() != nil {
			t.Skipf("needs GStreamer's %s", word)
		}
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/camera.py", pipeline)
	var diag bytes.Buffer
	cmd.Stderr = &diag
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("camera: %s", diag.String())
		}
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the camera did not start: %v", err)
	}
	return "127.0.0.1:" + strings.TrimSpace(port)
}

func TestCamerasOfGStreamer(t *testing.T) {
	const (
		picture = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=25/1 ! "
		sound   = "audiotestsrc is-live=true wave=ticks ! audioconvert ! audio/x-raw,rate=48000,channels=2 ! "
		x264    = picture + "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 pt=96 "
	)
	for name, tc := range map[string]struct {
		pipeline     string
		video, audio media.Codec
		reordered    bool
	}{
		"H.264 and AAC":                  {x264 + sound + "avenc_aac ! rtpmp4gpay name=pay1 pt=97", media.H264, media.AAC, false},
		"H.264 with sets in band only":   {picture + "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 pt=96 config-interval=-1", media.H264, 0, false},
		"H.264 with B-frames and slices": {picture + "x264enc bframes=2 b-adapt=false speed-preset=superfast key-int-max=15 option-string=slices=4 ! video/x-h264,profile=main ! rtph264pay name=pay0 pt=96", media.H264, 0, true},
		"H.265":                          {picture + "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph265pay name=pay0 pt=96", media.H265, 0, false},
		"MJPEG":                          {picture + "jpegenc ! rtpjpegpay name=pay0 pt=26", media.MJPEG, 0, false},
		"VP8 and Opus":                   {picture + "vp8enc deadline=1 keyframe-max-dist=25 ! rtpvp8pay name=pay0 pt=96 " + sound + "opusenc ! rtpopuspay name=pay1 pt=97", media.VP8, media.Opus, false},
		"VP9":                            {picture + "vp9enc deadline=1 cpu-used=8 keyframe-max-dist=25 ! rtpvp9pay name=pay0 pt=96", media.VP9, 0, false},
		"G.711":                          {"audiotestsrc is-live=true ! audioconvert ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay0 pt=8", 0, media.PCMA, false},
	} {
		t.Run(name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			host := gstCamera(t, tc.pipeline)
			for _, transport := range []rtsp.Transport{rtsp.UDP, rtsp.TCP} {
				t.Run(string(transport), func(t *testing.T) {
					c := newClient(t, rtsp.ClientOptions{URL: "rtsp://" + host + "/cam", Transport: transport})
					p, stop := pull(t, c)
					for _, want := range []media.Codec{tc.video, tc.audio} {
						if want == 0 {
							continue
						}
						waitFor(t, "units of "+want.String(), func() bool { return p.count(want.Kind()) >= 30 })
						track := p.track(want.Kind())
						if track.Codec != want || want.Kind() == media.Video && (track.WidthPx != 320 || track.HeightPx != 240) {
							t.Errorf("track %+v", *track)
						}
						if want.Kind() == media.Video && track.Reordered != tc.reordered {
							t.Errorf("reordered: %v", track.Reordered)
						}
					}
					_ = stop()
					if l := c.Link(); l.Dropped > 0 || l.Lost > 0 || l.Transport != string(transport) {
						t.Errorf("link %+v", l)
					}
				})
			}
		})
	}
}

func TestACameraOfGStreamerSaysThatAPathIsWrong(t *testing.T) {
	host := gstCamera(t, "videotestsrc is-live=true ! video/x-raw,width=320,height=240 ! jpegenc ! rtpjpegpay name=pay0 pt=26")
	if err := fails(t, newClient(t, rtsp.ClientOptions{URL: "rtsp://" + host + "/nosuch"})); code(err) != "not_found" {
		t.Errorf("got %v (%s)", err, code(err))
	}
}
