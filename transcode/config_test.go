package transcode_test

import (
	"strings"
	"testing"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

func TestDefaultIsValid(t *testing.T) {
	if err := transcode.Default().Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidate(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*transcode.RenditionConfig)
		want []string // in the message; none is valid
	}{
		"a size and rate":             {func(c *transcode.RenditionConfig) { c.Size, c.FPS = media.Size{WidthPx: 640, HeightPx: 360}, 15 }, nil},
		"an encoder with its preset":  {func(c *transcode.RenditionConfig) { c.Encoder, c.Preset = "libx264", "ultrafast" }, nil},
		"another codec":               {func(c *transcode.RenditionConfig) { c.Codec = media.AV1 }, nil},
		"a tiny picture":              {func(c *transcode.RenditionConfig) { c.Size = media.Size{WidthPx: 8, HeightPx: 360} }, []string{"size: 8x360"}},
		"a negative frame rate":       {func(c *transcode.RenditionConfig) { c.FPS = -1 }, []string{"fps: -1"}},
		"an unknown encoder":          {func(c *transcode.RenditionConfig) { c.Encoder = "x264" }, []string{`encoder: "x264" is unknown`}},
		"an encoder of another codec": {func(c *transcode.RenditionConfig) { c.Encoder = "libvpx" }, []string{"libvpx does not encode h264"}},
		"an unknown preset":           {func(c *transcode.RenditionConfig) { c.Encoder, c.Preset = "libx264", "warp" }, []string{`libx264 has no "warp"`}},
		"a preset of no encoder":      {func(c *transcode.RenditionConfig) { c.Preset = "fast" }, []string{"left to choice"}},
		"a codec without encoder":     {func(c *transcode.RenditionConfig) { c.Codec = media.MJPEG }, []string{"no encoder for mjpeg"}},
		"all mistakes at once": {func(c *transcode.RenditionConfig) {
			c.CRF, c.KeyInterval, c.Bitrate = 60, 0, transcode.BitrateRange{Min: 8e6, Max: 1e6}
		}, []string{"crf: 60", "key_interval: 0", "min 8Mbps is above max 1Mbps"}},
		"bitrates out of range": {func(c *transcode.RenditionConfig) { c.Bitrate = transcode.BitrateRange{Min: 0, Max: 2e9} },
			[]string{"bitrate.min: 0bps", "bitrate.max: 2Gbps"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := transcode.Default()
			tc.edit(&c)
			err := c.Validate()
			if len(tc.want) == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil {
				t.Fatal("it is accepted")
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("got %q, want %q in it", err, w)
				}
			}
			if hint.Of(err) == "" {
				t.Error("no hint")
			}
		})
	}
}
