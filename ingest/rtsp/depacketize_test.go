package rtsp

import (
	"log/slog"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/pion/rtp"

	"vantage/media"
)

// ledger is a publisher that notes when units are and how much they carry.
type ledger struct {
	tracks   []*media.Track
	pts      []int64
	captured []time.Time
	sizes    []int
}

func (l *ledger) SetTracks(tracks []*media.Track) { l.tracks = tracks }
func (l *ledger) Demand() *media.Demand           { return nil }
func (l *ledger) Publish(u *media.Unit) {
	l.pts, l.captured, l.sizes = append(l.pts, u.PTS), append(l.captured, u.Captured), append(l.sizes, u.Size())
}

// depacketizerOf returns the depacketizer of a session with the given formats, each in a section of its own.
func depacketizerOf(t *testing.T, formats ...format.Format) (*depacketizer, *ledger, []string) {
	t.Helper()
	desc, out := &description.Session{}, &ledger{}
	for _, f := range formats {
		desc.Medias = append(desc.Medias, &description.Media{Formats: []format.Format{f}})
	}
	d, skipped, err := newDepacketizer(desc, out, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	d.announce()
	return d, out, skipped
}

func TestLossIsCountedBySequenceNumbers(t *testing.T) {
	for name, tc := range map[string]struct {
		seqs  []uint16
		lost  uint64
		units int
	}{
		"none in order":               {[]uint16{1, 2, 3}, 0, 3},
		"none where the number wraps": {[]uint16{65534, 65535, 0, 1}, 0, 4},
		"those of a gap":              {[]uint16{1, 2, 6, 7}, 3, 4},
		"those of a gap at the wrap":  {[]uint16{65535, 2}, 2, 2},
		"none for one that is sent twice (some cameras do so over TCP)": {[]uint16{1, 2, 2, 3}, 0, 3},
		"none for a sender that began anew":                             {[]uint16{1, 2, 30000, 30001}, 0, 4},
	} {
		t.Run(name, func(t *testing.T) {
			f := &format.G711{PayloadTyp: 8, SampleRate: 8000, ChannelCount: 1}
			d, out, _ := depacketizerOf(t, f)
			for i, seq := range tc.seqs {
				d.packet(f, &rtp.Packet{Header: rtp.Header{SequenceNumber: seq}, Payload: make([]byte, 160)}, int64(i)*160, time.Time{})
			}
			if got := d.counts.lost.Load(); got != tc.lost || d.counts.packets.Load() != uint64(len(tc.seqs)) || len(out.pts) != tc.units {
				t.Errorf("%d lost, want %d; %d packets, %d units", got, tc.lost, d.counts.packets.Load(), len(out.pts))
			}
		})
	}
}

func TestSeveralFramesOfAPacketFollowEachOther(t *testing.T) {
	for _, rate := range []int{48000, 44100, 16000, 8000} {
		f := &format.MPEG4Audio{
			PayloadTyp: 96, SizeLength: 13, IndexLength: 3, IndexDeltaLength: 3,
			Config: &mpeg4audio.AudioSpecificConfig{Type: mpeg4audio.ObjectTypeAACLC, SampleRate: rate, ChannelCount: 2},
		}
		d, out, _ := depacketizerOf(t, f)
		enc, err := f.CreateEncoder()
		if err != nil {
			t.Fatal(err)
		}
		packets, err := enc.Encode([][]byte{make([]byte, 100), make([]byte, 101), make([]byte, 102)})
		if err != nil || len(packets) != 1 {
			t.Fatal(packets, err)
		}
		sent := time.Now()
		d.packet(f, packets[0], 5000, sent)
		if len(out.pts) != 3 || out.pts[0] != 5000 || out.pts[1] != 6024 || out.pts[2] != 7048 || out.sizes[2] != 102 {
			t.Errorf("%d Hz: PTS %v, sizes %v", rate, out.pts, out.sizes)
			continue
		}
		if later := out.captured[2].Sub(sent) - media.Duration(2048, rate); later.Abs() > time.Microsecond {
			t.Errorf("%d Hz: captured %v off", rate, later)
		}
	}
}

func TestTracksAreAnnouncedWithWhatTheDescriptionTells(t *testing.T) {
	f := &format.H264{PayloadTyp: 96, PacketizationMode: 1, PPS: []byte{0x68, 0xee, 0x3c, 0x80}, SPS: []byte{
		0x67, 0x64, 0x00, 0x0c, 0xac, 0x3b, 0x50, 0xb0, 0x4b, 0x42, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x3d, 0x08,
	}}
	_, out, _ := depacketizerOf(t, f, &format.Opus{PayloadTyp: 97, ChannelCount: 2})
	v, a := out.tracks[0], out.tracks[1]
	if v.WidthPx == 0 || v.HeightPx == 0 || v.Profile == "" || len(v.Params) != 2 || a.SampleRate != 48000 || a.Channels != 2 {
		t.Errorf("announced %+v and %+v", *v, *a)
	}
}

func TestFormatsThatAreNotCarriedAreNamed(t *testing.T) {
	for name, f := range map[string]format.Format{
		"another codec":             &format.LPCM{PayloadTyp: 97, BitDepth: 16, SampleRate: 48000, ChannelCount: 2},
		"G.711 of another rate":     &format.G711{PayloadTyp: 97, SampleRate: 16000, ChannelCount: 1},
		"G.711 in stereo":           &format.G711{PayloadTyp: 97, SampleRate: 8000, ChannelCount: 2},
		"AAC without configuration": &format.MPEG4Audio{PayloadTyp: 97},
		"AAC of no sample rate":     &format.MPEG4Audio{PayloadTyp: 97, SizeLength: 13, Config: &mpeg4audio.AudioSpecificConfig{Type: mpeg4audio.ObjectTypeAACLC, ChannelCount: 1}},
		"a second video":            &format.VP8{PayloadTyp: 97},
	} {
		t.Run(name, func(t *testing.T) {
			d, out, skipped := depacketizerOf(t, &format.H265{PayloadTyp: 96}, f)
			if len(out.tracks) != 1 || len(skipped) != 1 || skipped[0] != f.Codec() {
				t.Errorf("%d tracks, skipped %v", len(out.tracks), skipped)
			}
			d.packet(f, &rtp.Packet{Payload: []byte{1}}, 0, time.Time{})
			if len(out.pts) != 0 {
				t.Error("a format that is not carried was")
			}
		})
	}
}

func TestAWallClockThatWasNeverSetIsNotBelieved(t *testing.T) {
	f := &format.Opus{PayloadTyp: 97, ChannelCount: 2}
	d, out, _ := depacketizerOf(t, f)
	for i, sent := range []time.Time{{}, time.Unix(3600, 0), time.Now().Add(-time.Second), time.Now().Add(time.Hour)} {
		d.packet(f, &rtp.Packet{Header: rtp.Header{SequenceNumber: uint16(i)}, Payload: []byte{0xfc, 0xff, 0xfe}}, int64(i)*960, sent)
	}
	for i, c := range out.captured {
		if c.IsZero() == (i == 2) {
			t.Errorf("unit %d was captured at %v", i, c)
		}
	}
	if len(out.captured) != 4 {
		t.Errorf("%d units", len(out.captured))
	}
}
