//go:build cgo && !nolibav

package pipeline_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"vantage/internal/pipeline"
	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
	"vantage/roi/motion"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// backends are the real stages.
func backends() pipeline.Backends {
	return pipeline.Backends{
		Decoder: func(t *media.Track) (transcode.Decoder, error) { return libav.NewDecoder(t, libav.DecoderOptions{}) },
		Scaler: func(size media.Size, format media.PixelFormat) (transcode.Scaler, error) {
			return libav.NewScaler(libav.ScalerConfig{Size: size, Format: format})
		},
		Encoder: func(c transcode.EncoderConfig) (transcode.Encoder, error) {
			c.Encoder = "libx264"
			return libav.NewEncoder(c, libav.EncoderOptions{})
		},
		Engine: func(c roi.Config) (*roi.Engine, error) {
			return roi.NewEngine(c, roi.Options{}, motion.New(motion.Options{}))
		},
	}
}

// scene returns n pictures of a bright square that moves over a textured background.
func scene(n, width, height int) []*media.Frame {
	frames := make([]*media.Frame, n)
	for i := range frames {
		f := media.NewFrame(media.I420, width, height)
		f.PTS, f.ClockRate = int64(i)*3000, 90000
		for y := range height {
			for x := range width {
				f.Planes[0][y*f.Strides[0]+x] = byte(60 + (x*7+y*13)%32)
			}
		}
		x0 := 16 + 2*i
		for y := 40; y < 80; y++ {
			for x := x0; x < x0+32 && x < width; x++ {
				f.Planes[0][y*f.Strides[0]+x] = 220
			}
		}
		for p := 1; p < 3; p++ {
			for j := range f.Planes[p] {
				f.Planes[p][j] = 128
			}
		}
		frames[i] = f
	}
	return frames
}

// encoded publishes the pictures as H.264 into a closed queue.
func encoded(t *testing.T, frames []*media.Frame) *media.Queue {
	t.Helper()
	e, err := libav.NewEncoder(transcode.EncoderConfig{
		Encoder: "libx264", Codec: media.H264, TrackID: "video", WidthPx: frames[0].WidthPx, HeightPx: frames[0].HeightPx,
		FrameRate: 30, ClockRate: 90000, Rate: transcode.RateControl{CRF: 20}, GOPFrames: 30,
	}, libav.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	q := media.NewQueue(media.QueueConfig{MaxLen: 2 * len(frames)}, nil)
	push := func(u *media.Unit) { q.Push(u) }
	for _, f := range append(frames, nil) {
		if err := e.Encode(f, push); err != nil {
			t.Fatal(err)
		}
	}
	q.Close(nil)
	return q
}

// sink counts what an output publishes.
type sink struct {
	demand *media.Demand
	tracks []*media.Track
	pts    []int64
	bytes  int
}

func (s *sink) SetTracks(t []*media.Track) { s.tracks = t }
func (s *sink) Demand() *media.Demand      { return s.demand }
func (s *sink) Publish(u *media.Unit) {
	s.pts = append(s.pts, u.PTS)
	s.bytes += u.Size()
}

func TestOfflineGraphKeepsEveryPictureInEveryRendition(t *testing.T) {
	mediatest.NoLeaks(t)
	const n = 60
	frames := scene(n, 320, 192)
	in := encoded(t, frames)
	for _, f := range frames {
		f.Release()
	}
	small := transcode.Default()
	small.Size = media.Size{WidthPx: 160, HeightPx: 96}
	small.ROI = false
	cfg := pipeline.Config{
		Stream: "test", ROI: roi.Default(), Offline: true,
		Renditions: []pipeline.Rendition{{Name: "roi", RenditionConfig: transcode.Default()}, {Name: "small", RenditionConfig: small}},
	}
	outs := map[string]*sink{"roi": {demand: media.NewDemand()}, "small": {demand: media.NewDemand()}}
	plans := 0
	g := pipeline.New(cfg, backends(), func(name string) media.Publisher { return outs[name] },
		pipeline.Hooks{Plan: func(*roi.Plan) { plans++ }}, slog.New(slog.DiscardHandler))
	g.SetActive([]string{"roi", "small"})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := g.Run(ctx, in); err != nil {
		t.Fatal(err)
	}
	for name, o := range outs {
		if len(o.pts) != n {
			t.Errorf("%s: %d pictures, want %d", name, len(o.pts), n)
		}
		for i, pts := range o.pts {
			if pts != int64(i)*3000 {
				t.Errorf("%s: picture %d has PTS %d, want %d", name, i, pts, i*3000)
				break
			}
		}
	}
	if outs["small"].tracks[0].WidthPx != 160 {
		t.Errorf("small is %d wide, want 160", outs["small"].tracks[0].WidthPx)
	}
	if plans == 0 {
		t.Error("no plan in 60 pictures")
	}
	if s := g.Stats(); s.FramesDecoded != n || s.DecodeErrors != 0 {
		t.Errorf("decoded %d with %d errors, want %d and 0", s.FramesDecoded, s.DecodeErrors, n)
	}
}
