//go:build cgo && !nolibav

package libav_test

import (
	"bytes"
	"errors"
	"image"
	"log/slog"
	"runtime"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/quality"
	"vantage/transcode"
	"vantage/transcode/libav"
	"vantage/transcode/transcodetest"
)

func x264(width, height int) transcode.EncoderConfig {
	return transcode.EncoderConfig{
		Encoder: "libx264", Codec: media.H264, TrackID: "video", WidthPx: width, HeightPx: height, FrameRate: 30, ClockRate: 90000,
		Rate: transcode.RateControl{CRF: 28},
	}
}

// TestRegionsWorkWithEveryPreset guards against presets that turn adaptive quantisation off, with which libx264 and libx265 drop
// regions in silence.
func TestRegionsWorkWithEveryPreset(t *testing.T) {
	for _, name := range []string{"libx264", "libx265"} {
		b, _ := transcode.BackendByName(name)
		for _, preset := range []string{"ultrafast", "superfast", "veryfast", "medium"} {
			t.Run(name+" "+preset, func(t *testing.T) {
				noLeaks(t)
				s := subject(b, b.Caps())
				s.Config.Preset = preset
				transcodetest.RunROI(t, s)
			})
		}
	}
}

// TestPrefilterSavesBits runs an encoder as if it knew nothing of regions.
func TestPrefilterSavesBits(t *testing.T) {
	for _, name := range []string{"libx264", "libsvtav1"} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			b, _ := transcode.BackendByName(name)
			caps := b.Caps()
			caps.ROI = false
			transcodetest.RunROI(t, subject(b, caps))
		})
	}
}

func TestEncoderConvertsWhatItDoesNotTake(t *testing.T) {
	for _, tc := range []struct {
		name      string
		format    media.PixelFormat
		fullRange bool
		wantFull  bool
	}{
		{"NV12", media.NV12, false, false},
		{"grey", media.Gray8, false, false},
		{"full range to limited", media.I420, true, false},
		{"full range kept", media.I420, true, true},
		{"RGBA", media.RGBA, true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			noLeaks(t)
			cfg := x264(320, 192)
			cfg.Rate.CRF, cfg.FullRange = 10, tc.wantFull
			enc, err := libav.NewEncoder(cfg, libav.EncoderOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer enc.Close()
			dec, err := libav.NewDecoder(enc.Track(), libav.DecoderOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer dec.Close()
			f := media.NewFrame(tc.format, 320, 192)
			defer f.Release()
			f.FullRange = tc.fullRange
			for _, p := range f.Planes {
				for i := range p {
					p[i] = 128
				}
			}
			const brightest = 255 // white in full range
			if tc.fullRange {
				for i := range f.Planes[0] {
					f.Planes[0][i] = brightest
				}
			}
			if tc.format == media.RGBA {
				for i := range f.Planes[0] {
					f.Planes[0][i] = brightest
				}
			}
			var got *media.Frame
			if err := enc.Encode(f, func(u *media.Unit) {
				if err := dec.Decode(u, func(g *media.Frame) { g.Retain(); got = g }); err != nil {
					t.Error(err)
				}
			}); err != nil {
				t.Fatal(err)
			}
			if got == nil {
				t.Fatal("no picture")
			}
			defer got.Release()
			if got.FullRange != tc.wantFull {
				t.Errorf("full range: %v, want %v", got.FullRange, tc.wantFull)
			}
			want := byte(128)
			switch {
			case tc.wantFull:
				want = brightest
			case tc.fullRange:
				want = 235 // white in limited range
			}
			if y := got.Planes[0][100*got.Strides[0]+160]; max(y, want)-min(y, want) > 2 {
				t.Errorf("luma %d, want %d", y, want)
			}
		})
	}
}

func TestEncoderMistakesAreHinted(t *testing.T) {
	noLeaks(t)
	for name, edit := range map[string]func(*transcode.EncoderConfig){
		"an unknown encoder":   func(c *transcode.EncoderConfig) { c.Encoder = "libx266" },
		"another codec":        func(c *transcode.EncoderConfig) { c.Codec = media.AV1 },
		"an unknown preset":    func(c *transcode.EncoderConfig) { c.Preset = "warp" },
		"an unknown option":    func(c *transcode.EncoderConfig) { c.Options = map[string]string{"no-such-option": "1"} },
		"no frame rate":        func(c *transcode.EncoderConfig) { c.FrameRate = 0 },
		"no clock rate":        func(c *transcode.EncoderConfig) { c.ClockRate = 0 },
		"a CRF beyond the end": func(c *transcode.EncoderConfig) { c.Rate.CRF = 52 },
		"a negative bitrate":   func(c *transcode.EncoderConfig) { c.Rate.BitrateBPS = -1 },
	} {
		cfg := x264(320, 192)
		edit(&cfg)
		enc, err := libav.NewEncoder(cfg, libav.EncoderOptions{})
		if err == nil {
			enc.Close()
			t.Errorf("%s is accepted", name)
		} else if hint.Of(err) == "" {
			t.Errorf("%s: no hint with %q", name, err)
		}
	}
}

func TestQualityChangesWithoutAKeyFrame(t *testing.T) {
	noLeaks(t)
	cfg := x264(320, 192)
	cfg.Rate.CRF, cfg.GOPFrames = 20, 1000
	enc, err := libav.NewEncoder(cfg, libav.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	var bits [3]int
	for i := range 90 {
		switch i {
		case 30:
			err = enc.SetCRF(34)
		case 60:
			err = enc.SetCRF(20)
		}
		if err != nil {
			t.Fatal(err)
		}
		f := transcode.Texture(320, 192, i)
		if err := enc.Encode(f, func(u *media.Unit) {
			if u.RandomAccess != (i == 0) {
				t.Errorf("unit %d: random access is %v", i, u.RandomAccess)
			}
			if i > 0 {
				bits[i/30] += 8 * u.Size()
			}
		}); err != nil {
			t.Fatal(err)
		}
		f.Release()
	}
	if bits[1] > bits[0]/3 || bits[2] < bits[0]*3/4 {
		t.Errorf("bits at CRF 20, 34 and 20: %v", bits)
	}
	if err := enc.SetCRF(60); err == nil || hint.Of(err) == "" {
		t.Errorf("CRF 60: %v", err)
	}
	cfg.Rate.BitrateBPS = 1e6
	abr, err := libav.NewEncoder(cfg, libav.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer abr.Close()
	if err := abr.SetCRF(30); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("at a bitrate: %v", err)
	}
}

func TestOpenEncoderFallsBack(t *testing.T) {
	works := func(names ...string) (results []transcode.ProbeResult) {
		for _, n := range names {
			b, _ := transcode.BackendByName(n)
			results = append(results, transcode.ProbeResult{Encoder: n, Codec: b.Codec, Works: true, ROI: true, ForceIDR: true})
		}
		return results
	}
	for _, tc := range []struct {
		name   string
		want   string
		probes []transcode.ProbeResult
		got    string
		logged string
	}{
		{"auto before the probes", transcode.Auto, nil, "libx264", ""},
		{"hardware that fails at open", transcode.Auto, works("h264_nvenc", "libx264"), "libx264", "no NVIDIA driver"},
		{"named hardware that fails at open", "h264_nvenc", works("h264_nvenc", "h264_vaapi", "libx264"), "libx264", "libcuda"},
		{"named hardware that was measured not to work", "h264_nvenc",
			append(works("libx264"), transcode.ProbeResult{Encoder: "h264_nvenc", Reason: "no NVIDIA driver"}), "libx264", "no NVIDIA driver"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			noLeaks(t)
			var log bytes.Buffer
			cfg := x264(320, 192)
			cfg.Encoder = tc.want
			enc, err := libav.OpenEncoder(cfg, tc.probes, libav.EncoderOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer enc.Close()
			if got := enc.Caps().Encoder; got != tc.got {
				t.Errorf("got %s, want %s", got, tc.got)
			}
			if !strings.Contains(log.String(), tc.logged) && !strings.Contains(log.String(), "libcuda") {
				t.Errorf("the log does not tell why: %s", log.String())
			}
		})
	}
	t.Run("nothing works", func(t *testing.T) {
		noLeaks(t)
		cfg := x264(320, 192)
		cfg.Encoder = transcode.Auto
		_, err := libav.OpenEncoder(cfg, works("h264_nvenc"), libav.EncoderOptions{})
		if !errors.Is(err, transcode.ErrNoEncoder) || hint.Of(err) == "" {
			t.Errorf("got %v with hint %q", err, hint.Of(err))
		}
	})
	t.Run("a mistake is not covered up", func(t *testing.T) {
		noLeaks(t)
		cfg := x264(2, 2)
		cfg.Encoder = transcode.Auto
		if _, err := libav.OpenEncoder(cfg, nil, libav.EncoderOptions{}); err == nil {
			t.Error("a picture of 2x2 is accepted")
		}
	})
}

// TestEncoderTakesCroppedViews gives an encoder a part of a decoder's picture, by other plane views over the same backing.
func TestEncoderTakesCroppedViews(t *testing.T) {
	noLeaks(t)
	all := encoded(t, "libx264", 640, 384, 1, 10, func(c *transcode.EncoderConfig) { c.Rate.CRF = 10 })
	dec, err := libav.NewDecoder(all[0].Track, libav.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	cfg := x264(320, 192)
	cfg.Rate.CRF = 10
	enc, err := libav.NewEncoder(cfg, libav.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	view, err := libav.NewDecoder(enc.Track(), libav.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	const x, y = 160, 96
	n := 0
	if err := dec.Decode(all[0], func(f *media.Frame) {
		crop := f.Derive()
		defer crop.Release()
		crop.WidthPx, crop.HeightPx = 320, 192
		for p, shift := range []int{0, 1, 1} {
			crop.Planes[p] = f.Planes[p][(y>>shift)*f.Strides[p]+x>>shift:]
		}
		if err := enc.Encode(crop, func(u *media.Unit) {
			if err := view.Decode(u, func(g *media.Frame) {
				n++
				r, err := quality.Compare(crop, g, nil)
				if err != nil || r.Whole.PSNR < 35 {
					t.Errorf("the cropped picture has %.1f dB, %v", r.Whole.PSNR, err)
				}
			}); err != nil {
				t.Error(err)
			}
		}); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Error(err)
	}
	if n != 1 {
		t.Errorf("%d pictures", n)
	}
}

func TestEncoderRefusesTooManyRegions(t *testing.T) {
	noLeaks(t)
	cfg := x264(320, 192)
	cfg.ROI = true
	enc, err := libav.NewEncoder(cfg, libav.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	f := transcode.Texture(320, 192, 0)
	defer f.Release()
	f.Regions = make([]media.Region, libav.MaxRegions+1)
	if err := enc.Encode(f, func(*media.Unit) {}); err == nil {
		t.Error("they are accepted")
	}
	f.Regions = []media.Region{{Rect: image.Rect(-50, -50, 5000, 5000), QOffset: -7}, {Rect: image.Rect(9, 9, 3, 3)}, {}}
	if err := enc.Encode(f, func(*media.Unit) {}); err != nil {
		t.Errorf("regions beyond the picture: %v", err)
	}
}

func TestMetrics(t *testing.T) {
	noLeaks(t)
	reg := prometheus.NewRegistry()
	m := transcode.NewMetrics(reg)
	enc, err := libav.NewEncoder(x264(320, 192), libav.EncoderOptions{Metrics: m})
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	dec, err := libav.NewDecoder(enc.Track(), libav.DecoderOptions{Metrics: m})
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	for i := range 3 {
		f := transcode.Texture(320, 192, i)
		if err := enc.Encode(f, func(u *media.Unit) {
			if err := dec.Decode(u, func(*media.Frame) {}); err != nil {
				t.Error(err)
			}
		}); err != nil {
			t.Error(err)
		}
		_ = enc.Encode(f, nil) // again: refused
		f.Release()
	}
	want := `
# HELP vantage_transcode_decoded_frames_total Pictures decoded.
# TYPE vantage_transcode_decoded_frames_total counter
vantage_transcode_decoded_frames_total 3
# HELP vantage_transcode_encode_errors_total Pictures that an encoder refused.
# TYPE vantage_transcode_encode_errors_total counter
vantage_transcode_encode_errors_total{encoder="libx264"} 3
# HELP vantage_transcode_encoded_frames_total Pictures encoded.
# TYPE vantage_transcode_encoded_frames_total counter
vantage_transcode_encoded_frames_total{encoder="libx264"} 3
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "vantage_transcode_decoded_frames_total",
		"vantage_transcode_encode_errors_total", "vantage_transcode_encoded_frames_total"); err != nil {
		t.Error(err)
	}
}

// TestForgottenWrappersAreCounted forgets a scaler on purpose.
func TestForgottenWrappersAreCounted(t *testing.T) {
	before := libav.Forgotten()
	func() {
		if _, err := libav.NewScaler(libav.ScalerConfig{}); err != nil {
			t.Fatal(err)
		}
	}()
	for range 50 {
		runtime.GC()
		if libav.Forgotten() == before+1 {
			return
		}
	}
	t.Errorf("%d forgotten, want 1", libav.Forgotten()-before)
}
