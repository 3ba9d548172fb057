package bitstream_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"vantage/media"
	"vantage/media/bitstream"
)

// summary is all that a table compares of a track.
func summary(t *media.Track) string {
	s := fmt.Sprintf("%s %dx%d", t.Profile, t.WidthPx, t.HeightPx)
	if t.Kind() == media.Audio {
		s = fmt.Sprintf("%s %d/%d", t.Profile, t.SampleRate, t.Channels)
	}
	if t.FrameRate > 0 {
		s += fmt.Sprintf(" %gfps", t.FrameRate)
	}
	if t.Reordered {
		s += " reordered"
	}
	return s + fmt.Sprintf(" params=%d", len(t.Params))
}

func TestRealEncodes(t *testing.T) {
	all := fixtures(t)
	for _, tc := range []struct {
		file   string
		want   string // the track in the end
		random string // one letter a unit: K random access, - not
	}{
		{"h264-baseline.h264", "Constrained Baseline 1.0 96x64 25fps params=2", "K-----K-----"},
		{"h264-bframes.h264", "High 1.0 96x64 25fps reordered params=2", "K-----------------------"},
		{"h264-main-160x90.h264", "Main 1.1 160x90 25fps params=2", "K---"},
		{"h265-lowdelay.h265", "Main 1.0 96x64 25fps params=3", "K-----K-----"},
		{"h265-bframes.h265", "Main 1.0 96x64 25fps reordered params=3", "K--------K--------------"},
		{"vp8.ivf", "Profile 0 96x64 params=0", "K--K--"},
		{"vp9.ivf", "Profile 0 96x64 params=0", "K--K--"},
		{"av1.ivf", "Main 2.0 96x64 params=1", "K--K--"},
		{"svtav1.ivf", "Main 2.0 96x64 params=1", "K-"},
		{"mjpeg.mjpeg", " 96x64 params=0", "KK"},
		{"aac.adts", "AAC-LC 44100/2 params=1", "KKKKKKKKKK"},
	} {
		t.Run(tc.file, func(t *testing.T) {
			f := all[tc.file]
			in := bitstream.NewInspector(f.track())
			random := ""
			var last *media.Track
			for i, u := range f.units {
				info, err := in.Inspect(u)
				if err != nil {
					t.Fatalf("unit %d: %v", i, err)
				}
				if info.RandomAccess {
					random += "K"
				} else {
					random += "-"
				}
				if info.Track != nil {
					last = info.Track
				}
				if len(info.Parts) == 0 || len(info.Parts) > len(u) {
					t.Errorf("unit %d: %d parts of %d", i, len(info.Parts), len(u))
				}
			}
			if random != tc.random {
				t.Errorf("random access: got %s, want %s", random, tc.random)
			}
			if last == nil {
				t.Fatal("no track was told")
			}
			if got := summary(last); got != tc.want {
				t.Errorf("track: got %q, want %q", got, tc.want)
			}
			if last != in.Track() {
				t.Error("Track is not the one last told")
			}
		})
	}
}

func TestDelimitersAndPaddingAreDropped(t *testing.T) {
	all := fixtures(t)
	for name, tc := range map[string]struct {
		file  string
		extra []byte
	}{
		"H.264 delimiter":        {"h264-baseline.h264", []byte{0x09, 0xf0}},
		"H.264 filler":           {"h264-baseline.h264", []byte{0x0c, 0xff, 0x80}},
		"H.264 private type":     {"h264-baseline.h264", []byte{0x1c, 0x01}},
		"an empty NAL unit":      {"h264-baseline.h264", nil},
		"H.265 delimiter":        {"h265-lowdelay.h265", []byte{0x46, 0x01, 0x50}},
		"H.265 filler":           {"h265-lowdelay.h265", []byte{0x4c, 0x01, 0xff, 0x80}},
		"H.265 private type":     {"h265-lowdelay.h265", []byte{0x62, 0x01, 0x80}},
		"AV1 temporal delimiter": {"av1.ivf", []byte{0x10}},
		"AV1 padding":            {"av1.ivf", []byte{0x78, 0x00, 0x80}},
	} {
		t.Run(name, func(t *testing.T) {
			f := all[tc.file]
			clean := bitstream.NewInspector(f.track())
			want, err := clean.Inspect(f.units[0])
			if err != nil {
				t.Fatal(err)
			}
			dirty := append([][]byte{tc.extra}, f.units[0]...)
			dirty = append(dirty, tc.extra)
			got, err := bitstream.NewInspector(f.track()).Inspect(dirty)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got.Parts, want.Parts, bytes.Equal) {
				t.Errorf("got %d parts, want %d", len(got.Parts), len(want.Parts))
			}
			if !got.RandomAccess {
				t.Error("no random access any more")
			}
		})
	}
}

// withoutParams removes what a camera may send out of band only, and returns it.
func withoutParams(f fixture) (units [][][]byte, params [][]byte) {
	for i, u := range f.units {
		var rest [][]byte
		for _, p := range u {
			isParam := false
			switch f.codec {
			case media.H264:
				isParam = p[0]&0x1f == 7 || p[0]&0x1f == 8
			case media.H265:
				typ := p[0] >> 1 & 0x3f
				isParam = typ >= 32 && typ <= 34
			case media.AV1:
				isParam = p[0]>>3&0x0f == 1
			}
			if !isParam {
				rest = append(rest, p)
			} else if i == 0 {
				params = append(params, p)
			}
		}
		units = append(units, rest)
	}
	return units, params
}

func TestOutOfBandParametersArePutInFront(t *testing.T) {
	all := fixtures(t)
	for _, file := range []string{"h264-baseline.h264", "h264-main-160x90.h264", "h265-lowdelay.h265", "av1.ivf"} {
		t.Run(file, func(t *testing.T) {
			f := all[file]
			inBand := bitstream.NewInspector(f.track())
			units, params := withoutParams(f)
			track := f.track()
			track.Params = params
			in := bitstream.NewInspector(track)
			known := in.Track()
			for i := range units {
				want, err := inBand.Inspect(f.units[i])
				if err != nil {
					t.Fatal(err)
				}
				got, err := in.Inspect(units[i])
				if err != nil {
					t.Fatal(err)
				}
				if got.RandomAccess != want.RandomAccess || !sameParts(got.Parts, want.Parts) {
					t.Errorf("unit %d: got %d parts, want %d in any order", i, len(got.Parts), len(want.Parts))
				}
				if got.Track != nil {
					t.Errorf("unit %d: told a track that the caller knows", i)
				}
			}
			if a, b := summary(known), summary(inBand.Track()); a != b {
				t.Errorf("track: got %q, want %q", a, b)
			}
		})
	}
	t.Run("each missing kind is completed", func(t *testing.T) {
		f := all["h265-lowdelay.h265"]
		track := f.track()
		_, track.Params = withoutParams(f)
		for _, missing := range track.Params {
			in := bitstream.NewInspector(track)
			unit := slices.DeleteFunc(slices.Clone(f.units[0]), func(p []byte) bool { return bytes.Equal(p, missing) })
			got, err := in.Inspect(unit)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range track.Params {
				if !bytes.Equal(got.Parts[i], want) {
					t.Errorf("without %x: part %d is %x, want %x", missing[0], i, got.Parts[i][0], want[0])
				}
			}
		}
	})
	t.Run("a caller that did not ask for the track is told with the first unit", func(t *testing.T) {
		f := all["h264-baseline.h264"]
		track := f.track()
		_, track.Params = withoutParams(f)
		info, err := bitstream.NewInspector(track).Inspect(f.units[1])
		if err != nil || info.Track == nil || info.Track.WidthPx != 96 {
			t.Errorf("got %+v, %v", info.Track, err)
		}
	})
}

// sameParts compares regardless of order: SEI stand before or after the parameter sets.
func sameParts(a, b [][]byte) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, bytes.Compare)
	slices.SortFunc(b, bytes.Compare)
	return slices.EqualFunc(a, b, bytes.Equal)
}

func TestChangedParametersMakeANewEpoch(t *testing.T) {
	all := fixtures(t)
	small, large := all["h264-baseline.h264"], all["h264-main-160x90.h264"]
	in := bitstream.NewInspector(small.track())
	first, err := in.Inspect(small.units[0])
	if err != nil {
		t.Fatal(err)
	}
	again, err := in.Inspect(small.units[6])
	if err != nil || again.Track != nil {
		t.Errorf("same parameters again: got track %v, %v", again.Track, err)
	}
	second, err := in.Inspect(large.units[0])
	if err != nil {
		t.Fatal(err)
	}
	if second.Track == nil || second.Track.WidthPx != 160 || second.Track.HeightPx != 90 {
		t.Fatalf("got %+v", second.Track)
	}
	if second.Track.Epoch != first.Track.Epoch+1 || len(second.Track.Params) != 2 {
		t.Errorf("epoch %d after %d, %d params", second.Track.Epoch, first.Track.Epoch, len(second.Track.Params))
	}
	if first.Track.WidthPx != 96 {
		t.Error("the old track changed")
	}
}

func TestNoRandomAccessWithoutParametersOrFirstSlice(t *testing.T) {
	all := fixtures(t)
	for _, file := range []string{"h264-main-160x90.h264", "h265-lowdelay.h265", "av1.ivf"} {
		t.Run(file+" without parameters", func(t *testing.T) {
			f := all[file]
			units, _ := withoutParams(f)
			info, err := bitstream.NewInspector(f.track()).Inspect(units[0])
			if err != nil || info.RandomAccess {
				t.Errorf("random access %v, %v", info.RandomAccess, err)
			}
		})
	}
	t.Run("first slice lost", func(t *testing.T) {
		f := all["h264-main-160x90.h264"]
		lost := false
		unit := slices.DeleteFunc(slices.Clone(f.units[0]), func(p []byte) bool {
			first := !lost && p[0]&0x1f == 5
			lost = lost || first
			return first
		})
		info, err := bitstream.NewInspector(f.track()).Inspect(unit)
		if err != nil || info.RandomAccess {
			t.Errorf("random access %v, %v", info.RandomAccess, err)
		}
	})
}

func TestCorruptUnitsAreErrorsAndTheInspectorGoesOn(t *testing.T) {
	all := fixtures(t)
	for name, tc := range map[string]struct {
		file string
		unit [][]byte
		want string
	}{
		"H.264 forbidden bit":       {"h264-baseline.h264", [][]byte{{0xe5, 0x88}}, "h264: NAL unit header"},
		"H.264 short SPS":           {"h264-baseline.h264", [][]byte{{0x67, 0x42}}, "h264: SPS"},
		"H.264 short PPS":           {"h264-baseline.h264", [][]byte{{0x68}}, "h264: PPS"},
		"H.264 short slice":         {"h264-baseline.h264", [][]byte{{0x41}}, "h264: slice"},
		"H.265 header cut":          {"h265-lowdelay.h265", [][]byte{{0x26, 0x01}}, "h265: NAL unit"},
		"H.265 short SPS":           {"h265-lowdelay.h265", [][]byte{{0x42, 0x01, 0x01}}, "h265: SPS"},
		"H.265 short PPS":           {"h265-lowdelay.h265", [][]byte{{0x44, 0x01, 0x00}}, "h265: PPS"},
		"AV1 forbidden bit":         {"av1.ivf", [][]byte{{0x80}}, "av1: OBU"},
		"AV1 size beyond the end":   {"av1.ivf", [][]byte{{0x32, 0x7f, 0x00}}, "av1: OBU"},
		"AV1 short sequence header": {"av1.ivf", [][]byte{{0x08, 0x00}}, "av1: sequence header"},
		"VP8 key frame cut":         {"vp8.ivf", [][]byte{{0x10, 0x02, 0x00, 0x9d}}, "vp8: key frame"},
		"VP8 empty":                 {"vp8.ivf", nil, "vp8: empty"},
		"VP8 in two parts":          {"vp8.ivf", [][]byte{{1, 2, 3}, {4}}, "vp8: 2 parts"},
		"VP9 wrong marker":          {"vp9.ivf", [][]byte{{0x00, 0x00}}, "vp9: frame header"},
		"JPEG without start":        {"mjpeg.mjpeg", [][]byte{{0, 1, 2, 3, 4}}, "mjpeg: no start"},
		"JPEG without frame header": {"mjpeg.mjpeg", [][]byte{{0xff, 0xd8, 0xff, 0xda, 0, 2}}, "mjpeg: no frame header"},
		"AAC too large":             {"aac.adts", [][]byte{make([]byte, 6000)}, "aac: frame of 6000"},
	} {
		t.Run(name, func(t *testing.T) {
			f := all[tc.file]
			in := bitstream.NewInspector(f.track())
			if _, err := in.Inspect(f.units[0]); err != nil {
				t.Fatal(err)
			}
			before := in.Track()
			_, err := in.Inspect(tc.unit)
			if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("got error %v, want %q", err, tc.want)
			}
			info, err := in.Inspect(f.units[0])
			if err != nil || !info.RandomAccess || info.Track != nil || in.Track() != before {
				t.Errorf("after the corrupt unit: %+v, %v", info, err)
			}
		})
	}
	t.Run("G.711 and Opus", func(t *testing.T) {
		for codec, bad := range map[media.Codec][]byte{media.Opus: {0x03}, media.PCMU: make([]byte, 20000)} {
			in := bitstream.NewInspector(&media.Track{Codec: codec, ClockRate: 8000})
			if _, err := in.Inspect([][]byte{bad}); err == nil {
				t.Errorf("%v: no error", codec)
			}
			if info, err := in.Inspect([][]byte{{0x08, 1, 2}}); err != nil || !info.RandomAccess {
				t.Errorf("%v: %+v, %v", codec, info, err)
			}
		}
	})
	t.Run("an unknown codec", func(t *testing.T) {
		if _, err := bitstream.NewInspector(&media.Track{}).Inspect([][]byte{{1}}); err == nil {
			t.Error("no error")
		}
	})
}

func TestParametersThatTheParserDoesNotKnowAreStillPassedOn(t *testing.T) {
	t.Run("AV1 with an initial display delay", func(t *testing.T) {
		in := bitstream.NewInspector(&media.Track{Codec: media.AV1, ClockRate: 90000})
		sequence, key := []byte{0x08, 0b000_0_0_0_1_0, 0, 0, 0b0_0010_0_00, 0}, []byte{0x30, 0x10, 0}
		info, err := in.Inspect([][]byte{sequence, key})
		if err != nil || !info.RandomAccess || info.Track == nil || len(info.Track.Params) != 1 || info.Track.WidthPx != 0 {
			t.Errorf("got %+v, %v", info, err)
		}
	})
	t.Run("H.265 with temporal sub-layers", func(t *testing.T) {
		f := fixtures(t)["h265-lowdelay.h265"]
		sps := []byte{0x42, 0x01, 0x03, 0x01, 0x60, 1, 1, 1, 0x90, 1, 1, 1, 1, 1, 0x5d, 0xc0, 0x10, 1, 1, 1}
		unit := slices.Clone(f.units[0])
		for i, p := range unit {
			if p[0]>>1&0x3f == 33 {
				unit[i] = sps
			}
		}
		info, err := bitstream.NewInspector(f.track()).Inspect(unit)
		if err != nil || !info.RandomAccess || info.Track == nil || len(info.Track.Params) != 3 || info.Track.Profile != "Main 3.1" {
			t.Errorf("got %+v, %v", info, err)
		}
	})
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	for file, f := range fixtures(t) {
		t.Run(file, func(t *testing.T) {
			in := bitstream.NewInspector(f.track())
			pass := func() {
				for _, u := range f.units {
					if _, err := in.Inspect(u); err != nil {
						t.Fatal(err)
					}
				}
			}
			pass()
			if n := testing.AllocsPerRun(20, pass); n != 0 {
				t.Errorf("%v allocations in %d units", n, len(f.units))
			}
		})
	}
}

func BenchmarkInspect(b *testing.B) {
	for file, f := range fixtures(b) {
		b.Run(file, func(b *testing.B) {
			in := bitstream.NewInspector(f.track())
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for _, u := range f.units {
					_, _ = in.Inspect(u)
				}
				n += len(f.units)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/unit")
		})
	}
}
