package media_test

import (
	"image"
	"slices"
	"testing"

	"vantage/media"
	"vantage/media/mediatest"
)

func TestNewFrame(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, tc := range map[string]struct {
		format  media.PixelFormat
		w, h    int
		strides []int
		sizes   []int
	}{
		"I420 of odd size rounds chroma up": {media.I420, 5, 3, []int{5, 3, 3}, []int{15, 6, 6}},
		"NV12 of odd size rounds chroma up": {media.NV12, 5, 3, []int{5, 6}, []int{15, 12}},
		"Gray8":                             {media.Gray8, 5, 3, []int{5}, []int{15}},
		"RGBA":                              {media.RGBA, 5, 3, []int{20}, []int{60}},
	} {
		t.Run(name, func(t *testing.T) {
			for range 3 {
				f := media.NewFrame(tc.format, tc.w, tc.h)
				var sizes []int
				for _, p := range f.Planes {
					sizes = append(sizes, len(p))
					if cap(p) != len(p) {
						t.Error("planes overlap")
					}
				}
				if !slices.Equal(f.Strides, tc.strides) || !slices.Equal(sizes, tc.sizes) {
					t.Errorf("strides %v, sizes %v", f.Strides, sizes)
				}
				if f.PTS != 0 || f.Regions != nil || f.Backing != nil {
					t.Error("not clean")
				}
				f.PTS, f.Regions = 1, make([]media.Region, 1)
				f.Release()
			}
		})
	}
	for _, bad := range [][2]int{{0, 1}, {1, 0}, {-1, 1}, {media.MaxFrameSidePx + 1, 1}} {
		mustPanic(t, func() { media.NewFrame(media.I420, bad[0], bad[1]) })
	}
	mustPanic(t, func() { media.NewFrame(0, 16, 16) })
}

type backing struct{ freed int }

func (b *backing) Free() { b.freed++ }

func TestBackingIsFreedOnceWithTheLastReference(t *testing.T) {
	mediatest.NoLeaks(t)
	var b backing
	f := media.WrapFrame(&b)
	f.WidthPx = 4
	d := f.Derive()
	dd := d.Derive()
	f.Retain()
	f.Release()
	f.Release()
	d.Release()
	if b.freed != 0 {
		t.Fatal("freed while a derived frame uses it")
	}
	if dd.Backing != &b || dd.WidthPx != 4 {
		t.Error("derived frame differs")
	}
	dd.Release()
	if b.freed != 1 {
		t.Errorf("freed %d times", b.freed)
	}
	mustPanic(t, dd.Retain)
	mustPanic(t, dd.Release)
}

func TestLargeAndSmallFramesDoNotTakeEachOthersMemory(t *testing.T) {
	mediatest.NoLeaks(t)
	pass := func() {
		large := media.NewFrame(media.I420, 1920, 1080)
		small := media.NewFrame(media.Gray8, 160, 90)
		derived := large.Derive()
		large.Release()
		small.Release()
		derived.Release()
	}
	pass()
	// A garbage collection in between empties the pools; large pictures on each pass would be 3 MB each.
	res := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			pass()
		}
	})
	if got := res.AllocedBytesPerOp(); !raceEnabled && got > 100_000 {
		t.Errorf("%d bytes allocated a pass", got)
	}
}

func TestScaleRegions(t *testing.T) {
	in := []media.Region{
		{Rect: image.Rect(10, 10, 20, 20), QOffset: -0.5, Class: "person", ID: 3},
		{Rect: image.Rect(1, 1, 2, 2)},
		{Rect: image.Rect(90, 90, 200, 200)},
		{Rect: image.Rect(200, 200, 300, 300)},
	}
	got := media.ScaleRegions(nil, in, image.Pt(100, 100), image.Pt(50, 25))
	want := []media.Region{
		{Rect: image.Rect(5, 2, 10, 5), QOffset: -0.5, Class: "person", ID: 3},
		{Rect: image.Rect(0, 0, 1, 1)},
		{Rect: image.Rect(45, 22, 50, 25)},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := media.ScaleRegions(got, in, image.Point{}, image.Pt(5, 5)); len(got) != 0 {
		t.Errorf("from a picture without size: %v", got)
	}
}
