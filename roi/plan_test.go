package roi_test

import (
	"bytes"
	"encoding/json"
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"vantage/media"
	"vantage/roi"
)

// raster paints rectangles into blocks as an encoder reads them: the first match wins. It fails the test when a block is not painted.
func raster(t testing.TB, regions []media.Region, widthPx, heightPx int) []int8 {
	t.Helper()
	cols, rows := (widthPx+15)/16, (heightPx+15)/16
	out := make([]int8, cols*rows)
	bounds := image.Rect(0, 0, widthPx, heightPx)
	for i := range out {
		at := image.Pt(i%cols*16, i/cols*16)
		k := slices.IndexFunc(regions, func(r media.Region) bool { return at.In(r.Rect) })
		if k < 0 {
			t.Fatalf("block at %v is in no rectangle", at)
		}
		out[i] = int8(math.Round(float64(regions[k].QOffset) * roi.MaxQP))
	}
	for _, r := range regions {
		if !r.Rect.In(bounds) || r.Rect.Empty() {
			t.Fatalf("rectangle %v is not in the picture %v", r.Rect, bounds)
		}
		if r.Rect.Min.X%16 != 0 || r.Rect.Min.Y%16 != 0 {
			t.Fatalf("rectangle %v does not start at a block", r.Rect)
		}
	}
	return out
}

func checkPlan(t testing.TB, widthPx, heightPx int, offsets []int8) {
	t.Helper()
	asked := slices.Clone(offsets)
	p := roi.NewPlan(widthPx, heightPx, offsets)
	regions := p.Regions(widthPx, heightPx)
	if len(regions) > roi.MaxRects {
		t.Fatalf("%d rectangles, want at most %d", len(regions), roi.MaxRects)
	}
	if got := raster(t, regions, widthPx, heightPx); !slices.Equal(got, p.Offsets) {
		t.Fatal("the rectangles do not paint the plan")
	}
	for i, o := range p.Offsets {
		if o > asked[i] {
			t.Fatalf("block %d became coarser: asked for %d, got %d", i, asked[i], o)
		}
	}
}

// blobs returns offsets with n random rectangles of differing offsets.
func blobs(r *rand.Rand, cols, rows, n int) []int8 {
	offsets := make([]int8, cols*rows)
	for i := range offsets {
		offsets[i] = 5
	}
	for range n {
		x0, y0 := r.IntN(cols), r.IntN(rows)
		x1, y1 := min(x0+1+r.IntN(8), cols), min(y0+1+r.IntN(8), rows)
		o := int8(r.IntN(12) - 6)
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				offsets[y*cols+x] = o
			}
		}
	}
	return offsets
}

func TestRectanglesPaintThePlanExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		w, h := 1+r.IntN(1400), 1+r.IntN(900)
		checkPlan(t, w, h, blobs(r, (w+15)/16, (h+15)/16, r.IntN(20)))
	}
}

func TestSimpleMapsNeedNoSimplification(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		offsets := blobs(r, 48, 36, 8)
		asked := slices.Clone(offsets)
		if p := roi.NewPlan(768, 576, offsets); !slices.Equal(p.Offsets, asked) {
			t.Fatal("a map of eight blobs was simplified")
		}
	}
}

func TestWildMapsStayBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, size := range []image.Point{{16, 16}, {1920, 1080}, {3840, 2160}, {16384, 16}, {7680, 4320}} {
		offsets := make([]int8, (size.X+15)/16*((size.Y+15)/16))
		for i := range offsets {
			offsets[i] = int8(r.IntN(103) - 51)
		}
		checkPlan(t, size.X, size.Y, offsets)
	}
}

func FuzzRectangles(f *testing.F) {
	f.Add(uint16(64), uint16(48), []byte{1, 2, 3, 4})
	f.Add(uint16(768), uint16(576), bytes.Repeat([]byte{5, 5, 5, 253}, 40))
	f.Add(uint16(1), uint16(1), []byte{})
	f.Fuzz(func(t *testing.T, w, h uint16, data []byte) {
		widthPx, heightPx := 1+int(w)%2048, 1+int(h)%1200
		offsets := make([]int8, (widthPx+15)/16*((heightPx+15)/16))
		for i := range offsets {
			if len(data) > 0 {
				offsets[i] = int8(int(data[i%len(data)])%103 - 51)
			}
		}
		checkPlan(t, widthPx, heightPx, offsets)
	})
}

func TestScaledPlanNeverLosesARegion(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		w, h := 64+r.IntN(1900), 64+r.IntN(1000)
		p := roi.NewPlan(w, h, blobs(r, (w+15)/16, (h+15)/16, 6))
		tw, th := 32+r.IntN(1900), 32+r.IntN(1000)
		got := raster(t, p.Regions(tw, th), tw, th)
		tcols := (tw + 15) / 16
		for y := range th { // every pixel is at least as fine as the plan asks of its place
			if y%7 != 0 {
				continue
			}
			for x := 0; x < tw; x += 7 {
				want := p.Offsets[y*h/th/16*p.Cols+x*w/tw/16]
				if o := got[y/16*tcols+x/16]; o > want {
					t.Fatalf("%dx%d to %dx%d: pixel %d,%d has offset %d, want at most %d", w, h, tw, th, x, y, o, want)
				}
			}
		}
	}
}

func TestPlanWithoutItsRectanglesStillHasThem(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	p := roi.NewPlan(640, 360, blobs(r, 40, 23, 5))
	wire, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var q roi.Plan
	if err := json.Unmarshal(wire, &q); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(raster(t, q.Regions(640, 360), 640, 360), p.Offsets) {
		t.Error("a plan that crossed a wire paints something else")
	}
	q.Cols++
	if got := q.Regions(640, 360); got != nil {
		t.Errorf("a plan that does not hold together has regions %v, want none", got)
	}
	var none *roi.Plan
	if got := none.Regions(640, 360); got != nil {
		t.Errorf("no plan has regions %v, want none", got)
	}
}

func BenchmarkNewPlan1080p(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	offsets := blobs(r, 120, 68, 15)
	b.ReportAllocs()
	for b.Loop() {
		roi.NewPlan(1920, 1080, offsets)
	}
}
