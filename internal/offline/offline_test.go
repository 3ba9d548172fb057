//go:build cgo && !nolibav

package offline_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vantage/internal/hint"
	"vantage/internal/offline"
	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
	"vantage/roi/motion"
	"vantage/transcode"
	"vantage/transcode/libav"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const pictures = 24

// clip writes a short film of the moving test pattern.
func clip(t *testing.T) string {
	t.Helper()
	encoder, err := libav.NewEncoder(transcode.EncoderConfig{
		Encoder: "libx264", Codec: media.H264, TrackID: "video", WidthPx: 320, HeightPx: 192,
		FrameRate: transcode.TextureFrameRate, ClockRate: 90000, Rate: transcode.RateControl{CRF: 20}, Offline: true,
	}, libav.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer encoder.Close()
	var film []byte
	write := func(u *media.Unit) {
		for _, nalu := range u.Parts {
			film = append(append(film, 0, 0, 0, 1), nalu...)
		}
	}
	for i := range pictures {
		f := transcode.Texture(320, 192, i)
		err = errors.Join(err, encoder.Encode(f, write))
		f.Release()
	}
	if err = errors.Join(err, encoder.Encode(nil, write)); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "clip.h264")
	if err := os.WriteFile(name, film, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func detectors() []roi.Detector { return []roi.Detector{motion.New(motion.Options{})} }

func config() roi.Config {
	c := roi.Default()
	c.Detector = roi.DetectorMotion
	return c
}

func TestEvaluate(t *testing.T) {
	mediatest.NoLeaks(t)
	done := 0
	report, err := offline.Evaluate(t.Context(), offline.Evaluation{
		In: clip(t), ROI: config(), Detectors: detectors(), Encoder: "libx264", Progress: func(n, _ int) { done = n },
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Pictures != pictures || done != pictures || report.WidthPx != 320 || len(report.Even) != 5 || len(report.ROI) != 5 {
		t.Errorf("got %d pictures of %d wide, %d told, %d and %d codings", report.Pictures, report.WidthPx, done, len(report.Even), len(report.ROI))
	}
	for i, p := range report.Even {
		if p.Bytes == 0 || i > 0 && p.Bytes >= report.Even[i-1].Bytes {
			t.Errorf("coding %d has %d bytes: a coarser one takes fewer", i, p.Bytes)
		}
	}
	if report.Codec != "libx264 veryfast" {
		t.Errorf("codec is told as %q", report.Codec)
	}
}

func TestMap(t *testing.T) {
	mediatest.NoLeaks(t)
	picture, err := offline.Map(t.Context(), clip(t), time.Hour, config(), detectors())
	if err != nil {
		t.Fatal(err)
	}
	if b := picture.Bounds(); b.Dx() != 320 || b.Dy() != 192 {
		t.Errorf("got %v", b)
	}
}

func TestWhatCannotBeLookedAt(t *testing.T) {
	mediatest.NoLeaks(t)
	good := clip(t)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no clip"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := offline.Evaluation{In: good, ROI: config(), Detectors: detectors(), Encoder: "libx264"}
	for name, change := range map[string]func(*offline.Evaluation){
		"a file that is not there":     func(e *offline.Evaluation) { e.In = filepath.Join(t.TempDir(), "none.mp4") },
		"a file that is no clip":       func(e *offline.Evaluation) { e.In = text },
		"truth that is none":           func(e *offline.Evaluation) { e.Truth = text },
		"truth that is not there":      func(e *offline.Evaluation) { e.Truth = text + "2" },
		"an encoder that nobody knows": func(e *offline.Evaluation) { e.Encoder = "x265" },
		"a preset that it has not":     func(e *offline.Evaluation) { e.Preset = "warp" },
		"a configuration out of range": func(e *offline.Evaluation) { e.ROI.Strength = 9 },
	} {
		t.Run(name, func(t *testing.T) {
			e := e
			change(&e)
			if report, err := offline.Evaluate(t.Context(), e); err == nil || report != nil {
				t.Errorf("got %v, %v", report, err)
			}
		})
	}
	if _, err := offline.Map(t.Context(), text, 0, config(), detectors()); err == nil || !strings.Contains(err.Error(), "text") {
		t.Errorf("map of no clip: got %v", err)
	}
	e.Encoder = "x265"
	if _, err := offline.Evaluate(t.Context(), e); hint.Of(err) == "" {
		t.Errorf("no hint with %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := offline.Map(ctx, good, 0, config(), detectors()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled map: got %v", err)
	}
}
