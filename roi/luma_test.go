package roi_test

import (
	"fmt"
	"image"
	"math/rand/v2"
	"testing"

	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
)

func TestLumaIsTheMeanOfItsSamples(t *testing.T) {
	mediatest.NoLeaks(t)
	r := rand.New(rand.NewPCG(1, 1))
	for _, size := range []image.Point{{1, 1}, {384, 10}, {385, 11}, {768, 576}, {769, 577}, {1279, 7}, {1920, 30}, {16384, 50}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			f := media.NewFrame(media.Gray8, size.X, size.Y)
			defer f.Release()
			for i := range f.Planes[0] {
				f.Planes[0][i] = byte(r.IntN(256))
			}
			if size.Y == 577 {
				for i := range f.Planes[0] {
					f.Planes[0][i] = 255
				}
			}
			var l roi.Luma
			if err := l.Sample(f, roi.AnalysisWidthPx); err != nil {
				t.Fatal(err)
			}
			n := l.Factor
			if l.WidthPx > roi.AnalysisWidthPx || l.WidthPx != (size.X+n-1)/n || l.HeightPx != (size.Y+n-1)/n {
				t.Fatalf("luma %dx%d by a factor of %d", l.WidthPx, l.HeightPx, n)
			}
			for y := range l.HeightPx {
				for x := range l.WidthPx {
					sum, area := 0, 0
					for j := y * n; j < min((y+1)*n, size.Y); j++ {
						for i := x * n; i < min((x+1)*n, size.X); i++ {
							sum, area = sum+int(f.Planes[0][j*f.Strides[0]+i]), area+1
						}
					}
					if got, want := int(l.Pix[y*l.WidthPx+x]), (sum+area/2)/area; got != want {
						t.Fatalf("sample %d,%d is %d, want %d", x, y, got, want)
					}
				}
			}
		})
	}
}

func TestLumaOfUnusableFramesIsAnError(t *testing.T) {
	f := media.NewFrame(media.RGBA, 8, 8)
	defer f.Release()
	var l roi.Luma
	if err := l.Sample(f, 384); err == nil {
		t.Error("no error for RGBA")
	}
	g := media.NewFrame(media.Gray8, 8, 8)
	defer g.Release()
	g.Planes[0] = g.Planes[0][:10]
	if err := l.Sample(g, 384); err == nil {
		t.Error("no error for a plane that is too short")
	}
}

func BenchmarkLuma720p(b *testing.B) {
	f := media.NewFrame(media.Gray8, 1280, 720)
	defer f.Release()
	var l roi.Luma
	b.ReportAllocs()
	for b.Loop() {
		if err := l.Sample(f, roi.AnalysisWidthPx); err != nil {
			b.Fatal(err)
		}
	}
}
