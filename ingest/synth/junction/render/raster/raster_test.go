package raster_test

import (
	"math/rand/v2"
	"testing"

	"go.uber.org/goleak"

	"vantage/ingest/synth/junction/render/raster"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func vertex(x, y, w float64) raster.Vertex {
	return raster.Vertex{X: x, Y: y, W: w, R: 200, G: 100, B: 50}
}

// TestTrianglesThatShareAnEdgeLeaveNoGap cuts rectangles into fans around random points and counts how often each sample is
// covered.
func TestTrianglesThatShareAnEdgeLeaveNoGap(t *testing.T) {
	const side = 64
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		b := raster.New(side, side)
		count := make([]int, side*side)
		rim := []raster.Vertex{vertex(0, 0, 1), vertex(side/2+r.Float64(), 0, 1), vertex(side, 0, 1), vertex(side, side, 1), vertex(r.Float64()*side, side, 1), vertex(0, side, 1)}
		middle := vertex(r.Float64()*side, r.Float64()*side, 1)
		for i := range rim {
			b.Cover(&middle, &rim[i], &rim[(i+1)%len(rim)], func(at int, _ float32) { count[at]++ })
		}
		for at, n := range count {
			if n != 1 {
				t.Fatalf("sample %d, %d is covered %d times", at%side, at/side, n)
			}
		}
	}
}

func TestTheNearerTriangleWins(t *testing.T) {
	b := raster.New(32, 32)
	far := [3]raster.Vertex{vertex(0, 0, 0.1), vertex(32, 0, 0.1), vertex(0, 32, 0.1)}
	near := [3]raster.Vertex{vertex(0, 0, 0.3), vertex(16, 0, 0.3), vertex(0, 16, 0.3)}
	b.Stamp = 1
	if n := b.Smooth(&near[0], &near[1], &near[2], 7); n < 100 || n > 140 {
		t.Errorf("%d samples", n)
	}
	b.Stamp = 2
	b.Smooth(&far[0], &far[1], &far[2], 8)
	b.Smooth(&far[0], &far[1], &far[2], 9) // no nearer than what is there
	for at, id := range b.ID {
		x, y := at%32, at/32
		want := uint16(0)
		switch {
		case x+y+1 < 16:
			want = 7
		case x+y+1 > 16 && x+y+1 < 32:
			want = 8
		case x+y+1 == 16 || x+y+1 >= 32:
			continue // on an edge, or outside
		}
		if id != want {
			t.Fatalf("sample %d, %d shows %d, want %d", x, y, id, want)
		}
	}
	if got := b.Color[0]; got != raster.RGB(200, 100, 50) {
		t.Errorf("colour %#x", got)
	}
}

func TestTrianglesOutsideAndDegenerateOnesDrawNothing(t *testing.T) {
	b := raster.New(16, 16)
	for _, tri := range [][3]raster.Vertex{
		{vertex(-50, -50, 1), vertex(-10, -50, 1), vertex(-50, -10, 1)},
		{vertex(3, 3, 1), vertex(3, 3, 1), vertex(3, 3, 1)},
		{vertex(0, 8, 1), vertex(16, 8, 1), vertex(8, 8, 1)},
		{vertex(1e7, 0, 1), vertex(1e7+5, 0, 1), vertex(1e7, 9, 1)},
	} {
		b.Stamp++
		if n := b.Smooth(&tri[0], &tri[1], &tri[2], 1); n != 0 {
			t.Errorf("%v covers %d samples", tri, n)
		}
	}
	huge := [3]raster.Vertex{vertex(-1e6, -1e6, 1), vertex(1e6, -1e6, 1), vertex(0, 1e6, 1)}
	b.Stamp++
	if n := b.Smooth(&huge[0], &huge[1], &huge[2], 1); n != 256 {
		t.Errorf("a triangle around all covers %d samples", n)
	}
}

func TestDrawingDoesNotAllocate(t *testing.T) {
	b := raster.New(64, 64)
	v := [3]raster.Vertex{vertex(1, 2, 0.5), vertex(60, 9, 0.4), vertex(20, 55, 0.6)}
	if n := testing.AllocsPerRun(100, func() {
		b.Stamp++
		b.Smooth(&v[0], &v[1], &v[2], 1)
		b.Flat(&v[0], &v[1], &v[2], 1)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
