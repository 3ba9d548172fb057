package transcodetest

import (
	"image"
	"testing"

	"vantage/media"
	"vantage/media/quality"
	"vantage/transcode"
)

// inside is the region of the tests: a quarter of the picture, on macroblock borders.
var inside = image.Rect(widthPx/4, heightPx/4, widthPx*3/4, heightPx*3/4)

// centre is a plan of two regions: inside, then all.
func centre(in, out float32) []media.Region {
	return []media.Region{
		{Rect: inside, QOffset: in},
		{Rect: image.Rect(0, 0, widthPx, heightPx), QOffset: out},
	}
}

// scores encodes some pictures with the plan and tells the quality and bits of what a decoder sees.
func (s Subject) scores(t *testing.T, plan []media.Region) (r quality.Result, bits int) {
	t.Helper()
	const n = 15
	cfg := s.config()
	cfg.ROI = true
	enc := s.open(t, cfg)
	dec := s.decoder(t, enc.Track())
	units := encode(t, enc, 0, n, func(_ int, f *media.Frame) { f.Regions = plan }, dec.feed)
	units = append(units, flush(t, enc, dec.feed)...)
	dec.feed(nil)
	for _, u := range units {
		bits += u.bits
	}
	if len(dec.frames) != n {
		t.Fatalf("%d pictures of %d", len(dec.frames), n)
	}
	mask := quality.NewMask(widthPx, heightPx, inside)
	var sum quality.Sum
	for i, f := range dec.frames {
		want := transcode.Texture(widthPx, heightPx, i)
		err := sum.Add(want, f, mask)
		want.Release()
		if err != nil {
			t.Fatal(err)
		}
	}
	return sum.Result(), bits
}

// minGain is by how many dB a region must gain on the rest for a difference of offsets of 0.4: 20 steps of H.264's quantiser.
const minGain = 2.0

func gain(with, without quality.Result) float64 {
	return (with.Inside.PSNR - with.Outside.PSNR) - (without.Inside.PSNR - without.Outside.PSNR)
}

// roi holds for regions by side data and by pre-filter, but that a pre-filter cannot make a region better than it would be.
func roi(t *testing.T, s Subject) {
	plain, plainBits := s.scores(t, nil)
	planned, bits := s.scores(t, centre(-0.2, 0.2))
	if g := gain(planned, plain); g < minGain && s.Caps.ROI {
		t.Errorf("the region gains %.2f dB on the rest, want %v", g, minGain)
	}
	coarse, coarseBits := s.scores(t, centre(0, 0.3))
	if coarseBits >= plainBits {
		t.Errorf("a coarser background takes %d bits, %d without", coarseBits, plainBits)
	}
	if d := plain.Inside.PSNR - coarse.Inside.PSNR; d > 1 {
		t.Errorf("a coarser background costs the region %.2f dB", d)
	}
	t.Logf("inside %+.1f dB, outside %+.1f dB, bits %+.0f %%; background only: inside %+.1f dB, bits %+.0f %%",
		planned.Inside.PSNR-plain.Inside.PSNR, planned.Outside.PSNR-plain.Outside.PSNR, percent(bits, plainBits),
		coarse.Inside.PSNR-plain.Inside.PSNR, percent(coarseBits, plainBits))
}

func percent(a, b int) float64 { return 100 * (float64(a)/float64(b) - 1) }

func firstRegionWins(t *testing.T, s Subject) {
	if !s.Caps.ROI {
		t.Skip("the encoder was not measured to do this")
	}
	all := image.Rect(0, 0, widthPx, heightPx)
	front := media.Region{Rect: all, QOffset: 0.2}
	alone, aloneBits := s.scores(t, []media.Region{front})
	hidden, bits := s.scores(t, []media.Region{front, {Rect: inside, QOffset: -0.2}})
	if g := gain(hidden, alone); g > minGain/10 || g < -minGain/10 || percent(bits, aloneBits) > 1 {
		t.Errorf("a region behind one that covers it all gains %.2f dB and takes %+.1f %% bits", g, percent(bits, aloneBits))
	}
}

// Rates of the bitrate tests, in bit/s; the test pictures would take more than the first at the suite's quality.
const (
	highBPS, lowBPS = 1_600_000, 600_000
	settle          = 2 * transcode.TextureFrameRate // pictures until the new rate must hold
	measured        = 2 * transcode.TextureFrameRate
	tolerance       = 0.25
	startTolerance  = 0.35 // after the first key frame, which takes what it needs
)

// follow runs at the rate first, asks for another and measures it from two seconds later on.
func (s Subject) follow(t *testing.T, enc transcode.Encoder, ask int) (before, after float64) {
	t.Helper()
	units := encode(t, enc, 0, settle+measured, nil, nil)
	if err := enc.Request(media.Request{BitrateBPS: ask}); err != nil {
		t.Fatalf("request: %v", err)
	}
	units = append(units, encode(t, enc, settle+measured, settle+measured, nil, nil)...)
	units = append(units, flush(t, enc, nil)...)
	for i, u := range units {
		if u.key && i > 0 && s.Caps.Bitrate {
			t.Errorf("unit %d is random access", i)
		}
	}
	rate := func(units []coded) float64 {
		bits := 0
		for _, u := range units {
			bits += u.bits
		}
		return float64(bits) * transcode.TextureFrameRate / float64(len(units))
	}
	return rate(units[settle:][:measured]), rate(units[len(units)-measured:])
}

func bitrate(t *testing.T, s Subject) {
	cfg := s.config()
	cfg.GOPFrames = 1000
	cfg.Rate = transcode.RateControl{BitrateBPS: highBPS, MaxBitrateBPS: highBPS, VBVSeconds: 0.5}
	before, after := s.follow(t, s.open(t, cfg), lowBPS)
	if off := before/highBPS - 1; off < -startTolerance || off > startTolerance {
		t.Errorf("%.0f bit/s of %d", before, highBPS)
	}
	if off := after/lowBPS - 1; off < -tolerance || off > tolerance {
		t.Errorf("%.0f bit/s after %d were asked", after, lowBPS)
	}
	t.Logf("%.0f bit/s of %d, then %.0f of %d", before, highBPS, after, lowBPS)
}

func capFollows(t *testing.T, s Subject) {
	for name, top := range map[string]int{"under a configured cap": 4 * highBPS, "without one": 0} {
		t.Run(name, func(t *testing.T) {
			cfg := s.config()
			cfg.GOPFrames = 1000
			cfg.Rate.MaxBitrateBPS = top
			cfg.Rate.CRF = max(1, cfg.Rate.CRF-12)
			enc := s.open(t, cfg)
			before, after := s.follow(t, enc, lowBPS)
			if before < lowBPS*(1+tolerance) {
				t.Fatalf("only %.0f bit/s without the cap: nothing to test", before)
			}
			if after > lowBPS*(1+tolerance) {
				t.Errorf("%.0f bit/s under a cap of %d", after, lowBPS)
			}
		})
	}
}
