package libav

import (
	"bytes"
	"slices"
	"testing"

	"vantage/media"
)

func collect(split func(add func([]byte))) (parts [][]byte) {
	split(func(p []byte) { parts = append(parts, p) })
	return parts
}

func TestSplitAnnexB(t *testing.T) {
	for name, tc := range map[string]struct {
		in   []byte
		want [][]byte
	}{
		"nothing":                    {nil, nil},
		"no start code":              {[]byte{1, 2, 3}, nil},
		"long and short start codes": {[]byte{0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2}, [][]byte{{0x67, 1}, {0x68, 2}}},
		"trailing zeros":             {[]byte{0, 0, 1, 0x65, 9, 0, 0, 0, 0}, [][]byte{{0x65, 9}}},
		"empty units":                {[]byte{0, 0, 1, 0, 0, 1, 0, 0, 1, 0x41}, [][]byte{{0x41}}},
		"leading bytes":              {[]byte{7, 7, 0, 0, 1, 0x41}, [][]byte{{0x41}}},
	} {
		if got := collect(func(add func([]byte)) { splitAnnexB(tc.in, add) }); !slices.EqualFunc(got, tc.want, bytes.Equal) {
			t.Errorf("%s: got %x, want %x", name, got, tc.want)
		}
	}
}

func TestSplitLengths(t *testing.T) {
	for name, tc := range map[string]struct {
		in   []byte
		size int
		want [][]byte
		ok   bool
	}{
		"four bytes":        {[]byte{0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 3}, 4, [][]byte{{1, 2}, {3}}, true},
		"two bytes":         {[]byte{0, 2, 1, 2}, 2, [][]byte{{1, 2}}, true},
		"an empty unit":     {[]byte{0, 0, 1, 5}, 1, [][]byte{{5}}, true},
		"beyond the end":    {[]byte{0, 9, 1}, 2, nil, false},
		"half a length":     {[]byte{0}, 2, nil, false},
		"the largest there": {[]byte{0xff, 0xff, 0xff, 0xff, 1}, 4, nil, false},
	} {
		var got [][]byte
		ok := splitLengths(tc.in, tc.size, func(p []byte) { got = append(got, p) })
		if ok != tc.ok || !slices.EqualFunc(got, tc.want, bytes.Equal) {
			t.Errorf("%s: got %x, %v", name, got, ok)
		}
	}
}

func TestOBUs(t *testing.T) {
	delimiter, sequence, frame := []byte{0x12, 0x00}, []byte{0x0a, 0x02, 0xaa, 0xbb}, []byte{0x36, 0x10, 0x03, 1, 2, 3}
	var got [][]byte
	ok := splitOBUs(slices.Concat(delimiter, sequence, frame), func(h, p []byte) { got = append(got, slices.Concat(h, p)) })
	want := [][]byte{{0x08, 0xaa, 0xbb}, {0x34, 0x10, 1, 2, 3}}
	if !ok || !slices.EqualFunc(got, want, bytes.Equal) {
		t.Fatalf("got %x, %v", got, ok)
	}
	dst := make([]byte, 100)
	if n := writeParts(dst, media.AV1, got); !bytes.Equal(dst[:n], slices.Concat(sequence, frame)) {
		t.Errorf("written back as %x", dst[:n])
	}
	for _, bad := range [][]byte{{0x0a}, {0x0a, 0x05, 1}, {0x0e}, {0x0a, 0x80}, {0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}} {
		if splitOBUs(bad, func(_, _ []byte) {}) {
			t.Errorf("%x is accepted", bad)
		}
	}
}

func TestParameterRecords(t *testing.T) {
	avcc := []byte{1, 0x4d, 0, 30, 0xff, 0xe1, 0, 3, 0x67, 1, 2, 1, 0, 2, 0x68, 3}
	if got := parseExtradata(media.H264, avcc); !slices.EqualFunc(got, [][]byte{{0x67, 1, 2}, {0x68, 3}}, bytes.Equal) {
		t.Errorf("avcC: %x", got)
	}
	if n := lengthSize(media.H264, avcc); n != 4 {
		t.Errorf("avcC: lengths of %d bytes", n)
	}
	hvcc := append(make([]byte, 23), 0x20, 0, 1, 0, 2, 0x40, 1, 0x21, 0, 1, 0, 2, 0x42, 1)
	hvcc[0], hvcc[21], hvcc[22] = 1, 3, 2
	if got := parseExtradata(media.H265, hvcc); !slices.EqualFunc(got, [][]byte{{0x40, 1}, {0x42, 1}}, bytes.Equal) {
		t.Errorf("hvcC: %x", got)
	}
	av1c := []byte{0x81, 0, 0, 0, 0x0a, 1, 0xaa}
	if got := parseExtradata(media.AV1, av1c); !slices.EqualFunc(got, [][]byte{{0x08, 0xaa}}, bytes.Equal) {
		t.Errorf("av1C: %x", got)
	}
	if n := lengthSize(media.H264, []byte{0, 0, 0, 1, 0x67, 1, 2}); n != 0 {
		t.Errorf("Annex B: lengths of %d bytes", n)
	}
}

func TestWithoutADTS(t *testing.T) {
	for name, tc := range map[string]struct{ in, want []byte }{
		"a header":         {[]byte{0xff, 0xf1, 0x4c, 0x80, 1, 0x1f, 0xfc, 7, 8}, []byte{7, 8}},
		"with a checksum":  {[]byte{0xff, 0xf0, 0x4c, 0x80, 1, 0x1f, 0xfc, 0, 0, 7, 8}, []byte{7, 8}},
		"a raw frame":      {[]byte{0x21, 0x10, 4, 5, 6, 7, 8, 9}, []byte{0x21, 0x10, 4, 5, 6, 7, 8, 9}},
		"a short one":      {[]byte{0xff, 0xf1}, []byte{0xff, 0xf1}},
		"only a header":    {[]byte{0xff, 0xf1, 0x4c, 0x80, 1, 0x1f, 0xfc}, []byte{}},
		"cut in the check": {[]byte{0xff, 0xf0, 0x4c, 0x80, 1, 0x1f, 0xfc, 0}, []byte{}},
	} {
		if got := withoutADTS(tc.in); !bytes.Equal(got, tc.want) {
			t.Errorf("%s: got %x, want %x", name, got, tc.want)
		}
	}
}

func TestProfileNames(t *testing.T) {
	for want, tc := range map[string]struct {
		codec media.Codec
		sps   []byte
	}{
		"Main 3.1":                 {media.H264, []byte{0x67, 77, 0x40, 31}},
		"Constrained Baseline 3.1": {media.H264, []byte{0x67, 66, 0xe0, 31}},
		"High 4.1":                 {media.H264, []byte{0x67, 100, 0, 41}},
		"":                         {media.VP8, nil},
		// Emulation prevention lies in front of the level.
		"Main 4.0": {media.H265, []byte{0x42, 1, 1, 1, 0x60, 0, 0, 3, 0, 0x90, 0, 0, 3, 0, 0, 3, 0, 120}},
	} {
		if got := profileName(tc.codec, [][]byte{tc.sps}); got != want {
			t.Errorf("%x: got %q, want %q", tc.sps, got, want)
		}
	}
}

// FuzzParts splits a packet into parts, writes them back and splits again: the parts are the same.
func FuzzParts(f *testing.F) {
	f.Add(byte(0), []byte{0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x65, 3})
	f.Add(byte(1), []byte{0, 0, 1, 0x42, 1, 2, 0, 0, 1, 0x26, 1, 3})
	f.Add(byte(2), []byte{0x12, 0, 0x0a, 2, 0xaa, 0xbb, 0x36, 0x10, 3, 1, 2, 3})
	f.Fuzz(func(t *testing.T, which byte, packet []byte) {
		codec := []media.Codec{media.H264, media.H265, media.AV1}[which%3]
		track := &media.Track{Codec: codec, ClockRate: 90000}
		split := func(b []byte) *media.Unit {
			u := media.NewUnit(track, len(b))
			appendParts(u, track, b, true)
			return u
		}
		u := split(packet)
		defer u.Release()
		dst := make([]byte, streamBytes(u.Parts))
		n := writeParts(dst, codec, u.Parts)
		v := split(dst[:n])
		defer v.Release()
		if !slices.EqualFunc(u.Parts, v.Parts, bytes.Equal) || u.RandomAccess != v.RandomAccess {
			t.Errorf("%x became %x, then %x", packet, u.Parts, v.Parts)
		}
	})
}

// FuzzExtradata reads parameter records: every parameter set lies inside the record.
func FuzzExtradata(f *testing.F) {
	f.Add(byte(0), []byte{1, 0x4d, 0, 30, 0xff, 0xe1, 0, 3, 0x67, 1, 2, 1, 0, 2, 0x68, 3})
	f.Add(byte(1), append(make([]byte, 23), 0x20, 0, 1, 0, 2, 0x40, 1))
	f.Add(byte(2), []byte{0x81, 0, 0, 0, 0x0a, 1, 0xaa})
	f.Fuzz(func(t *testing.T, which byte, b []byte) {
		codec := []media.Codec{media.H264, media.H265, media.AV1, media.AAC}[which%4]
		params := parseExtradata(codec, b)
		size := 0
		for _, p := range params {
			size += len(p)
			if len(p) == 0 {
				t.Error("an empty parameter set")
			}
		}
		if size > len(b) {
			t.Errorf("%d bytes out of %d", size, len(b))
		}
		if n := lengthSize(codec, b); n < 0 || n > 4 {
			t.Errorf("lengths of %d bytes", n)
		}
		_ = profileName(codec, params)
		_ = withoutADTS(b)
	})
}
