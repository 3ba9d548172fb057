//go:build cgo && !nolibav

package libav_test

import (
	"errors"
	"image"
	"testing"
	"time"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
	"vantage/transcode/libav"
)

func newScaler(t testing.TB, cfg libav.ScalerConfig) *libav.Scaler {
	t.Helper()
	s, err := libav.NewScaler(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestScalerKeepsTheHeader(t *testing.T) {
	noLeaks(t)
	s := newScaler(t, libav.ScalerConfig{Size: media.Size{WidthPx: 160, HeightPx: 96}})
	f := transcode.Texture(320, 192, 3)
	defer f.Release()
	f.Captured, f.Arrived = time.Unix(1, 0), time.Unix(2, 0)
	f.Regions = []media.Region{{Rect: image.Rect(32, 32, 64, 64), QOffset: -0.5, Class: "person"}}
	g, err := s.Scale(f)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Release()
	if g.WidthPx != 160 || g.HeightPx != 96 || g.Format != media.I420 || g.PTS != f.PTS || g.ClockRate != f.ClockRate ||
		!g.Captured.Equal(f.Captured) || !g.Arrived.Equal(f.Arrived) {
		t.Errorf("got %+v", g)
	}
	if len(g.Regions) != 1 || g.Regions[0].Rect != image.Rect(16, 16, 32, 32) || g.Regions[0].Class != "person" {
		t.Errorf("regions: %+v", g.Regions)
	}
}

func TestScalerAverages(t *testing.T) {
	noLeaks(t)
	f := media.NewFrame(media.I420, 640, 360)
	defer f.Release()
	for i := range f.Planes[0] {
		f.Planes[0][i] = byte(i % 2 * 200) // columns of black and grey
	}
	s := newScaler(t, libav.ScalerConfig{Size: media.Size{WidthPx: 64, HeightPx: 36}, Format: media.Gray8})
	g, err := s.Scale(f)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Release()
	if g.Format != media.Gray8 || len(g.Planes) != 1 {
		t.Fatalf("got %v with %d planes", g.Format, len(g.Planes))
	}
	for y := range 36 {
		for x := range 64 {
			if v := g.Planes[0][y*g.Strides[0]+x]; v < 95 || v > 105 {
				t.Fatalf("pixel %d,%d is %d, want the average 100", x, y, v)
			}
		}
	}
}

func TestScalerWithNothingToDoSharesTheSamples(t *testing.T) {
	noLeaks(t)
	s := newScaler(t, libav.ScalerConfig{})
	f := transcode.Texture(320, 192, 0)
	defer f.Release()
	g, err := s.Scale(f)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Release()
	if &g.Planes[0][0] != &f.Planes[0][0] {
		t.Error("the samples were copied")
	}
}

func TestScalerFollowsItsInput(t *testing.T) {
	noLeaks(t)
	s := newScaler(t, libav.ScalerConfig{Size: media.Size{WidthPx: 100, HeightPx: 50}})
	for _, in := range []struct {
		format        media.PixelFormat
		width, height int
	}{
		{media.I420, 320, 192}, {media.NV12, 321, 193}, {media.RGBA, 17, 33}, {media.Gray8, 640, 480}, {media.I420, 16, 16}, {media.I420, 1, 1},
	} {
		f := media.NewFrame(in.format, in.width, in.height)
		for _, p := range f.Planes {
			for i := range p {
				p[i] = 128
			}
		}
		g, err := s.Scale(f)
		f.Release()
		if err != nil {
			t.Errorf("%dx%d %v: %v", in.width, in.height, in.format, err)
			continue
		}
		if g.WidthPx != 100 || g.HeightPx != 50 || g.Format != media.I420 {
			t.Errorf("%dx%d %v: got %dx%d %v", in.width, in.height, in.format, g.WidthPx, g.HeightPx, g.Format)
		}
		g.Release()
	}
}

func TestScalerMistakes(t *testing.T) {
	noLeaks(t)
	if _, err := libav.NewScaler(libav.ScalerConfig{Size: media.Size{WidthPx: 100000, HeightPx: 2}}); err == nil || hint.Of(err) == "" {
		t.Errorf("a huge picture: %v", err)
	}
	if _, err := libav.NewScaler(libav.ScalerConfig{Format: 77}); err == nil {
		t.Error("an unknown format is accepted")
	}
	s := newScaler(t, libav.ScalerConfig{})
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	f := transcode.Texture(32, 32, 0)
	defer f.Release()
	if _, err := s.Scale(f); !errors.Is(err, libav.ErrClosed) {
		t.Errorf("use after close: %v", err)
	}
}
