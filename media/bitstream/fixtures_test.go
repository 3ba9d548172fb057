package bitstream_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/av1"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"vantage/media"
	"vantage/media/annexb"
)

// fixture is a real encode, split into access units.
type fixture struct {
	file  string
	codec media.Codec
	units [][][]byte
}

// fixtures reads what testdata/generate.sh made.
func fixtures(t testing.TB) map[string]fixture {
	t.Helper()
	all := map[string]fixture{}
	for _, f := range []fixture{
		{file: "h264-baseline.h264", codec: media.H264},
		{file: "h264-bframes.h264", codec: media.H264},
		{file: "h264-main-160x90.h264", codec: media.H264},
		{file: "h265-lowdelay.h265", codec: media.H265},
		{file: "h265-bframes.h265", codec: media.H265},
		{file: "vp8.ivf", codec: media.VP8},
		{file: "vp9.ivf", codec: media.VP9},
		{file: "av1.ivf", codec: media.AV1},
		{file: "svtav1.ivf", codec: media.AV1},
		{file: "mjpeg.mjpeg", codec: media.MJPEG},
		{file: "aac.adts", codec: media.AAC},
	} {
		raw, err := os.ReadFile(filepath.Join("testdata", f.file))
		if err != nil {
			t.Fatal(err)
		}
		switch f.codec {
		case media.H264, media.H265:
			f.units = accessUnits(t, f.codec, raw)
		case media.MJPEG:
			for _, jpeg := range bytes.SplitAfter(raw, []byte{0xff, 0xd9}) {
				if len(jpeg) > 0 {
					f.units = append(f.units, [][]byte{jpeg})
				}
			}
		case media.AAC:
			var pkts mpeg4audio.ADTSPackets
			if err := pkts.Unmarshal(raw); err != nil {
				t.Fatal(err)
			}
			for _, p := range pkts {
				f.units = append(f.units, [][]byte{p.AU})
			}
		default:
			f.units = ivf(t, f.codec, raw)
		}
		if len(f.units) == 0 {
			t.Fatalf("%s: no access units", f.file)
		}
		all[f.file] = f
	}
	return all
}

// accessUnits groups the NAL units of a byte stream: after a slice, whatever is not another slice of the same picture
// begins the next access unit.
func accessUnits(t testing.TB, codec media.Codec, raw []byte) (units [][][]byte) {
	nalus, err := annexb.Split(nil, raw)
	if err != nil {
		t.Fatal(err)
	}
	hadSlice := true
	for _, n := range nalus {
		slice, first := n[0]&0x1f == 1 || n[0]&0x1f == 5, n[1]&0x80 != 0
		if codec == media.H265 {
			slice, first = n[0]>>1&0x3f < 32, n[2]&0x80 != 0
		}
		if hadSlice && (!slice || first) {
			units = append(units, nil)
			hadSlice = false
		}
		hadSlice = hadSlice || slice
		units[len(units)-1] = append(units[len(units)-1], n)
	}
	return units
}

// ivf reads the frames of an IVF file: a header of 32 bytes, then 12 bytes before each frame.
func ivf(t testing.TB, codec media.Codec, raw []byte) (units [][][]byte) {
	for b := raw[32:]; len(b) > 0; {
		n := binary.LittleEndian.Uint32(b)
		frame := b[12 : 12+n]
		b = b[12+n:]
		if codec != media.AV1 {
			units = append(units, [][]byte{frame})
			continue
		}
		var obus av1.Bitstream
		if err := obus.Unmarshal(frame); err != nil {
			t.Fatal(err)
		}
		units = append(units, obus)
	}
	return units
}

func (f fixture) track() *media.Track {
	t := &media.Track{ID: "t", Codec: f.codec, ClockRate: 90000}
	if f.codec == media.AAC {
		t.ClockRate = 44100
		t.Params = [][]byte{{0x12, 0x10}} // AAC-LC, 44.1 kHz, stereo
	}
	return t
}
