package rtsp

import (
	"encoding/binary"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/pion/rtp"

	"vantage/media"
	"vantage/media/annexb"
)

// fuzzFormats returns the formats that Vantage carries, one for each codec.
func fuzzFormats() []format.Format {
	return []format.Format{
		&format.H264{PayloadTyp: 96, PacketizationMode: 1},
		&format.H265{PayloadTyp: 96},
		&format.AV1{PayloadTyp: 96},
		&format.VP8{PayloadTyp: 96},
		&format.VP9{PayloadTyp: 96},
		&format.MJPEG{},
		&format.Opus{PayloadTyp: 96, ChannelCount: 2},
		&format.MPEG4Audio{
			PayloadTyp: 96, SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3,
			Config: &mpeg4audio.AudioSpecificConfig{Type: mpeg4audio.ObjectTypeAACLC, SampleRate: 48000, ChannelCount: 2},
		},
		&format.G711{PayloadTyp: 0, MULaw: true, SampleRate: 8000, ChannelCount: 1},
		&format.G711{PayloadTyp: 8, SampleRate: 8000, ChannelCount: 1},
	}
}

// strict is a publisher that fails on what no consumer may be given.
type strict struct {
	t      *testing.T
	tracks []*media.Track
	units  int
}

func (s *strict) Demand() *media.Demand      { return nil }
func (s *strict) SetTracks(l []*media.Track) { s.tracks = l }
func (s *strict) Publish(u *media.Unit) {
	s.units++
	if len(s.tracks) != 1 || s.tracks[0] != u.Track {
		s.t.Fatalf("a unit of a track that is not announced")
	}
	if u.Track.WidthPx < 0 || u.Track.HeightPx < 0 || u.Track.WidthPx > media.MaxFrameSidePx || u.Track.HeightPx > media.MaxFrameSidePx {
		s.t.Fatalf("a track of %dx%d", u.Track.WidthPx, u.Track.HeightPx)
	}
	if u.Size() == 0 || u.Size() > maxUnitBytes+maxUnitBytes/8 || u.PTS < u.DTS {
		s.t.Fatalf("a unit of %d bytes, PTS %d, DTS %d", u.Size(), u.PTS, u.DTS)
	}
	for _, p := range u.Parts {
		if len(p) == 0 {
			s.t.Fatal("an empty part")
		}
	}
}

// FuzzDepacketize gives a depacketiser packets of any content, with losses. It must not fail, publish only what consumers may be
// given, and take good pictures again afterwards.
//
// The first byte chooses the codec. Then each packet is a byte of flags (1: marker, 2: next time stamp, 4: a packet is lost in front),
// the length of the payload in two bytes, and the payload.
func FuzzDepacketize(f *testing.F) {
	for i := range fuzzFormats() {
		f.Add([]byte{byte(i), 1, 0, 2, 0x7c, 0x85, 3, 0, 3, 0x67, 1, 2})
	}
	for codec, name := range map[byte]string{0: "h264-baseline.h264", 1: "h265-lowdelay.h265"} {
		f.Add(append([]byte{codec}, fuzzPackets(f, codec, name)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		units, frames := media.Live()
		forma := fuzzFormats()[int(data[0])%len(fuzzFormats())]
		out := &strict{t: t}
		kind := description.MediaTypeVideo
		d, _, err := newDepacketizer(&description.Session{Medias: []*description.Media{{Type: kind, Formats: []format.Format{forma}}}},
			out, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		d.announce()
		header := rtp.Header{Version: 2, PayloadType: forma.PayloadType()}
		for data = data[1:]; len(data) >= 3; {
			flags, n := data[0], min(int(binary.BigEndian.Uint16(data[1:])), len(data)-3)
			header.SequenceNumber += 1 + uint16(flags>>2&1)
			header.Timestamp += 3000 * uint32(flags>>1&1)
			header.Marker = flags&1 != 0
			d.packet(forma, &rtp.Packet{Header: header, Payload: data[3 : 3+n : 3+n]}, int64(header.Timestamp), time.Time{})
			data = data[3+n:]
		}
		recovers(t, d, forma, header, out)
		if u, fr := media.Live(); u != units || fr != frames {
			t.Fatalf("%d units and %d frames are left", u-units, fr-frames)
		}
	})
}

// recovers holds that good pictures come through after whatever came before. The first may suffer from it.
func recovers(t *testing.T, d *depacketizer, f format.Format, header rtp.Header, out *strict) {
	var pictures [][][]byte
	switch f.(type) {
	case *format.H264:
		pictures = realUnits(t, "h264-baseline.h264")
	case *format.H265:
		pictures = realUnits(t, "h265-lowdelay.h265")
	default:
		return
	}
	encode := encoderOf(t, d.tracks[0].Codec)
	before := 0
	for i, parts := range append(pictures[:1:1], pictures...) {
		if i == 1 {
			before = out.units
		}
		packets, err := encode(parts)
		if err != nil {
			t.Fatal(err)
		}
		header.Timestamp += 3000
		for _, p := range packets {
			header.SequenceNumber++
			header.Marker = p.Marker
			d.packet(f, &rtp.Packet{Header: header, Payload: p.Payload}, int64(header.Timestamp), time.Time{})
		}
	}
	if n := out.units - before; n != len(pictures) {
		t.Fatalf("%d of %d good pictures came through", n, len(pictures))
	}
}

// realUnits are the first pictures of a real encode, which begins with a random-access unit.
func realUnits(t testing.TB, name string) (units [][][]byte) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "media", "bitstream", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	nalus, err := annexb.Split(nil, raw)
	if err != nil {
		t.Fatal(err)
	}
	units = [][][]byte{nil}
	slice := func(n []byte) bool {
		if filepath.Ext(name) == ".h265" {
			return n[0]>>1&0x3f < 32
		}
		return n[0]&0x1f == 1 || n[0]&0x1f == 5
	}
	for _, n := range nalus { // these encodes have one slice a picture
		last := len(units) - 1
		units[last] = append(units[last], n)
		if slice(n) {
			if len(units) == 4 {
				return units
			}
			units = append(units, nil)
		}
	}
	return units[:len(units)-1]
}

// fuzzPackets is a real encode as packets, in the form that FuzzDepacketize reads.
func fuzzPackets(f *testing.F, codec byte, name string) (data []byte) {
	encode := encoderOf(f, []media.Codec{media.H264, media.H265}[codec])
	for _, parts := range realUnits(f, name) {
		packets, err := encode(parts)
		if err != nil {
			f.Fatal(err)
		}
		for i, p := range packets {
			flags := byte(0)
			if p.Marker {
				flags |= 1
			}
			if i == 0 {
				flags |= 2
			}
			data = append(data, flags)
			data = binary.BigEndian.AppendUint16(data, uint16(len(p.Payload)))
			data = append(data, p.Payload...)
		}
	}
	return data
}
