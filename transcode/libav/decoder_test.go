//go:build cgo && !nolibav

package libav_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"vantage/media"
	"vantage/media/quality"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// encoded makes n units of the test pictures; the test releases them.
func encoded(t testing.TB, encoder string, width, height, n, gop int, edit func(*transcode.EncoderConfig)) []*media.Unit {
	t.Helper()
	b, ok := transcode.BackendByName(encoder)
	if !ok {
		t.Fatalf("no encoder %s", encoder)
	}
	cfg := transcode.EncoderConfig{
		Encoder: encoder, Codec: b.Codec, TrackID: "video", WidthPx: width, HeightPx: height, FrameRate: 30, ClockRate: 90000,
		Rate: transcode.RateControl{CRF: transcode.CRF(b.Codec, 24)}, GOPFrames: gop,
	}
	if edit != nil {
		edit(&cfg)
	}
	enc, err := libav.NewEncoder(cfg, libav.EncoderOptions{})
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
	keep := func(u *media.Unit) {
		u.Retain()
		all = append(all, u)
	}
	for i := range n {
		f := transcode.Texture(width, height, i)
		f.Captured = time.Unix(int64(i), 0)
		if err := enc.Encode(f, keep); err != nil {
			t.Fatal(err)
		}
		f.Release()
	}
	if err := enc.Encode(nil, keep); err != nil {
		t.Fatal(err)
	}
	return all
}

// decodedPSNR compares a picture with the test picture of its time.
func decodedPSNR(t *testing.T, f *media.Frame) float64 {
	t.Helper()
	want := transcode.Texture(f.WidthPx, f.HeightPx, int(f.PTS/3000))
	defer want.Release()
	r, err := quality.Compare(want, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.Whole.PSNR
}

var softwareEncoders = []string{"libx264", "libx265", "libvpx", "libvpx-vp9", "libsvtav1"}

func TestDecoderReturnsEachPictureAtOnceWithItsTimes(t *testing.T) {
	for _, encoder := range softwareEncoders {
		t.Run(encoder, func(t *testing.T) {
			noLeaks(t)
			all := encoded(t, encoder, 320, 192, 12, 5, nil)
			dec, err := libav.NewDecoder(all[0].Track, libav.DecoderOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer dec.Close()
			for i, u := range all {
				n := 0
				if err := dec.Decode(u, func(f *media.Frame) {
					n++
					if f.PTS != u.PTS || !f.Captured.Equal(time.Unix(int64(i), 0)) {
						t.Errorf("unit %d: picture of pts %d captured %v", i, f.PTS, f.Captured)
					}
				}); err != nil {
					t.Error(err)
				}
				if n != 1 {
					t.Errorf("unit %d: %d pictures", i, n)
				}
			}
		})
	}
}

func TestDecoderWaitsForRandomAccess(t *testing.T) {
	noLeaks(t)
	all := encoded(t, "libx264", 320, 192, 20, 10, nil)
	dec, err := libav.NewDecoder(all[0].Track, libav.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	var got []int64
	for _, u := range all[3:] {
		if err := dec.Decode(u, func(f *media.Frame) { got = append(got, f.PTS/3000) }); err != nil {
			t.Error(err)
		}
	}
	if len(got) != 10 || got[0] != 10 {
		t.Errorf("got pictures %v, want 10 to 19", got)
	}
}

// TestDecoderRecovers damages a unit in the middle of a GOP: what is shown is right at all times, the damage is told,
// and from the next random-access unit on nothing is missing.
func TestDecoderRecovers(t *testing.T) {
	const n, gop, hit = 30, 15, 4
	for _, encoder := range softwareEncoders {
		for name, damage := range map[string]func(r *rand.Rand, part []byte) []byte{
			"by noise": func(r *rand.Rand, part []byte) []byte {
				for i := len(part) / 4; i < len(part); i++ {
					part[i] = byte(r.Uint32())
				}
				return part
			},
			"by loss of its end": func(_ *rand.Rand, part []byte) []byte { return part[:len(part)/3] },
			"to nothing":         func(*rand.Rand, []byte) []byte { return nil },
		} {
			t.Run(encoder+" "+name, func(t *testing.T) {
				noLeaks(t)
				all := encoded(t, encoder, 320, 192, n, gop, nil)
				dec, err := libav.NewDecoder(all[0].Track, libav.DecoderOptions{})
				if err != nil {
					t.Fatal(err)
				}
				defer dec.Close()
				shown := map[int64]float64{}
				failures := 0
				for i, u := range all {
					if i == hit {
						u = damaged(u, damage)
						defer u.Release()
					}
					if err := dec.Decode(u, func(f *media.Frame) { shown[f.PTS/3000] = decodedPSNR(t, f) }); err != nil {
						failures++
					}
				}
				for i := range int64(n) {
					psnr, ok := shown[i]
					if !ok && (i < hit || i >= gop) {
						t.Errorf("picture %d is missing", i)
					}
					if ok && psnr < 20 && encoder == "libx264" {
						t.Errorf("picture %d is shown with %.1f dB", i, psnr)
					}
				}
				// The other decoders notice little of what is wrong inside a slice, frame or tile.
				if failures == 0 && encoder == "libx264" {
					t.Error("the damage was not told")
				}
			})
		}
	}
}

// damaged returns a copy of u whose last part went through damage.
func damaged(u *media.Unit, damage func(*rand.Rand, []byte) []byte) *media.Unit {
	c := media.NewUnit(u.Track, u.Size())
	c.PTS, c.DTS, c.RandomAccess = u.PTS, u.DTS, u.RandomAccess
	r := rand.New(rand.NewPCG(7, 7))
	for i, p := range u.Parts {
		if i == len(u.Parts)-1 {
			p = damage(r, append([]byte(nil), p...))
		}
		if len(p) > 0 {
			c.Append(p)
		}
	}
	return c
}

// TestDecoderTellsOfLostUnits leaves a unit out altogether.
func TestDecoderTellsOfLostUnits(t *testing.T) {
	for _, encoder := range []string{"libx264", "libx265"} {
		t.Run(encoder, func(t *testing.T) {
			noLeaks(t)
			all := encoded(t, encoder, 320, 192, 30, 15, nil)
			dec, err := libav.NewDecoder(all[0].Track, libav.DecoderOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer dec.Close()
			last, failures := int64(-1), 0
			for i, u := range all {
				if i == 4 {
					continue
				}
				if err := dec.Decode(u, func(f *media.Frame) {
					last = f.PTS / 3000
					if psnr := decodedPSNR(t, f); psnr < 20 {
						t.Errorf("picture %d is shown with %.1f dB", last, psnr)
					}
				}); err != nil {
					failures++
				}
			}
			if failures == 0 {
				t.Error("the loss was not told")
			}
			if last != 29 {
				t.Errorf("the last picture shown is %d", last)
			}
		})
	}
}

func TestDecoderFollowsNewParameters(t *testing.T) {
	noLeaks(t)
	small := encoded(t, "libx264", 320, 192, 5, 10, nil)
	large := encoded(t, "libx264", 640, 360, 5, 10, func(c *transcode.EncoderConfig) { c.Epoch = 1 })
	other := encoded(t, "libvpx-vp9", 320, 192, 5, 10, func(c *transcode.EncoderConfig) { c.Epoch = 2 })
	dec, err := libav.NewDecoder(small[0].Track, libav.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	for _, units := range [][]*media.Unit{small, large, other} {
		n := 0
		for _, u := range units {
			if err := dec.Decode(u, func(f *media.Frame) {
				n++
				if f.WidthPx != u.Track.WidthPx || f.HeightPx != u.Track.HeightPx {
					t.Errorf("a picture of %dx%d in a track of %dx%d", f.WidthPx, f.HeightPx, u.Track.WidthPx, u.Track.HeightPx)
				}
			}); err != nil {
				t.Error(err)
			}
		}
		if n != len(units) {
			t.Errorf("%d pictures of %d", n, len(units))
		}
		if dec.Track() != units[0].Track {
			t.Error("the decoder's track is another one")
		}
	}
}

// TestDecoderFollowsParametersInBand changes the size without another track, as a careless camera does.
func TestDecoderFollowsParametersInBand(t *testing.T) {
	noLeaks(t)
	small := encoded(t, "libx264", 320, 192, 3, 10, nil)
	large := encoded(t, "libx264", 640, 360, 3, 10, nil)
	dec, err := libav.NewDecoder(small[0].Track, libav.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	var widths []int
	for i, u := range append(append([]*media.Unit(nil), small...), large...) {
		d := u.Derive()
		d.Track, d.PTS = small[0].Track, int64(i)*3000
		if err := dec.Decode(d, func(f *media.Frame) { widths = append(widths, f.WidthPx) }); err != nil {
			t.Error(err)
		}
		d.Release()
	}
	if len(widths) != 6 || widths[2] != 320 || widths[3] != 640 {
		t.Errorf("got widths %v", widths)
	}
}

// TestDecoderSurvivesRandomBytes feeds noise in the guise of units: errors, never a crash, and afterwards it still decodes.
func TestDecoderSurvivesRandomBytes(t *testing.T) {
	for _, encoder := range softwareEncoders {
		t.Run(encoder, func(t *testing.T) {
			noLeaks(t)
			all := encoded(t, encoder, 320, 192, 2, 10, nil)
			dec, err := libav.NewDecoder(all[0].Track, libav.DecoderOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer dec.Close()
			r := rand.New(rand.NewPCG(1, 2))
			for i := range 300 {
				u := media.NewUnit(all[0].Track, 2000)
				u.PTS, u.RandomAccess = int64(i), true
				for range r.IntN(4) {
					part := make([]byte, r.IntN(600))
					for j := range part {
						part[j] = byte(r.Uint32())
					}
					if r.IntN(2) == 0 { // real headers lead further in
						header := all[0].Parts[r.IntN(len(all[0].Parts))]
						part = append(append([]byte(nil), header[:min(8, len(header))]...), part...)
					}
					u.Append(part)
				}
				_ = dec.Decode(u, func(*media.Frame) {})
				u.Release()
			}
			n := 0
			for i, u := range all {
				d := u.Derive()
				d.PTS = int64(1000 + i)
				if err := dec.Decode(d, func(*media.Frame) { n++ }); err != nil {
					t.Error(err)
				}
				d.Release()
			}
			if n != 2 {
				t.Errorf("%d pictures of 2 after the noise", n)
			}
		})
	}
}

func TestDecoderMistakes(t *testing.T) {
	noLeaks(t)
	if _, err := libav.NewDecoder(&media.Track{Codec: media.Opus, ClockRate: 48000}, libav.DecoderOptions{}); err == nil {
		t.Error("audio is decoded as video")
	}
	dec, err := libav.NewDecoder(&media.Track{Codec: media.H264, ClockRate: 90000}, libav.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := dec.Decode(nil, func(*media.Frame) {}); err != nil {
		t.Errorf("flush of an empty decoder: %v", err)
	}
	for range 2 {
		if err := dec.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := dec.Decode(nil, func(*media.Frame) {}); !errors.Is(err, libav.ErrClosed) {
		t.Errorf("use after close: %v", err)
	}
}

// TestPicturesOutliveTheirDecoder holds on to pictures past Close.
func TestPicturesOutliveTheirDecoder(t *testing.T) {
	noLeaks(t)
	all := encoded(t, "libx264", 320, 192, 4, 10, nil)
	dec, err := libav.NewDecoder(all[0].Track, libav.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var frames []*media.Frame
	for _, u := range all {
		if err := dec.Decode(u, func(f *media.Frame) {
			f.Retain()
			frames = append(frames, f)
		}); err != nil {
			t.Error(err)
		}
	}
	if err := dec.Close(); err != nil {
		t.Error(err)
	}
	for _, f := range frames {
		if psnr := decodedPSNR(t, f); psnr < 24 {
			t.Errorf("picture %d has %.1f dB", f.PTS/3000, psnr)
		}
		f.Release()
	}
}
