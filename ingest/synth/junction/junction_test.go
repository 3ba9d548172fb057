package junction_test

import (
	"bytes"
	"encoding/json"
	"image"
	"math"
	"testing"

	"go.uber.org/goleak"

	"vantage/ingest/synth/junction"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTrigonometryIsCloseToMath(t *testing.T) {
	for a := -12.0; a < 12; a += 0.0137 {
		s, c := junction.SinCos(a)
		if math.Abs(s-math.Sin(a)) > 2e-9 || math.Abs(c-math.Cos(a)) > 2e-9 {
			t.Fatalf("sin, cos of %v: %v, %v", a, s, c)
		}
		if got, want := junction.Atan2(s, c), math.Atan2(s, c); math.Abs(got-want) > 1e-8 {
			t.Fatalf("atan2 of %v: %v, want %v", a, got, want)
		}
	}
	if junction.Atan2(0, 0) != 0 || junction.Atan2(0, -1) != math.Pi {
		t.Error("atan2 on the axes")
	}
}

func TestCameraProjectsAndLooksBack(t *testing.T) {
	for _, v := range junction.Views {
		c := v.Camera(1280, 720)
		// The target is in the middle of the picture.
		u, w, _, ok := c.Project(v.Target)
		if !ok || math.Abs(u-640) > 1e-6 || math.Abs(w-360) > 1e-6 {
			t.Errorf("%s looks at %.3f, %.3f", v.Name, u, w)
		}
		if c.PitchRad <= 0 || c.PitchRad > 1 {
			t.Errorf("%s: pitch %v", v.Name, c.PitchRad)
		}
		h := c.Homography()
		back := junction.Inverse(h)
		for _, p := range []junction.Vec{{X: 1, Y: 2}, {X: -3, Y: 4.5}, {X: 5, Y: -6, Z: 1.5}} {
			u, w, depth, ok := c.Project(p)
			if !ok {
				t.Fatalf("%s does not see %v", v.Name, p)
			}
			if q := c.Position.Mad(c.Ray(u, w), depth); q.Sub(p).Len() > 1e-9 {
				t.Errorf("%s: ray leads to %v, not %v", v.Name, q, p)
			}
			if p.Z == 0 {
				s := back[6]*u + back[7]*w + back[8]
				x, y := (back[0]*u+back[1]*w+back[2])/s, (back[3]*u+back[4]*w+back[5])/s
				if math.Abs(x-p.X) > 1e-9 || math.Abs(y-p.Y) > 1e-9 {
					t.Errorf("%s: homography leads back to %v, %v", v.Name, x, y)
				}
			}
		}
		if _, _, _, ok := c.Project(c.Position.Mad(c.Ray(640, 360), -1)); ok {
			t.Errorf("%s sees what is behind it", v.Name)
		}
	}
}

func TestSurfaces(t *testing.T) {
	for _, tc := range []struct {
		x, y float64
		want junction.Surface
	}{
		{0, 0, junction.Road}, {100, 8, junction.Road}, {3, -100, junction.Road}, {100, 9, junction.Sidewalk}, {4, 100, junction.Sidewalk}, {100, 12, junction.Verge},
		{4.5, 9.2, junction.Road}, {8.4, 13.2, junction.Sidewalk}, {-14, 19, junction.Sidewalk}, {-20, 25, junction.Verge},
	} {
		if got := junction.SurfaceAt(tc.x, tc.y); got != tc.want {
			t.Errorf("at %v, %v: %v, want %v", tc.x, tc.y, got, tc.want)
		}
	}
}

func TestOverlaps(t *testing.T) {
	at := func(x, y, heading float64) *junction.Object {
		s, c := junction.SinCos(heading)
		return &junction.Object{Position: junction.Vec{X: x, Y: y}, Heading: junction.Vec{X: c, Y: s}, LengthM: 4, WidthM: 2}
	}
	for _, tc := range []struct {
		name string
		b    *junction.Object
		want bool
	}{
		{"side by side", at(0, 2.01, 0), false},
		{"touching", at(0, 1.99, 0), true},
		{"one behind the other", at(4.01, 0, 0), false},
		{"crossed", at(1, 1, 1), true},
		{"corner beside corner", at(3.6, 2.6, math.Pi/4), false},
	} {
		if got := at(0, 0, 0).Overlaps(tc.b); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}

func TestTruthIsOneLineOfJSON(t *testing.T) {
	w := &junction.World{Frame: 3, Seconds: 0.12, Objects: []junction.Object{
		{ID: 5, Class: junction.Car, Heading: junction.Vec{Y: 1}, Position: junction.Vec{X: 1.23456}, Indicator: junction.IndicateLeft},
		{ID: 6, Class: junction.Pedestrian, Heading: junction.Vec{X: 1}},
	}}
	w.Signals[junction.Minor] = junction.Green
	truth := junction.NewTruth(w, []junction.Seen{{Object: 0, Box: image.Rect(1, 2, 3, 4), Full: image.Rect(0, 2, 3, 4), Occlusion: 0.25}})
	var b bytes.Buffer
	if err := junction.NewTruthWriter(&b).Write(truth); err != nil {
		t.Fatal(err)
	}
	const want = `{"frame":3,"seconds":0.12,"daylight":0,"signals":{"main":"red","main-left":"red","minor":"green","walk-main":"red","walk-minor":"red"},` +
		`"objects":[{"id":5,"class":"car","box":[1,2,3,4],"full":[0,2,3,4],"occlusion":0.25,"position":[1.235,0,0],"heading":1.5708,"speed":0,"size":[0,0,0],"indicator":"left"},` +
		`{"id":6,"class":"pedestrian","position":[0,0,0],"heading":0,"speed":0,"size":[0,0,0]}]}` + "\n"
	if b.String() != want {
		t.Errorf("got  %swant %s", b.String(), want)
	}
	var again junction.Truth
	if err := json.Unmarshal(b.Bytes(), &again); err != nil || again.Objects[0].Box[3] != 4 {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestRandIsTheSameInEveryRelease(t *testing.T) {
	r := junction.NewRand(1, 2)
	if got := [3]uint64{r.Uint64(), r.Uint64(), r.Uint64()}; got != [3]uint64{0x995e47f881e2bc30, 0x218c766bbddbb617, 0xb9bc6c6ab54b7734} {
		t.Errorf("got %#x", got)
	}
	sum, squares := 0.0, 0.0
	for range 10000 {
		v := r.Normal()
		sum += v
		squares += v * v
	}
	if mean, variance := sum/10000, squares/10000; math.Abs(mean) > 0.04 || math.Abs(variance-1) > 0.05 {
		t.Errorf("mean %v, variance %v", mean, variance)
	}
}
