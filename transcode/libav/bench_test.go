//go:build cgo && !nolibav

package libav_test

import (
	"image"
	"testing"

	"vantage/media"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// benchFrames are test pictures in libav's memory, as a decoder makes them.
func benchFrames(b *testing.B) []*media.Frame {
	b.Helper()
	s := newScaler(b, libav.ScalerConfig{Size: media.Size{WidthPx: 1280, HeightPx: 720}})
	frames := make([]*media.Frame, 8)
	for i := range frames {
		f := transcode.Texture(1920, 1080, i)
		g, err := s.Scale(f)
		f.Release()
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(g.Release)
		frames[i] = g
	}
	return frames
}

func BenchmarkEncode720p(b *testing.B) {
	plan := []media.Region{{Rect: image.Rect(400, 200, 720, 520), QOffset: -0.06}}
	for y := 0; y < 720; y += 16 { // and one for each row of macroblocks, as a saliency plan has them
		plan = append(plan, media.Region{Rect: image.Rect(0, y, 1280, y+16), QOffset: 0.1})
	}
	for _, bc := range []struct {
		name, encoder string
		roi, native   bool
	}{
		{"libx264/uniform", "libx264", false, true},
		{"libx264/regions", "libx264", true, true},
		{"libx264/prefilter", "libx264", true, false},
		{"libsvtav1/uniform", "libsvtav1", false, false},
		{"libsvtav1/prefilter", "libsvtav1", true, false},
		{"libvpx/regions", "libvpx", true, true},
		{"libvpx-vp9/regions", "libvpx-vp9", true, true},
		{"libx265/regions", "libx265", true, true},
	} {
		b.Run(bc.name, func(b *testing.B) {
			frames := benchFrames(b)
			backend, _ := transcode.BackendByName(bc.encoder)
			caps := backend.Caps()
			caps.ROI = bc.native
			enc, err := libav.NewEncoder(transcode.EncoderConfig{
				Encoder: bc.encoder, Codec: backend.Codec, TrackID: "video", WidthPx: 1280, HeightPx: 720, FrameRate: 30, ClockRate: 90000,
				Rate: transcode.RateControl{CRF: transcode.CRF(backend.Codec, 26), MaxBitrateBPS: 6e6}, ROI: bc.roi,
			}, libav.EncoderOptions{Caps: &caps})
			if err != nil {
				b.Fatal(err)
			}
			defer enc.Close()
			i, bytes := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				f := frames[i%len(frames)].Derive()
				f.PTS, f.ClockRate = int64(i)*3000, 90000
				f.Regions = plan
				if err := enc.Encode(f, func(u *media.Unit) { bytes += u.Size() }); err != nil {
					b.Fatal(err)
				}
				f.Release()
				i++
			}
			b.ReportMetric(float64(bytes)/float64(i), "bytes/frame")
		})
	}
}

func BenchmarkDecode720p(b *testing.B) {
	for _, encoder := range softwareEncoders {
		b.Run(encoder, func(b *testing.B) {
			all := encoded(b, encoder, 1280, 720, 30, 30, nil)
			dec, err := libav.NewDecoder(all[0].Track, libav.DecoderOptions{})
			if err != nil {
				b.Fatal(err)
			}
			defer dec.Close()
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				u := all[i%len(all)].Derive()
				u.PTS = int64(i) * 3000
				if err := dec.Decode(u, func(*media.Frame) {}); err != nil {
					b.Fatal(err)
				}
				u.Release()
				i++
			}
		})
	}
}

func BenchmarkScale720p(b *testing.B) {
	for name, cfg := range map[string]libav.ScalerConfig{
		"to 640x360":         {Size: media.Size{WidthPx: 640, HeightPx: 360}},
		"to grey 160x90":     {Size: media.Size{WidthPx: 160, HeightPx: 90}, Format: media.Gray8},
		"to nothing, shared": {},
	} {
		b.Run(name, func(b *testing.B) {
			f := benchFrames(b)[0]
			s := newScaler(b, cfg)
			b.ReportAllocs()
			for b.Loop() {
				g, err := s.Scale(f)
				if err != nil {
					b.Fatal(err)
				}
				g.Release()
			}
		})
	}
}

func BenchmarkAudioToOpus(b *testing.B) {
	_, all := units(b, footage(b, "a.mp4", true, "-c:v", "libx264", "-c:a", "aac"))
	var audio []*media.Unit
	for _, u := range all {
		if u.Track.Kind() == media.Audio {
			audio = append(audio, u)
		}
	}
	a, err := libav.NewAudioTranscoder(audio[0].Track, media.Opus)
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		u := audio[i%len(audio)].Derive()
		u.PTS = int64(i) * 1024
		if err := a.Transcode(u, func(*media.Unit) {}); err != nil {
			b.Fatal(err)
		}
		u.Release()
		i++
	}
}
