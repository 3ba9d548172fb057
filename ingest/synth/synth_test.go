package synth_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"vantage/ingest/synth"
	"vantage/ingest/synth/junction"
	"vantage/ingest/synth/stamp"
	"vantage/media"
	"vantage/media/mediatest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	south := junction.Views[0]
	for url, want := range map[string]synth.Spec{
		"synth://stamp":                    {Kind: synth.Stamp, Size: media.Size{WidthPx: 1280, HeightPx: 720}, FPS: 25, Seed: 1, View: south},
		"synth://stamp?size=640x360&fps=5": {Kind: synth.Stamp, Size: media.Size{WidthPx: 640, HeightPx: 360}, FPS: 5, Seed: 1, View: south},
		"synth://junction/?seed=9&view=east&fps=29.97": {
			Kind: synth.Junction, Size: media.Size{WidthPx: 1280, HeightPx: 720}, FPS: 29.97, Seed: 9, View: junction.Views[2],
		},
	} {
		got, err := synth.Parse(url)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", url, got, err, want)
		}
	}
	for _, url := range []string{
		"", "rtsp://stamp", "synth://", "synth://bars", "synth://stamp/x", "synth://stamp?size=1x1", "synth://stamp?size=641x361", "synth://stamp?fps=0",
		"synth://stamp?fps=NaN", "synth://stamp?fps=1e9", "synth://stamp?seed=1", "synth://junction?seed=-1", "synth://junction?view=up", "synth://junction?colour=red",
		"synth://stamp?size=20000x20000", "synth://stamp?%zz", "synth://stamp\x00",
	} {
		if got, err := synth.Parse(url); err == nil {
			t.Errorf("%q was read as %+v", url, got)
		}
	}
}

// FuzzParse holds that whatever is accepted is within the limits.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"synth://stamp?size=1280x720&fps=30", "synth://junction?seed=1&view=east&size=640x360", "synth://stamp?fps=%31", "synth://"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, url string) {
		s, err := synth.Parse(url)
		if err != nil {
			return
		}
		if s.Size.WidthPx > synth.MaxWidthPx || s.Size.HeightPx > synth.MaxHeightPx || s.FPS < synth.MinFPS || s.FPS > synth.MaxFPS || s.Size.WidthPx%2 != 0 {
			t.Errorf("%q gave %+v", url, s)
		}
	})
}

var update = flag.Bool("update", false, "rewrite golden files")

// TestJunctionIsTheSameByteForByte holds pictures and truth to a hash that is the same on every processor and in every release.
func TestJunctionIsTheSameByteForByte(t *testing.T) {
	mediatest.NoLeaks(t)
	hash := func(url string, frames ...int) string {
		spec, err := synth.Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		j := synth.NewJunction(spec)
		h := sha256.New()
		for _, n := range frames {
			f := media.NewFrame(media.I420, spec.Size.WidthPx, spec.Size.HeightPx)
			j.Next(n, f)
			for _, p := range f.Planes {
				h.Write(p)
			}
			f.Release()
			if err := junction.NewTruthWriter(h).Write(j.Truth()); err != nil {
				t.Fatal(err)
			}
		}
		if err := json.NewEncoder(h).Encode(j.Camera()); err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	var lines []string
	for _, v := range junction.Views {
		lines = append(lines, v.Name+" "+hash("synth://junction?seed=1&size=480x272&fps=25&view="+v.Name, 0, 1, 90))
	}
	again := hash("synth://junction?seed=1&size=320x180&fps=25", 7, 0, 1)
	if got := hash("synth://junction?seed=1&size=320x180&fps=25", 7, 0, 1); got != again {
		t.Error("the same frames in the same order differ")
	}
	if got := hash("synth://junction?seed=2&size=320x180&fps=25", 7, 0, 1); got == again {
		t.Error("another seed gives the same pictures")
	}
	got := strings.Join(lines, "\n") + "\n"
	golden := filepath.Join("testdata", "junction.sha256")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestTruthFitsThePicture(t *testing.T) {
	mediatest.NoLeaks(t)
	spec, err := synth.Parse("synth://junction?seed=3&size=640x360&fps=10")
	if err != nil {
		t.Fatal(err)
	}
	j := synth.NewJunction(spec)
	cam := spec.View.Camera(640, 360)
	h := j.Camera()
	seen, hidden := 0, 0
	for n := 0; n < 400; n += 20 {
		f := media.NewFrame(media.I420, 640, 360)
		j.Next(n, f)
		f.Release()
		truth := j.Truth()
		if truth.Frame != n || truth.Seconds != float64(n)/10 || len(truth.Signals) != int(junction.GroupCount) {
			t.Fatalf("frame %d: %+v", n, truth)
		}
		for _, o := range truth.Objects {
			if o.Box == nil {
				hidden++
				continue
			}
			seen++
			b := o.Box
			if b[0] < 0 || b[1] < 0 || b[2] > 640 || b[3] > 360 || b[0] >= b[2] || b[1] >= b[3] {
				t.Errorf("frame %d, object %d: box %v", n, o.ID, b)
			}
			if o.Occlusion < 0 || o.Occlusion > 1 || o.Truncation < 0 || o.Truncation > 1 {
				t.Errorf("frame %d, object %d: occlusion %v, truncation %v", n, o.ID, o.Occlusion, o.Truncation)
			}
			if f := o.Full; b[0] < f[0] || b[1] < f[1] || b[2] > f[2] || b[3] > f[3] {
				t.Errorf("frame %d, object %d: box %v is not within %v", n, o.ID, b, f)
			}
			// The footprint of a whole object projects into its box, by the camera and by the homography alike.
			if o.Occlusion > 0.05 || o.Truncation > 0 {
				continue
			}
			p := junction.Vec{X: o.Position[0], Y: o.Position[1], Z: o.Position[2]}
			u, v, _, ok := cam.Project(p)
			if !ok || u < float64(b[0])-1 || u > float64(b[2])+1 || v < float64(b[1]) || v > float64(b[3])+2 {
				t.Errorf("frame %d, %s %d: %.1f,%.1f is not in %v", n, o.Class, o.ID, u, v, b)
			}
			if p.Z == 0 {
				m := h.ToImage
				w := m[6]*p.X + m[7]*p.Y + m[8]
				if hu, hv := (m[0]*p.X+m[1]*p.Y+m[2])/w, (m[3]*p.X+m[4]*p.Y+m[5])/w; math.Abs(hu-u) > 1e-6 || math.Abs(hv-v) > 1e-6 {
					t.Errorf("homography gives %.3f,%.3f, the camera %.3f,%.3f", hu, hv, u, v)
				}
				r := h.ToRoad
				w = r[6]*u + r[7]*v + r[8]
				if x, y := (r[0]*u+r[1]*v+r[2])/w, (r[3]*u+r[4]*v+r[5])/w; math.Abs(x-p.X) > 1e-6 || math.Abs(y-p.Y) > 1e-6 {
					t.Errorf("back to the road: %.4f,%.4f, want %.4f,%.4f", x, y, p.X, p.Y)
				}
			}
		}
	}
	if seen < 100 || hidden == 0 {
		t.Errorf("saw %d boxes, %d objects without one", seen, hidden)
	}
}

// fakeEncoder makes a unit of every picture.
type fakeEncoder struct {
	track  *media.Track
	got    []stamp.Stamp
	keys   int
	closed bool
	fail   error
}

func (e *fakeEncoder) Encode(f *media.Frame, emit func(*media.Unit)) error {
	if e.fail != nil {
		return e.fail
	}
	s, ok := stamp.Read(f)
	if !ok {
		return errors.New("no stamp")
	}
	e.got = append(e.got, s)
	u := media.NewUnit(e.track, 1)
	u.PTS, u.DTS, u.Captured, u.RandomAccess = f.PTS, f.PTS, f.Captured, true
	u.Append([]byte{1})
	emit(u)
	u.Release()
	return nil
}

func (e *fakeEncoder) Request(r media.Request) error {
	if r.KeyFrame {
		e.keys++
	}
	return nil
}
func (e *fakeEncoder) Track() *media.Track { return e.track }
func (e *fakeEncoder) Close() error        { e.closed = true; return nil }

func TestSourcePublishesInRealTime(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		enc := &fakeEncoder{track: &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000}}
		s, err := synth.NewSource(synth.SourceOptions{
			URL:        "synth://stamp?size=320x180&fps=10",
			NewEncoder: func(media.Size, float64) (synth.Encoder, error) { return enc, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		hub := media.NewHub("x", media.HubConfig{})
		sub := hub.Subscribe(media.QueueConfig{})
		ctx, cancel := context.WithTimeout(t.Context(), 2050*time.Millisecond)
		defer cancel()
		if err := s.Run(ctx, hub); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		if len(enc.got) != 21 || !enc.closed || enc.keys != 1 {
			t.Errorf("%d pictures, closed %v, %d key frames asked", len(enc.got), enc.closed, enc.keys)
		}
		for i, st := range enc.got {
			if st.Frame != uint32(i) {
				t.Errorf("picture %d has number %d", i, st.Frame)
			}
		}
		if d := enc.got[20].Time().Sub(enc.got[0].Time()); d != 2*time.Second {
			t.Errorf("21 pictures span %v", d)
		}
		for i := range 21 {
			u, err := sub.Pop(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if u.PTS != int64(i)*9000 {
				t.Errorf("unit %d has PTS %d", i, u.PTS)
			}
			u.Release()
		}
		sub.Close()
	})
}

func TestSourceTellsOfABrokenEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	broken := errors.New("broken")
	s, err := synth.NewSource(synth.SourceOptions{
		URL:        "synth://stamp?size=320x180",
		NewEncoder: func(media.Size, float64) (synth.Encoder, error) { return nil, broken },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), media.NewHub("x", media.HubConfig{})); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if _, err := synth.NewSource(synth.SourceOptions{URL: "synth://stamp"}); err == nil {
		t.Error("a source without an encoder was made")
	}
}

func BenchmarkJunction(b *testing.B) {
	spec, err := synth.Parse("synth://junction?seed=1&size=1280x720&fps=30")
	if err != nil {
		b.Fatal(err)
	}
	j := synth.NewJunction(spec)
	f := media.NewFrame(media.I420, 1280, 720)
	defer f.Release()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		j.Next(n, f)
		n++
	}
}
