package transcode_test

import (
	"slices"
	"strconv"
	"testing"

	"vantage/media"
	"vantage/transcode"
)

func TestTableIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range transcode.Table {
		if seen[b.Name] {
			t.Errorf("%s is there twice", b.Name)
		}
		seen[b.Name] = true
		if b.Codec.Kind() != media.Video || b.Rate == 0 || b.QualityMax <= b.QualityMin || len(b.Formats) == 0 || b.MinSidePx < 1 || b.MaxSidePx < 1920 {
			t.Errorf("%s: %+v", b.Name, b)
		}
		if b.PresetOption != "" && !slices.Contains(b.Presets, b.Preset) {
			t.Errorf("%s: the preset %q is not one of %v", b.Name, b.Preset, b.Presets)
		}
		for _, crf := range []float64{0, 26, 51} {
			if v := transcode.CRF(b.Codec, crf); v < b.QualityMin-1 || v > b.QualityMax {
				t.Errorf("%s: CRF %g becomes %g", b.Name, crf, v)
			}
		}
		if got, ok := transcode.BackendByName(b.Name); !ok || got.Name != b.Name {
			t.Errorf("%s is not found", b.Name)
		}
	}
	if _, ok := transcode.BackendByName("x264"); ok {
		t.Error("an unknown encoder is found")
	}
}

func TestOptions(t *testing.T) {
	base := transcode.EncoderConfig{WidthPx: 1280, HeightPx: 720, FrameRate: 30, ClockRate: 90000, Rate: transcode.RateControl{CRF: 26}}
	for _, tc := range []struct {
		name, encoder string
		edit          func(*transcode.EncoderConfig)
		want          map[string]string // "-" is absent
	}{
		{"two seconds between key frames by default", "libx264", nil, map[string]string{"g": "60", "bf": "0", "crf": "26", "preset": "veryfast"}},
		{"the key interval asked", "libx264", func(c *transcode.EncoderConfig) { c.GOPFrames = 7 }, map[string]string{"g": "7"}},
		{"a cap that does not bind, to be lowered later", "libx264", nil, map[string]string{"maxrate": "13824000", "bufsize": "13824000", "b": "-"}},
		{"no cap offline", "libx264", func(c *transcode.EncoderConfig) { c.Offline = true }, map[string]string{"maxrate": "-", "x264-params": "sliced-threads=0"}},
		{"a cap over constant quality", "libx264",
			func(c *transcode.EncoderConfig) { c.Rate.MaxBitrateBPS, c.Rate.VBVSeconds = 4e6, 0.5 },
			map[string]string{"maxrate": "4000000", "bufsize": "2000000", "crf": "26"}},
		{"a bitrate in place of quality", "libx264", func(c *transcode.EncoderConfig) { c.Rate.BitrateBPS = 2e6 },
			map[string]string{"b": "2000000", "maxrate": "2000000", "crf": "-"}},
		{"the caller's options over all", "libx264", func(c *transcode.EncoderConfig) { c.Options = map[string]string{"g": "9", "aq-mode": "2"} },
			map[string]string{"g": "9", "aq-mode": "2"}},
		{"regions need adaptive quantisation in x264", "libx264", func(c *transcode.EncoderConfig) { c.ROI, c.Preset = true, "ultrafast" },
			map[string]string{"aq-mode": "1", "preset": "ultrafast"}},
		{"regions take the place of cyclic refresh in VP9", "libvpx-vp9", func(c *transcode.EncoderConfig) { c.ROI = true }, map[string]string{"aq-mode": "0"}},
		{"cyclic refresh without regions", "libvpx-vp9", nil, map[string]string{"aq-mode": "3"}},
		{"whole quality numbers in libvpx", "libvpx", func(c *transcode.EncoderConfig) { c.Rate.CRF = 20.6 }, map[string]string{"crf": "21"}},
		{"constant bitrate in libvpx", "libvpx", func(c *transcode.EncoderConfig) { c.Rate.BitrateBPS = 1e6 },
			map[string]string{"b": "1000000", "minrate": "1000000", "maxrate": "1000000", "crf": "-"}},
		{"NVENC by quality", "h264_nvenc", nil, map[string]string{"rc": "vbr", "cq": "26", "b": "0"}},
		{"VA-API by quality", "h264_vaapi", func(c *transcode.EncoderConfig) { c.Offline = true }, map[string]string{"rc_mode": "CQP", "qp": "26"}},
		{"VA-API under a cap", "h264_vaapi", func(c *transcode.EncoderConfig) { c.Rate.MaxBitrateBPS = 4e6 }, map[string]string{"rc_mode": "QVBR", "b": "4000000"}},
		{"SVT-AV1 has room above its average", "libsvtav1", func(c *transcode.EncoderConfig) { c.Rate.BitrateBPS = 1e6 }, map[string]string{"maxrate": "1500000"}},
		{"quality is bounded", "libsvtav1", func(c *transcode.EncoderConfig) { c.Rate.CRF = 0 }, map[string]string{"crf": "1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, _ := transcode.BackendByName(tc.encoder)
			cfg := base
			cfg.Encoder, cfg.Codec = b.Name, b.Codec
			if tc.edit != nil {
				tc.edit(&cfg)
			}
			got := b.Options(cfg)
			for k, want := range tc.want {
				v, ok := got[k]
				if want == "-" && ok || want != "-" && v != want {
					t.Errorf("%s is %q, want %q", k, v, want)
				}
			}
		})
	}
	b, _ := transcode.BackendByName("libx264")
	if live := b.Options(base); live["tune"] != b.Live["tune"] || len(b.Live) == 0 {
		t.Error("the table's options are not taken")
	}
	if _, changed := b.Live["g"]; changed {
		t.Error("Options wrote to the table")
	}
}

func TestLimit(t *testing.T) {
	x264, _ := transcode.BackendByName("libx264")
	svt, _ := transcode.BackendByName("libsvtav1")
	for name, tc := range map[string]struct {
		b    *transcode.Backend
		r    transcode.RateControl
		bps  int
		want transcode.RateControl
	}{
		"a cap under constant quality": {x264, transcode.RateControl{CRF: 26, MaxBitrateBPS: 6e6}, 1e6, transcode.RateControl{CRF: 26, MaxBitrateBPS: 1e6}},
		"a lower average":              {x264, transcode.RateControl{BitrateBPS: 4e6, MaxBitrateBPS: 6e6}, 1e6, transcode.RateControl{BitrateBPS: 1e6, MaxBitrateBPS: 1e6}},
		"a cap above the average":      {x264, transcode.RateControl{BitrateBPS: 4e6}, 5e6, transcode.RateControl{BitrateBPS: 4e6, MaxBitrateBPS: 5e6}},
		"an average where caps are not kept": {svt, transcode.RateControl{CRF: 30, MaxBitrateBPS: 6e6}, 1e6,
			transcode.RateControl{CRF: 30, BitrateBPS: 1e6, MaxBitrateBPS: 1e6}},
		"quality again at the configured cap": {svt, transcode.RateControl{CRF: 30, MaxBitrateBPS: 6e6}, 6e6, transcode.RateControl{CRF: 30, MaxBitrateBPS: 6e6}},
	} {
		if got := tc.b.Limit(tc.r, tc.bps); got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestROIModeText(t *testing.T) {
	for _, m := range []transcode.ROIMode{transcode.ROINone, transcode.ROISideData, transcode.ROIPrefilter} {
		b, err := m.MarshalText()
		var got transcode.ROIMode
		if err != nil || got.UnmarshalText(b) != nil || got != m {
			t.Errorf("%v: %s", m, b)
		}
	}
	var m transcode.ROIMode
	if m.UnmarshalText([]byte(strconv.Quote("x"))) == nil {
		t.Error("an unknown mode is read")
	}
}

func TestThreads(t *testing.T) {
	x264, _ := transcode.BackendByName("libx264")
	vp8, _ := transcode.BackendByName("libvpx")
	for name, tc := range map[string]struct {
		b    *transcode.Backend
		cfg  transcode.EncoderConfig
		want int
	}{
		"a small picture":      {x264, transcode.EncoderConfig{WidthPx: 320, HeightPx: 180, FrameRate: 25}, 1},
		"720p30":               {x264, transcode.EncoderConfig{WidthPx: 1280, HeightPx: 720, FrameRate: 30}, 2},
		"1080p30":              {x264, transcode.EncoderConfig{WidthPx: 1920, HeightPx: 1080, FrameRate: 30}, 5},
		"2160p60":              {x264, transcode.EncoderConfig{WidthPx: 3840, HeightPx: 2160, FrameRate: 60}, 8},
		"as configured":        {x264, transcode.EncoderConfig{WidthPx: 320, HeightPx: 180, FrameRate: 25, Threads: 3}, 3},
		"offline":              {x264, transcode.EncoderConfig{WidthPx: 1280, HeightPx: 720, FrameRate: 30, Offline: true}, 0},
		"where threads spin":   {vp8, transcode.EncoderConfig{WidthPx: 1920, HeightPx: 1080, FrameRate: 30, Threads: 4}, 1},
		"an absurd frame rate": {x264, transcode.EncoderConfig{WidthPx: 16384, HeightPx: 16384, FrameRate: 240}, 8},
	} {
		if got := tc.b.ThreadsFor(tc.cfg, 16); got != tc.want {
			t.Errorf("%s: got %d, want %d", name, got, tc.want)
		}
	}
	if got := x264.ThreadsFor(transcode.EncoderConfig{WidthPx: 1920, HeightPx: 1080, FrameRate: 30}, 2); got != 2 {
		t.Errorf("two cores: got %d", got)
	}
}
