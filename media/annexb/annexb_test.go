package annexb_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"vantage/media/annexb"
)

func TestSplit(t *testing.T) {
	type parts = [][]byte
	for name, tc := range map[string]struct {
		in   string
		want parts
		err  error
	}{
		"short and long start codes":          {"\x00\x00\x01\x67\x00\x00\x00\x01\x68\x42", parts{{0x67}, {0x68, 0x42}}, nil},
		"leading zeros are skipped":           {"\x00\x00\x00\x00\x00\x01\x67", parts{{0x67}}, nil},
		"trailing zeros are cut":              {"\x00\x00\x01\x67\x01\x00\x00\x00\x00\x01\x68\x00", parts{{0x67, 1}, {0x68}}, nil},
		"empty NAL units are left out":        {"\x00\x00\x01\x00\x00\x01\x67\x00\x00\x01", parts{{0x67}}, nil},
		"an escape is left as it is":          {"\x00\x00\x01\x67\x00\x00\x03\x01", parts{{0x67, 0, 0, 3, 1}}, nil},
		"a length prefix is not a start code": {"\x00\x00\x00\x02\x67\x42", nil, annexb.ErrNoStartCode},
		"bytes before the first start code":   {"\x67\x00\x00\x01\x68", nil, annexb.ErrNoStartCode},
		"nothing":                             {"", nil, annexb.ErrNoStartCode},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := annexb.Split(nil, []byte(tc.in))
			if !errors.Is(err, tc.err) || !equal(got, tc.want) {
				t.Errorf("got %x, %v; want %x, %v", got, err, tc.want, tc.err)
			}
		})
	}
}

func TestSplitAndAppendDoNotAllocate(t *testing.T) {
	stream := annexb.Append(nil, []byte{0x67, 1}, []byte{0x68, 2}, bytes.Repeat([]byte{0x65}, 5000))
	var parts [][]byte
	var out []byte
	n := testing.AllocsPerRun(100, func() {
		parts, _ = annexb.Split(parts[:0], stream)
		out = annexb.Append(out[:0], parts...)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
	if !bytes.Equal(out, stream) || annexb.Size(parts...) != len(out) {
		t.Error("round trip differs")
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x01\x67\x42\x00\x00\x01\x68\xce\x00\x00\x03\x00\x00\x00\x01\x65\x88"))
	f.Add([]byte("\x00\x00\x01"))
	f.Add([]byte("\x00\x00\x00\x00\x01\x00\x00\x00\x01\x09"))
	f.Fuzz(func(t *testing.T, b []byte) {
		parts, err := annexb.Split(nil, b)
		if err != nil {
			return
		}
		for _, p := range parts {
			if len(p) == 0 || p[len(p)-1] == 0 || bytes.Contains(p, []byte{0, 0, 1}) {
				t.Fatalf("not a NAL unit: %x", p)
			}
		}
		if len(parts) == 0 {
			return
		}
		joined := annexb.Append(nil, parts...)
		again, err := annexb.Split(nil, joined)
		if err != nil || !equal(again, parts) {
			t.Fatalf("got %x, %v; want %x", again, err, parts)
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	stream := annexb.Append(nil, []byte{0x67, 1}, []byte{0x68, 2}, bytes.Repeat([]byte{0x65, 0x12, 0x00}, 20000))
	var parts [][]byte
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		parts, _ = annexb.Split(parts[:0], stream)
	}
}

func equal(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }
