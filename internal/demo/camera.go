package demo

import (
	"fmt"
	"os"
	"path/filepath"

	"vantage/ingest/synth"
	"vantage/ingest/synth/junction"
	"vantage/media"
)

// Camera is one sample camera.
type Camera struct {
	Name  media.StreamID
	Title string // for people
	File  string // footage, looped; empty: Spec is rendered
	Sound bool   // the footage has sound
	Spec  synth.Spec
}

// footage is what scripts/footage.sh fetches and the demo shows.
var footage = []Camera{
	{Name: "campus", Title: "Campus walkway (PETS 2009, 768x576)", File: "vtest.avi"},
	{Name: "workbench", Title: "Workbench webcam with sound (640x480)", File: "box.mp4", Sound: true},
}

// Cameras returns the cameras that the demo publishes: the junction and the footage in dir; where none is, the junction from
// three places.
func Cameras(dir string) []Camera {
	list := []Camera{rendered("junction", 0, 1, media.Size{WidthPx: 1280, HeightPx: 720}, 25)}
	for _, c := range footage {
		c.File = filepath.Join(dir, c.File)
		if st, err := os.Stat(c.File); err == nil && st.Mode().IsRegular() && st.Size() > 0 {
			list = append(list, c)
		}
	}
	small := media.Size{WidthPx: 960, HeightPx: 540}
	for i := 1; len(list) < 3; i++ {
		list = append(list, rendered("junction-"+junction.Views[i].Name, i, uint64(i)+1, small, 20))
	}
	return list
}

func rendered(name string, view int, seed uint64, size media.Size, fps float64) Camera {
	v := junction.Views[view]
	return Camera{
		Name: media.StreamID(name), Title: fmt.Sprintf("Rendered junction, %s (%v)", v.Name, size),
		Spec: synth.Spec{Kind: synth.Junction, Size: size, FPS: fps, Seed: seed, View: v},
	}
}

// gopSeconds is the time between two key frames of the sample cameras.
const gopSeconds = 2

// args are FFmpeg's, from the input to the output URL.
func (c *Camera) args(url string) []string {
	a := []string{"-hide_banner", "-nostdin", "-loglevel", "error"}
	if c.File == "" {
		a = append(a, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "bt709",
			"-video_size", c.Spec.Size.String(), "-framerate", fmt.Sprintf("%g", c.Spec.FPS), "-i", "pipe:0")
	} else {
		a = append(a, "-re", "-stream_loop", "-1", "-i", "file:"+c.File)
	}
	a = append(a, "-map", "0:v:0", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-profile:v", "high", "-pix_fmt", "yuv420p",
		"-crf", "22", "-maxrate", "6M", "-bufsize", "6M", "-force_key_frames", fmt.Sprintf("expr:gte(t,n_forced*%d)", gopSeconds),
		"-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
	if c.Sound {
		a = append(a, "-map", "0:a:0", "-c:a", "libopus", "-b:a", "64k", "-ar", "48000", "-ac", "2")
	}
	return append(a, "-f", "rtsp", "-rtsp_transport", "tcp", url)
}
