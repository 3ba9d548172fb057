package fake_test

import (
	"testing"

	"vantage/media"
	"vantage/media/mediatest"
	"vantage/transcode"
	"vantage/transcode/fake"
	"vantage/transcode/transcodetest"
)

func TestConformance(t *testing.T) {
	transcodetest.Run(t, transcodetest.Subject{
		NewEncoder: func(cfg transcode.EncoderConfig) (transcode.Encoder, error) { return fake.NewEncoder(cfg) },
		NewDecoder: func(t *media.Track) (transcode.Decoder, error) { return fake.NewDecoder(t) },
		Config:     transcode.EncoderConfig{Encoder: fake.Name, Codec: media.H264},
		Caps:       transcode.Caps{ROI: true, Bitrate: true, ForceIDR: true},
	})
}

// units encodes n test pictures; the test releases them.
func units(t testing.TB, width, height, n, gop int) []*media.Unit {
	t.Helper()
	enc, err := fake.NewEncoder(transcode.EncoderConfig{
		TrackID: "video", WidthPx: width, HeightPx: height, FrameRate: 30, ClockRate: 90000, GOPFrames: gop, Rate: transcode.RateControl{CRF: 30},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	var all []*media.Unit
	t.Cleanup(func() {
		for _, u := range all {
			u.Release()
		}
	})
	for i := range n {
		f := transcode.Texture(width, height, i)
		if err := enc.Encode(f, func(u *media.Unit) { u.Retain(); all = append(all, u) }); err != nil {
			t.Fatal(err)
		}
		f.Release()
	}
	return all
}

func TestDecoderNeedsEveryUnit(t *testing.T) {
	mediatest.NoLeaks(t)
	all := units(t, 64, 48, 20, 10)
	dec, err := fake.NewDecoder(all[0].Track)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	var shown []int64
	failures := 0
	for i, u := range all {
		if i == 4 {
			continue
		}
		if err := dec.Decode(u, func(f *media.Frame) { shown = append(shown, f.PTS/3000) }); err != nil {
			failures++
		}
	}
	if failures != 1 || len(shown) != 14 || shown[3] != 3 || shown[4] != 10 {
		t.Errorf("%d failures, pictures %v", failures, shown)
	}
}

func TestDecoderFollowsItsTrack(t *testing.T) {
	mediatest.NoLeaks(t)
	small, large := units(t, 64, 48, 2, 10), units(t, 96, 64, 2, 10)
	dec, err := fake.NewDecoder(small[0].Track)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	for _, u := range append(append([]*media.Unit(nil), small...), large...) {
		if err := dec.Decode(u, func(f *media.Frame) {
			if f.WidthPx != u.Track.WidthPx {
				t.Errorf("a picture of width %d in a track of %d", f.WidthPx, u.Track.WidthPx)
			}
		}); err != nil {
			t.Error(err)
		}
	}
}

func TestScaler(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []media.PixelFormat{media.I420, media.Gray8} {
		s, err := fake.NewScaler(media.Size{WidthPx: 33, HeightPx: 17}, format)
		if err != nil {
			t.Fatal(err)
		}
		f := transcode.Texture(64, 48, 5)
		g, err := s.Scale(f)
		if err != nil {
			t.Fatal(err)
		}
		if g.WidthPx != 33 || g.HeightPx != 17 || g.Format != format || g.PTS != f.PTS {
			t.Errorf("got %+v", g)
		}
		g.Release()
		f.Release()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := fake.NewScaler(media.Size{}, media.RGBA); err == nil {
		t.Error("a format that it cannot make is accepted")
	}
}

// FuzzDecoder feeds bytes in the guise of a unit: an error or a picture of the size announced, and no leak.
func FuzzDecoder(f *testing.F) {
	for _, u := range units(f, 32, 32, 2, 10) {
		sps, slice := u.Parts[0], u.Parts[len(u.Parts)-1]
		f.Add(sps, slice)
	}
	f.Add([]byte{0x67, 0, 16, 0, 16}, []byte{0x65, 0, 0, 28})
	f.Fuzz(func(t *testing.T, sps, slice []byte) {
		if len(sps) == 5 && (int(sps[1])<<8|int(sps[2])) > 256 || len(sps) == 5 && (int(sps[3])<<8|int(sps[4])) > 256 {
			t.Skip("large pictures only take time")
		}
		track := &media.Track{Codec: media.H264, ClockRate: 90000}
		dec, err := fake.NewDecoder(track)
		if err != nil {
			t.Fatal(err)
		}
		_, before := media.Live()
		u := media.NewUnit(track, 0)
		u.RandomAccess = true
		u.Append(sps)
		u.Append(slice)
		err = dec.Decode(u, func(f *media.Frame) {
			if len(sps) == 5 && (f.WidthPx != int(sps[1])<<8|int(sps[2]) || f.HeightPx != int(sps[3])<<8|int(sps[4])) {
				t.Errorf("a picture of %dx%d for %x", f.WidthPx, f.HeightPx, sps)
			}
		})
		_ = err
		u.Release()
		if err := dec.Close(); err != nil {
			t.Error(err)
		}
		if _, after := media.Live(); after != before {
			t.Errorf("%d frames leaked", after-before)
		}
	})
}
