package rtc

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vantage/internal/httpx"
	"vantage/media"
)

func readOffer(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.ReplaceAll(string(b), "\n", "\r\n"))
}

func TestParseOfferOfChromium(t *testing.T) {
	o, err := ParseOffer(readOffer(t, "chromium-recvonly.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	if o.Setup != SetupActPass || o.Ufrag != "ExH8" {
		t.Errorf("setup %q, ufrag %q", o.Setup, o.Ufrag)
	}
	if !o.Video.Takes || o.Video.Sends || o.Video.MID != "0" || o.Audio.MID != "1" {
		t.Errorf("video %+v, audio %+v", o.Video, o.Audio)
	}
	var got []string
	for _, c := range slices.Concat(o.Video.Codecs, o.Audio.Codecs) {
		got = append(got, fmt.Sprintf("%v/%d/%d", c.Codec, c.PayloadType, c.RTX))
	}
	want := "vp8/96/97 vp9/98/99 h264/103/104 h264/109/114 h264/117/118 h264/39/40 av1/45/46 h265/49/50 opus/111/0 pcmu/0/0 pcma/8/0"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("codecs:\n got %s\nwant %s", s, want)
	}
	if s := o.Video.CodecNames(); s != "VP8, VP9, H264, AV1, H265" {
		t.Errorf("names: %s", s)
	}
	h264 := o.Video.Codecs[2]
	if p, flags := h264.H264Profile(); p != 0x42 || flags != 0x00 || h264.Param("Packetization-Mode") != "1" {
		t.Errorf("profile %#x %#x of %q", p, flags, h264.FMTP)
	}
	if len(h264.Feedback) != 5 {
		t.Errorf("feedback: %+v", h264.Feedback)
	}
	if opus := o.Audio.Codecs[0]; opus.Channels != 2 || opus.ClockRate != 48000 {
		t.Errorf("opus: %+v", opus)
	}
}

func TestParseOfferErrors(t *testing.T) {
	good := string(readOffer(t, "chromium-recvonly.sdp"))
	without := func(prefix string) string {
		var b strings.Builder
		for l := range strings.Lines(good) {
			if !strings.HasPrefix(l, prefix) {
				b.WriteString(l)
			}
		}
		return b.String()
	}
	for name, tc := range map[string]struct {
		sdp    string
		status int
		want   string
	}{
		"nothing":              {"", 400, "empty"},
		"JSON":                 {`{"type":"offer"}`, 400, "no SDP"},
		"binary":               {"\x00\xff\xfe", 400, "no SDP"},
		"cut off in a line":    {good[:200], 400, "no SDP"},
		"no media":             {"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", 422, "no video and no audio"},
		"too many sections":    {good + strings.Repeat("m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", 40), 400, "media sections"},
		"too many formats":     {good + "m=video 9 UDP/TLS/RTP/SAVPF" + strings.Repeat(" 96", 200) + "\r\n", 400, "formats"},
		"no ICE credentials":   {without("a=ice-ufrag"), 422, "ICE credentials"},
		"no fingerprint":       {without("a=fingerprint"), 422, "fingerprint"},
		"no encryption":        {strings.ReplaceAll(good, "UDP/TLS/RTP/SAVPF", "RTP/AVP"), 422, "not DTLS-SRTP"},
		"more than 64 KiB":     {good + strings.Repeat("a=x\r\n", 20000), 413, "65536"},
		"a data channel alone": {"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", 422, "no video and no audio"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseOffer([]byte(tc.sdp))
			if err == nil {
				t.Fatal("no error")
			}
			p := httpx.ProblemOf(err)
			if p.GetStatus() != tc.status || !strings.Contains(p.Detail, tc.want) {
				t.Errorf("got %d %q, want %d and %q", p.GetStatus(), p.Detail, tc.status, tc.want)
			}
		})
	}
}

func TestUsableCodecs(t *testing.T) {
	for _, tc := range []struct {
		codec media.Codec
		fmtp  string
		want  bool
	}{
		{media.H264, "", true},
		{media.H264, "packetization-mode=1;profile-level-id=42e01f", true},
		{media.H264, "packetization-mode=1;profile-level-id=640032", true},
		{media.H264, "packetization-mode=1;profile-level-id=f4001f", false}, // high 4:4:4
		{media.H264, "packetization-mode=1;profile-level-id=6e001f", false}, // high 10
		{media.H264, "packetization-mode=2;profile-level-id=42e01f", false},
		{media.H264, "profile-level-id=zz", true},
		{media.VP9, "profile-id=0", true},
		{media.VP9, "profile-id=2", false}, // 10 bit
		{media.AV1, "level-idx=5;profile=0;tier=0", true},
		{media.AV1, "level-idx=5;profile=1;tier=0", false},
		{media.H265, "level-id=156;profile-id=1;tier-flag=0", true},
		{media.H265, "level-id=156;profile-id=2;tier-flag=0", false}, // main 10
		{media.VP8, "", true},
		{media.MJPEG, "", false},
		{media.AAC, "", false},
	} {
		if got := (OfferedCodec{Codec: tc.codec, FMTP: tc.fmtp}).usable(); got != tc.want {
			t.Errorf("%v %q: got %v", tc.codec, tc.fmtp, got)
		}
	}
}

// Whatever comes, ParseOffer answers with an offer within its bounds or with a problem that has a status of its own.
func FuzzParseOffer(f *testing.F) {
	good := readOffer(f, "chromium-recvonly.sdp")
	f.Add(good)
	f.Add([]byte("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0 8 111\r\na=rtpmap:111 opus/48000/2\r\n" +
		"a=ice-ufrag:aaaa\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaa\r\na=fingerprint:sha-256 00\r\na=setup:passive\r\na=mid:0\r\n"))
	f.Add([]byte("v=0\r\nm=video 0 x 1\r\na=rtpmap:1\r\na=fmtp:1\r\na=rtcp-fb:*\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := ParseOffer(b)
		if err != nil {
			if s := httpx.ProblemOf(err).GetStatus(); s != 400 && s != 413 && s != 422 {
				t.Fatalf("status %d: %v", s, err)
			}
			return
		}
		if o.Video == nil && o.Audio == nil {
			t.Fatal("an offer of nothing")
		}
		for _, m := range []*OfferedMedia{o.Video, o.Audio} {
			if m == nil {
				continue
			}
			if len(m.Codecs) > maxOfferFormats {
				t.Fatalf("%d codecs", len(m.Codecs))
			}
			if _, err := mediaEngine(m.Codecs, nil, nil); err != nil && len(m.Codecs) == 0 {
				t.Fatal(err)
			}
			for _, c := range m.Codecs {
				if c.PayloadType > 127 || c.RTX > 127 || c.Codec == 0 {
					t.Fatalf("%+v", c)
				}
			}
		}
	})
}
