package quality_test

import (
	"image"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"vantage/media"
	"vantage/media/mediatest"
	"vantage/media/quality"
)

// picture is a gradient under noise of the given strength.
func picture(t *testing.T, w, h int, noise int, seed uint64) *media.Frame {
	t.Helper()
	r := rand.New(rand.NewPCG(1, seed))
	f := media.NewFrame(media.I420, w, h)
	t.Cleanup(f.Release)
	for p, plane := range f.Planes {
		for i := range plane {
			v := 60 + (i%f.Strides[p])*120/f.Strides[p] + int(40*math.Sin(float64(i/f.Strides[p])/5))
			if noise > 0 {
				v += r.IntN(2*noise+1) - noise
			}
			plane[i] = byte(min(max(v, 0), 255))
		}
	}
	return f
}

func TestEqualPicturesScoreBest(t *testing.T) {
	mediatest.NoLeaks(t)
	f := picture(t, 64, 48, 10, 1)
	r, err := quality.Compare(f, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Whole.PSNR != quality.MaxPSNR || r.Whole.SSIM != 1 || r.Whole.Pixels != 64*48 {
		t.Errorf("got %+v", r.Whole)
	}
	if r.Inside != (quality.Score{}) || r.Outside != r.Whole {
		t.Errorf("without a mask: inside %+v, outside %+v", r.Inside, r.Outside)
	}
}

func TestKnownErrorGivesKnownPSNR(t *testing.T) {
	a, b := picture(t, 32, 32, 0, 1), picture(t, 32, 32, 0, 1)
	for i := range b.Planes[0] {
		b.Planes[0][i] += 5
	}
	r, err := quality.Compare(a, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := 10 * math.Log10(255*255/25.0); math.Abs(r.Whole.PSNR-want) > 1e-9 {
		t.Errorf("got %v dB, want %v", r.Whole.PSNR, want)
	}
}

func TestMaskSeparatesDamage(t *testing.T) {
	a, b := picture(t, 64, 64, 0, 1), picture(t, 64, 64, 0, 1)
	region := image.Rect(16, 16, 48, 48)
	for y := region.Min.Y; y < region.Max.Y; y++ {
		for x := region.Min.X; x < region.Max.X; x++ {
			b.Planes[0][y*b.Strides[0]+x] += byte(x%2) * 8
		}
	}
	m := quality.NewMask(64, 64, region)
	if m.Share() != 0.25 {
		t.Errorf("share: got %v, want 0.25", m.Share())
	}
	r, err := quality.Compare(a, b, m)
	if err != nil {
		t.Fatal(err)
	}
	if want := 10 * math.Log10(255*255/32.0); math.Abs(r.Inside.PSNR-want) > 1e-9 {
		t.Errorf("inside: got %v dB, want %v", r.Inside.PSNR, want)
	}
	if r.Outside.PSNR != quality.MaxPSNR {
		t.Errorf("outside: got %v dB, want no difference", r.Outside.PSNR)
	}
	if r.Inside.SSIM >= r.Whole.SSIM || r.Whole.SSIM >= r.Outside.SSIM {
		t.Errorf("ssim: inside %v, whole %v, outside %v: want them in this order", r.Inside.SSIM, r.Whole.SSIM, r.Outside.SSIM)
	}
	if r.Inside.Pixels != 32*32 || r.Outside.Pixels != 64*64-32*32 {
		t.Errorf("pixels: %d inside, %d outside", r.Inside.Pixels, r.Outside.Pixels)
	}
	m.Clear()
	if m.Share() != 0 {
		t.Error("a cleared mask has something inside")
	}
}

func TestMistakesAreErrors(t *testing.T) {
	a := picture(t, 32, 32, 0, 1)
	rgba := media.NewFrame(media.RGBA, 32, 32)
	defer rgba.Release()
	for name, try := range map[string]func() error{
		"another size": func() error { _, err := quality.Compare(a, picture(t, 32, 34, 0, 1), nil); return err },
		"a mask of another size": func() error {
			_, err := quality.Compare(a, a, quality.NewMask(8, 8))
			return err
		},
		"no luma": func() error { _, err := quality.Compare(a, rgba, nil); return err },
	} {
		if try() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// TestAgreesWithFFmpeg holds the figures to those that FFmpeg's filters print.
func TestAgreesWithFFmpeg(t *testing.T) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs the ffmpeg command")
	}
	const w, h, n = 176, 148, 5 // not a multiple of the window
	var sum quality.Sum
	var originals, coded []byte
	for i := range n {
		a, b := picture(t, w, h, 0, uint64(i)), picture(t, w, h, 1+6*i, uint64(i))
		if err := sum.Add(a, b, nil); err != nil {
			t.Fatal(err)
		}
		for p := range a.Planes {
			originals, coded = append(originals, a.Planes[p]...), append(coded, b.Planes[p]...)
		}
	}
	got := sum.Result().Whole
	dir := t.TempDir()
	for name, b := range map[string][]byte{"a.yuv": originals, "b.yuv": coded} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	size := strconv.Itoa(w) + "x" + strconv.Itoa(h)
	raw := []string{"-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-i"}
	for _, tc := range []struct {
		filter, pattern string
		got, tolerance  float64
	}{
		{"psnr", `PSNR y:([0-9.]+)`, got.PSNR, 1e-4},
		{"ssim", `SSIM Y:([0-9.]+)`, got.SSIM, 1e-5},
	} {
		args := append([]string{"-hide_banner"}, append(raw, filepath.Join(dir, "b.yuv"))...)
		args = append(args, append(raw, filepath.Join(dir, "a.yuv"), "-lavfi", tc.filter, "-f", "null", "-")...)
		out, err := exec.Command(ffmpeg, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		m := regexp.MustCompile(tc.pattern).FindSubmatch(out)
		if m == nil {
			t.Fatalf("no figure in %s", out)
		}
		want, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(tc.got-want) > tc.tolerance {
			t.Errorf("%s: got %v, ffmpeg says %v", tc.filter, tc.got, want)
		}
	}
}

func BenchmarkCompare720p(b *testing.B) {
	f := media.NewFrame(media.I420, 1280, 720)
	defer f.Release()
	m := quality.NewMask(1280, 720, image.Rect(100, 100, 400, 400))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := quality.Compare(f, f, m); err != nil {
			b.Fatal(err)
		}
	}
}
