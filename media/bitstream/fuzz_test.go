package bitstream_test

import (
	"bytes"
	"testing"

	"vantage/media"
	"vantage/media/annexb"
	"vantage/media/bitstream"
)

// fuzz feeds an access unit of any bytes to an inspector, fresh and in the middle of a real stream, and checks what it
// promises: parts are those of the input or of the track, tracks are plausible, and a good unit after a bad one is
// understood.
func fuzz(f *testing.F, codec media.Codec, split func([]byte) [][]byte, join func([][]byte) []byte) {
	var good [][]byte
	for _, fx := range fixtures(f) {
		if fx.codec != codec {
			continue
		}
		good = fx.units[0]
		for i, u := range fx.units {
			if i < 3 {
				f.Add(join(u), []byte(nil))
				f.Add(join(u), join(fx.units[len(fx.units)-1]))
			}
		}
	}
	f.Add([]byte(nil), []byte{0})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		in := bitstream.NewInspector(&media.Track{Codec: codec, ClockRate: 90000, Params: split(b)})
		for _, unit := range [][][]byte{split(a), split(b), split(a)} {
			info, err := in.Inspect(unit)
			if err != nil {
				if info.Parts != nil || info.Track != nil || info.RandomAccess {
					t.Fatalf("findings beside an error: %+v", info)
				}
				continue
			}
			if len(info.Parts) > len(unit)+len(in.Track().Params) {
				t.Fatalf("%d parts from %d", len(info.Parts), len(unit))
			}
			for _, p := range info.Parts {
				if !contains(unit, p) && !contains(in.Track().Params, p) {
					t.Fatalf("part %x comes from nowhere", p)
				}
			}
		}
		tr := in.Track()
		if tr.WidthPx < 0 || tr.WidthPx > media.MaxFrameSidePx || tr.HeightPx < 0 || tr.HeightPx > media.MaxFrameSidePx ||
			!(tr.FrameRate >= 0 && tr.FrameRate < 1000) {
			t.Fatalf("implausible track %+v", tr)
		}
		if good == nil {
			return
		}
		info, err := in.Inspect(good)
		if err != nil || !info.RandomAccess {
			t.Fatalf("a good unit afterwards: %+v, %v", info, err)
		}
	})
}

func contains(list [][]byte, p []byte) bool {
	for _, q := range list {
		if bytes.Equal(p, q) {
			return true
		}
	}
	return false
}

func splitNALUs(b []byte) [][]byte {
	parts, _ := annexb.Split(nil, b)
	return parts
}

func joinNALUs(parts [][]byte) []byte { return annexb.Append(nil, parts...) }

// splitSized reads parts behind two bytes of length each.
func splitSized(b []byte) (parts [][]byte) {
	for len(b) >= 2 {
		n := min(int(b[0])<<8|int(b[1]), len(b)-2)
		parts = append(parts, b[2:2+n])
		b = b[2+n:]
	}
	return parts
}

func joinSized(parts [][]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, byte(len(p)>>8), byte(len(p)))
		b = append(b, p...)
	}
	return b
}

func one(b []byte) [][]byte       { return [][]byte{b} }
func first(parts [][]byte) []byte { return parts[0] }
func FuzzH264(f *testing.F)       { fuzz(f, media.H264, splitNALUs, joinNALUs) }
func FuzzH265(f *testing.F)       { fuzz(f, media.H265, splitNALUs, joinNALUs) }
func FuzzAV1(f *testing.F)        { fuzz(f, media.AV1, splitSized, joinSized) }
func FuzzVP8(f *testing.F)        { fuzz(f, media.VP8, one, first) }
func FuzzVP9(f *testing.F)        { fuzz(f, media.VP9, one, first) }
func FuzzMJPEG(f *testing.F)      { fuzz(f, media.MJPEG, one, first) }
func FuzzAAC(f *testing.F)        { fuzz(f, media.AAC, one, first) }
func FuzzOpus(f *testing.F)       { fuzz(f, media.Opus, one, first) }
func FuzzG711(f *testing.F)       { fuzz(f, media.PCMU, one, first) }
