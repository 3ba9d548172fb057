package transcodetest

import (
	"errors"
	"hash/fnv"
	"sync"
	"testing"
	"time"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/mediatest"
	"vantage/media/quality"
	"vantage/transcode"
)

// Run tests everything that a backend must do.
func Run(t *testing.T, s Subject) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, Subject)
	}{
		{"every picture comes out once, in order, with its times", order},
		{"the first unit starts a decoder", firstUnit},
		{"the track describes the units", track},
		{"a key frame comes when asked and only then", keyFrame},
		{"a region gains quality and the rest pays", roi},
		{"the first of overlapping regions wins", firstRegionWins},
		{"the bitrate follows, without a key frame where the encoder can", bitrate},
		{"a cap on constant quality follows", capFollows},
		{"pictures lent are not written to", immutable},
		{"requests may come from another goroutine", concurrentRequests},
		{"odd sizes are taken", oddSizes},
		{"bad sizes are refused with a hint", badSizes},
		{"a picture of another size is refused and harms nothing", otherSize},
		{"time must go on", timeGoesOn},
		{"close may come twice and ends all use", closeTwice},
	} {
		t.Run(c.name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			c.test(t, s)
		})
	}
}

// RunROI tests regions alone.
func RunROI(t *testing.T, s Subject) {
	t.Run("a region gains quality and the rest pays", func(t *testing.T) { roi(t, s) })
	t.Run("the first of overlapping regions wins", func(t *testing.T) { firstRegionWins(t, s) })
}

// minPSNR is what a decoded test picture must keep at the suite's quality, in dB: a scrambled one has less than 20.
const minPSNR = 24

func order(t *testing.T, s Subject) {
	const n = 40
	enc := s.open(t, s.config())
	dec := s.decoder(t, enc.Track())
	origin := time.Now()
	stamp := func(i int) time.Time { return origin.Add(time.Duration(i) * time.Millisecond) }
	units := encode(t, enc, 0, n, func(i int, f *media.Frame) {
		f.Captured, f.Arrived = stamp(i), stamp(i+1)
	}, dec.feed)
	if len(units) < n-s.DelayFrames {
		t.Errorf("%d of %d units before the flush: more than %d held back", len(units), n, s.DelayFrames)
	}
	units = append(units, flush(t, enc, dec.feed)...)
	dec.feed(nil)
	if len(units) != n {
		t.Fatalf("%d pictures in, %d units out", n, len(units))
	}
	for i, u := range units {
		if u.pts != int64(i)*ticks {
			t.Errorf("unit %d has pts %d, want %d", i, u.pts, i*ticks)
		}
		if !u.captured.Equal(stamp(i)) || !u.arrived.Equal(stamp(i+1)) {
			t.Errorf("unit %d: captured or arrived is another picture's", i)
		}
	}
	if len(dec.frames) != n {
		t.Fatalf("%d units in, %d pictures out of the decoder", n, len(dec.frames))
	}
	for i, f := range dec.frames {
		want := transcode.Texture(widthPx, heightPx, i)
		r, err := quality.Compare(want, f, nil)
		want.Release()
		if err != nil {
			t.Fatal(err)
		}
		if f.PTS != int64(i)*ticks || f.ClockRate != clockRate {
			t.Errorf("picture %d has pts %d at %d Hz, want %d", i, f.PTS, f.ClockRate, i*ticks)
		}
		if r.Whole.PSNR < minPSNR {
			t.Errorf("picture %d has %.1f dB", i, r.Whole.PSNR)
		}
	}
}

func firstUnit(t *testing.T, s Subject) {
	enc := s.open(t, s.config())
	seen := 0
	check := func(u *media.Unit) {
		seen++
		if len(u.Parts) == 0 || u.Track != enc.Track() || u.DTS > u.PTS {
			t.Errorf("unit %d: %d parts, dts %d, pts %d", seen, len(u.Parts), u.DTS, u.PTS)
		}
		if seen > 1 {
			return
		}
		if !u.RandomAccess {
			t.Error("the first unit is not random access")
		}
		for i, p := range enc.Track().Params {
			if i >= len(u.Parts) || string(u.Parts[i]) != string(p) {
				t.Errorf("parameter set %d does not lead the first unit", i)
			}
		}
		for _, p := range u.Parts {
			if len(p) == 0 {
				t.Error("an empty part")
			}
		}
	}
	encode(t, enc, 0, 3, nil, check)
	flush(t, enc, check)
	if seen != 3 {
		t.Errorf("%d units", seen)
	}
}

func track(t *testing.T, s Subject) {
	cfg := s.config()
	got := s.open(t, cfg).Track()
	if got == nil {
		t.Fatal("no track after the constructor")
	}
	if got.ID != cfg.TrackID || got.Codec != cfg.Codec || got.ClockRate != clockRate || got.WidthPx != widthPx ||
		got.HeightPx != heightPx || got.FrameRate != cfg.FrameRate || got.Reordered {
		t.Errorf("got %+v", got)
	}
	switch got.Codec {
	case media.H264, media.H265, media.AV1:
		if len(got.Params) == 0 {
			t.Error("the track has no parameter sets")
		}
	}
}

func keyFrame(t *testing.T, s Subject) {
	const n, asked = 30, 12
	enc := s.open(t, s.config())
	units := encode(t, enc, 0, n, func(i int, _ *media.Frame) {
		if i == asked {
			if err := enc.Request(media.Request{KeyFrame: true}); err != nil {
				t.Errorf("request: %v", err)
			}
		}
	}, nil)
	units = append(units, flush(t, enc, nil)...)
	for i, u := range units {
		if want := i == 0 || i == asked; u.key != want {
			t.Errorf("unit %d: random access is %v, want %v", i, u.key, want)
		}
	}
}

func immutable(t *testing.T, s Subject) {
	cfg := s.config()
	cfg.ROI = true
	enc := s.open(t, cfg)
	sum := func(f *media.Frame) uint64 {
		h := fnv.New64a()
		for _, p := range f.Planes {
			h.Write(p)
		}
		return h.Sum64()
	}
	f := transcode.Texture(widthPx, heightPx, 0)
	defer f.Release()
	f.Regions = centre(-0.3, 0.3)
	before := sum(f)
	if err := enc.Encode(f, func(*media.Unit) {}); err != nil {
		t.Fatal(err)
	}
	if sum(f) != before {
		t.Error("the encoder wrote to a picture that it was lent")
	}
}

func concurrentRequests(t *testing.T, s Subject) {
	cfg := s.config()
	cfg.Rate.MaxBitrateBPS = 4e6
	enc := s.open(t, cfg)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				_ = enc.Request(media.Request{BitrateBPS: 2e6 + i%3*1e5})
			}
		}
	})
	units := encode(t, enc, 0, 20, nil, nil)
	close(done)
	wg.Wait()
	units = append(units, flush(t, enc, nil)...)
	if len(units) != 20 {
		t.Errorf("%d units of 20", len(units))
	}
}

func oddSizes(t *testing.T, s Subject) {
	for _, size := range []media.Size{{WidthPx: 321, HeightPx: 193}, {WidthPx: 318, HeightPx: 190}, {WidthPx: 322, HeightPx: 201}} {
		t.Run(size.String(), func(t *testing.T) {
			cfg := s.config()
			cfg.WidthPx, cfg.HeightPx = size.WidthPx, size.HeightPx
			enc := s.open(t, cfg)
			if w, h := enc.Track().WidthPx, enc.Track().HeightPx; size.WidthPx-w > 1 || size.HeightPx-h > 1 || w > size.WidthPx || h > size.HeightPx {
				t.Errorf("the track has %dx%d", w, h)
			}
			dec := s.decoder(t, enc.Track())
			n := 0
			for i := range 3 {
				f := transcode.Texture(size.WidthPx, size.HeightPx, i)
				if err := enc.Encode(f, dec.feed); err != nil {
					t.Errorf("encode: %v", err)
				}
				f.Release()
			}
			flush(t, enc, dec.feed)
			dec.feed(nil)
			for _, f := range dec.frames {
				n++
				if f.WidthPx != enc.Track().WidthPx || f.HeightPx != enc.Track().HeightPx {
					t.Errorf("decoded %dx%d, the track has %dx%d", f.WidthPx, f.HeightPx, enc.Track().WidthPx, enc.Track().HeightPx)
				}
			}
			if n != 3 {
				t.Errorf("%d pictures of 3", n)
			}
		})
	}
}

func badSizes(t *testing.T, s Subject) {
	for _, size := range []media.Size{{}, {WidthPx: -2, HeightPx: 100}, {WidthPx: 2, HeightPx: 2}, {WidthPx: 100000, HeightPx: 64}} {
		cfg := s.config()
		cfg.WidthPx, cfg.HeightPx = size.WidthPx, size.HeightPx
		enc, err := s.NewEncoder(cfg)
		if err == nil {
			enc.Close()
			t.Errorf("%dx%d is accepted", size.WidthPx, size.HeightPx)
		} else if hint.Of(err) == "" {
			t.Errorf("%dx%d: no hint with %q", size.WidthPx, size.HeightPx, err)
		}
	}
}

func otherSize(t *testing.T, s Subject) {
	enc := s.open(t, s.config())
	units := encode(t, enc, 0, 2, nil, nil)
	f := transcode.Texture(widthPx+32, heightPx, 2)
	if err := enc.Encode(f, func(*media.Unit) {}); !errors.Is(err, transcode.ErrPictureSize) {
		t.Errorf("got %v, want %v", err, transcode.ErrPictureSize)
	}
	f.Release()
	units = append(units, encode(t, enc, 2, 2, nil, nil)...)
	units = append(units, flush(t, enc, nil)...)
	if len(units) != 4 {
		t.Errorf("%d units of 4 pictures", len(units))
	}
}

func timeGoesOn(t *testing.T, s Subject) {
	enc := s.open(t, s.config())
	units := encode(t, enc, 0, 2, nil, nil)
	f := transcode.Texture(widthPx, heightPx, 1) // again
	if err := enc.Encode(f, func(*media.Unit) {}); err == nil {
		t.Error("a picture with the time of the one before is accepted")
	}
	f.Release()
	units = append(units, encode(t, enc, 2, 1, nil, nil)...)
	units = append(units, flush(t, enc, nil)...)
	if len(units) != 3 {
		t.Errorf("%d units of 3 pictures", len(units))
	}
}

func closeTwice(t *testing.T, s Subject) {
	enc := s.open(t, s.config())
	encode(t, enc, 0, 2, nil, nil)
	for range 2 {
		if err := enc.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	f := transcode.Texture(widthPx, heightPx, 3)
	defer f.Release()
	if err := enc.Encode(f, func(*media.Unit) {}); err == nil {
		t.Error("a closed encoder encodes")
	}
}
