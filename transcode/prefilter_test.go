package transcode_test

import (
	"image"
	"math"
	"testing"

	"vantage/media"
	"vantage/media/mediatest"
	"vantage/transcode"
)

// roughness is the mean difference of neighbours in a rectangle of the luma: what an encoder spends bits on.
func roughness(f *media.Frame, r image.Rectangle) float64 {
	sum := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := f.Planes[0][y*f.Strides[0]:]
		for x := r.Min.X + 1; x < r.Max.X; x++ {
			sum += math.Abs(float64(row[x]) - float64(row[x-1]))
		}
	}
	return sum / float64((r.Dx()-1)*r.Dy())
}

func filtered(t *testing.T, f *media.Frame) *media.Frame {
	t.Helper()
	out := media.NewFrame(f.Format, f.WidthPx, f.HeightPx)
	t.Cleanup(out.Release)
	var p transcode.Prefilter
	if err := p.Apply(out, f); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPrefilterSmoothsOutsideOnly(t *testing.T) {
	mediatest.NoLeaks(t)
	region := image.Rect(96, 64, 192, 128)
	for name, plan := range map[string][]media.Region{
		"a coarser background":   {{Rect: region}, {Rect: image.Rect(0, 0, 320, 192), QOffset: 0.3}},
		"a finer region":         {{Rect: region, QOffset: -0.3}},
		"the first region wins":  {{Rect: region, QOffset: -0.2}, {Rect: image.Rect(0, 0, 320, 192), QOffset: 0.1}, {Rect: region, QOffset: 1}},
		"rectangles that do not": {{Rect: region, QOffset: -0.3}, {Rect: image.Rect(-90, -90, -10, -10), QOffset: 1}, {Rect: image.Rect(50, 50, 10, 10)}},
	} {
		t.Run(name, func(t *testing.T) {
			f := transcode.Texture(320, 192, 0)
			defer f.Release()
			f.Regions = plan
			g := filtered(t, f)
			for y := region.Min.Y; y < region.Max.Y; y++ {
				for x := region.Min.X; x < region.Max.X; x++ {
					if i := y*f.Strides[0] + x; f.Planes[0][i] != g.Planes[0][i] {
						t.Fatalf("pixel %d,%d of the region changed", x, y)
					}
				}
			}
			outside := image.Rect(0, 0, 80, 192)
			if before, after := roughness(f, outside), roughness(g, outside); after > before/2 {
				t.Errorf("roughness outside went from %.1f to %.1f", before, after)
			}
			// The filter grows from the region's edge on: no step for an encoder to draw.
			edge := image.Rect(region.Min.X-3, region.Min.Y, region.Min.X, region.Max.Y)
			if far, near := roughness(g, outside), roughness(g, edge); near <= far {
				t.Errorf("the border is hard: %.1f beside the region, %.1f away from it", near, far)
			}
			for p := 1; p < 3; p++ {
				if string(f.Planes[p]) != string(g.Planes[p]) {
					t.Error("chroma changed")
				}
			}
		})
	}
}

func TestPrefilterWithoutDifferencesCopies(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, plan := range map[string][]media.Region{
		"no plan":    nil,
		"a flat one": {{Rect: image.Rect(0, 0, 321, 193), QOffset: 0.4}},
	} {
		f := transcode.Texture(321, 193, 0)
		f.Regions = plan
		g := filtered(t, f)
		for p := range f.Planes {
			if string(f.Planes[p]) != string(g.Planes[p]) {
				t.Errorf("%s: plane %d changed", name, p)
			}
		}
		f.Release()
	}
}

func TestPrefilterKeepsFlatPicturesFlat(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, size := range []image.Point{{321, 193}, {8, 8}, {1, 1}, {9, 200}} {
		f := media.NewFrame(media.I420, size.X, size.Y)
		for _, p := range f.Planes {
			for i := range p {
				p[i] = 77
			}
		}
		f.Regions = []media.Region{{Rect: image.Rect(0, 0, 3, 3), QOffset: -1}, {Rect: image.Rect(0, 0, size.X, size.Y), QOffset: 1}}
		g := filtered(t, f)
		for i, v := range g.Planes[0] {
			if v != 77 {
				t.Fatalf("%v: sample %d became %d", size, i, v)
			}
		}
		f.Release()
	}
}

func TestPrefilterTakesRowsOfAnyStride(t *testing.T) {
	mediatest.NoLeaks(t)
	wide := transcode.Texture(352, 192, 0)
	defer wide.Release()
	view := wide.Derive()
	defer view.Release()
	view.WidthPx = 320
	view.Regions = []media.Region{{Rect: image.Rect(0, 0, 100, 100), QOffset: -0.3}}
	narrow := media.NewFrame(media.I420, 320, 192)
	defer narrow.Release()
	for p, w := range []int{320, 160, 160} {
		for y := 0; y*narrow.Strides[p] < len(narrow.Planes[p]); y++ {
			copy(narrow.Planes[p][y*narrow.Strides[p]:][:w], wide.Planes[p][y*wide.Strides[p]:])
		}
	}
	narrow.Regions = view.Regions
	a, b := filtered(t, view), filtered(t, narrow)
	for p := range a.Planes {
		if string(a.Planes[p]) != string(b.Planes[p]) {
			t.Errorf("plane %d depends on the stride", p)
		}
	}
}

func TestPrefilterMistakes(t *testing.T) {
	mediatest.NoLeaks(t)
	a, b := media.NewFrame(media.I420, 32, 32), media.NewFrame(media.I420, 32, 30)
	defer a.Release()
	defer b.Release()
	var p transcode.Prefilter
	if p.Apply(a, b) == nil {
		t.Error("another size is accepted")
	}
}

func BenchmarkPrefilter720p(b *testing.B) {
	for name, plan := range map[string][]media.Region{
		"tenth": {{Rect: image.Rect(400, 200, 700, 500), QOffset: -0.1}, {Rect: image.Rect(0, 0, 1280, 720), QOffset: 0.1}},
		"none":  nil,
	} {
		b.Run(name, func(b *testing.B) {
			f, g := transcode.Texture(1280, 720, 0), media.NewFrame(media.I420, 1280, 720)
			defer f.Release()
			defer g.Release()
			f.Regions = plan
			var p transcode.Prefilter
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Apply(g, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
