package media_test

import (
	"strings"
	"testing"

	"vantage/media"
)

func TestBitrateText(t *testing.T) {
	for in, want := range map[string]media.Bitrate{
		"400kbps": 400e3, "4Mbps": 4e6, "1.5 mbps": 1.5e6, "2Gbps": 2e9, "64000bps": 64e3, " 0bps": 0,
	} {
		var b media.Bitrate
		if err := b.UnmarshalText([]byte(in)); err != nil || b != want {
			t.Errorf("%q: got %d, %v", in, b, err)
		}
		text, _ := b.MarshalText()
		var again media.Bitrate
		if err := again.UnmarshalText(text); err != nil || again != b {
			t.Errorf("%q written as %q reads %d", in, text, again)
		}
	}
	for _, in := range []string{"", "4", "4M", "-1kbps", "NaNbps", "Infbps", "1e30bps", "kbps", "4 Mbit/s"} {
		var b media.Bitrate
		if err := b.UnmarshalText([]byte(in)); err == nil {
			t.Errorf("%q reads %d", in, b)
		}
	}
}

func TestSizeText(t *testing.T) {
	for in, want := range map[string]media.Size{"1280x720": {1280, 720}, "source": {}, "": {}, "16x16384": {16, 16384}} {
		var s media.Size
		if err := s.UnmarshalText([]byte(in)); err != nil || s != want {
			t.Errorf("%q: got %v, %v", in, s, err)
		}
	}
	for _, in := range []string{"720p", "1280", "1280x", "x720", "8x8", "1280x720x3", "-1x16", "16385x16", "1280 x 720"} {
		var s media.Size
		if err := s.UnmarshalText([]byte(in)); err == nil {
			t.Errorf("%q reads %v", in, s)
		}
	}
	if text, _ := (media.Size{}).MarshalText(); string(text) != "source" {
		t.Errorf("zero size is written %q", text)
	}
	if text, _ := (media.Size{WidthPx: 640, HeightPx: 360}).MarshalText(); string(text) != "640x360" {
		t.Errorf("size is written %q", text)
	}
}

func FuzzQuantities(f *testing.F) {
	for _, s := range []string{"400kbps", "1280x720", "source", "h264", "video/H264", "0.5Mbps"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b, b2 media.Bitrate
		if b.UnmarshalText([]byte(s)) == nil {
			if err := b2.UnmarshalText([]byte(b.String())); err != nil || b != b2 || b < 0 {
				t.Errorf("bitrate %q: %v, then %v, %v", s, b, b2, err)
			}
		}
		var z, z2 media.Size
		if z.UnmarshalText([]byte(s)) == nil {
			if err := z2.UnmarshalText([]byte(z.String())); err != nil || z != z2 {
				t.Errorf("size %q: %v, then %v, %v", s, z, z2, err)
			}
		}
		var c, c2 media.Codec
		if c.UnmarshalText([]byte(s)) == nil {
			if err := c2.UnmarshalText([]byte(c.String())); err != nil || c != c2 {
				t.Errorf("codec %q: %v, then %v, %v", s, c, c2, err)
			}
		}
	})
}

func TestStreamIDValid(t *testing.T) {
	for in, want := range map[media.StreamID]bool{
		"gate-north": true, "a": true, "7": true, media.StreamID(strings.Repeat("a", 63)): true,
		"": false, "-a": false, "a-": false, "Gate": false, "a/b": false, "..": false, "a b": false, "ä": false,
		media.StreamID(strings.Repeat("a", 64)): false,
	} {
		if got := in.Valid(); got != want {
			t.Errorf("%q: got %v", in, got)
		}
	}
}

func TestCodecs(t *testing.T) {
	for c := media.H264; c <= media.PCMA; c++ {
		for _, name := range []string{c.String(), strings.ToUpper(c.String()), c.MIME()} {
			if got, err := media.ParseCodec(name); err != nil || got != c {
				t.Errorf("%q: got %v, %v", name, got, err)
			}
		}
		if !strings.HasPrefix(c.MIME(), c.Kind().String()+"/") {
			t.Errorf("%v: %s of kind %v", c, c.MIME(), c.Kind())
		}
		if c.RTPClockRate() == 0 && c != media.AAC {
			t.Errorf("%v: no clock rate", c)
		}
	}
	for _, unknown := range []media.Codec{0, media.PCMA + 1} {
		if unknown.String() != "unknown" || unknown.MIME() != "" || unknown.Kind() != 0 || unknown.RTPClockRate() != 0 || unknown.Kind().String() != "unknown" {
			t.Errorf("codec %d is known", unknown)
		}
	}
	if _, err := media.ParseCodec("unknown"); err == nil {
		t.Error("the unknown codec parses")
	}
}

func TestTracks(t *testing.T) {
	sps, pps := []byte{0x67, 1}, []byte{0x68, 2}
	first := &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000, WidthPx: 640, Params: [][]byte{sps, pps}}
	next := first.Next(sps, pps)
	if next.Epoch != 1 || first.Epoch != 0 || !next.SameParams(first) {
		t.Errorf("next %+v", next)
	}
	for name, change := range map[string]func(t *media.Track){
		"a parameter set": func(t *media.Track) { t.Params = [][]byte{sps, {0x68, 3}} },
		"their number":    func(t *media.Track) { t.Params = [][]byte{sps} },
		"the size":        func(t *media.Track) { t.WidthPx = 320 },
		"the codec":       func(t *media.Track) { t.Codec = media.H265 },
		"the sample rate": func(t *media.Track) { t.SampleRate = 8000 },
	} {
		other := first.Next(sps, pps)
		change(other)
		if other.SameParams(first) {
			t.Errorf("another decoder set-up: %s", name)
		}
	}
	if got := media.TrackOf([]*media.Track{audio, video}, media.Video); got != video {
		t.Errorf("got %v", got)
	}
	if got := media.TrackOf([]*media.Track{audio}, media.Video); got != nil {
		t.Errorf("got %v", got)
	}
}
