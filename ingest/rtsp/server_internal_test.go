package rtsp

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vantage/media"
	"vantage/media/mediatest"
)

func TestParsePath(t *testing.T) {
	for _, tc := range []struct {
		path, query, stream, rendition string
		ok                             bool
	}{
		{"/cam", "", "cam", "", true},
		{"cam", "", "cam", "", true},
		{"/cam/", "", "cam", "", true},
		{"/cam/hd", "", "cam", "hd", true},
		{"/cam", "rendition=roi", "cam", "roi", true},
		{"/cam/roi", "rendition=roi", "cam", "roi", true},
		{"/cam/a", "rendition=b", "", "", false},
		{"/cam/a/b", "", "", "", false},
		{"/cam", "rendition=../x", "", "", false},
		{"//cam", "", "", "", false},
		{"/../cam", "", "", "", false},
		{"/Cam", "", "", "", false},
		{"/", "", "", "", false},
		{"/cam", "a;b", "", "", false},
	} {
		s, r, ok := parsePath(tc.path, tc.query)
		if string(s) != tc.stream || r != tc.rendition || ok != tc.ok {
			t.Errorf("%s?%s: got %q, %q, %v", tc.path, tc.query, s, r, ok)
		}
	}
}

// FuzzParsePath holds that what is accepted has only characters of names.
func FuzzParsePath(f *testing.F) {
	f.Add("/cam/hd", "rendition=hd")
	f.Add("/../../etc/passwd", "")
	f.Add("/cam%2f..", "a=b;c")
	f.Fuzz(func(t *testing.T, path, query string) {
		s, r, ok := parsePath(path, query)
		if ok && (!s.Valid() || r != "" && !media.StreamID(r).Valid()) {
			t.Errorf("%q?%q gave %q, %q", path, query, s, r)
		}
	})
}

// FuzzBasic holds that credentials read back as they would be sent.
func FuzzBasic(f *testing.F) {
	f.Add("Basic Ym9iOnMzOmNyZXQ=")
	f.Add("basic")
	f.Add("Digest username=x")
	f.Fuzz(func(t *testing.T, header string) {
		if user, _, ok := basic(header); ok && strings.Contains(user, ":") {
			t.Errorf("%q gave the user %q", header, user)
		}
	})
}

func TestNTPTime(t *testing.T) {
	for _, at := range []time.Time{
		time.Unix(0, 0), time.Unix(1_700_000_000, 500_000_000), time.Unix(1_790_000_000, 999_999_999), time.Unix(1_790_000_000, 1),
	} {
		if got := fromNTP(ntp(at)); got.Sub(at).Abs() > time.Nanosecond {
			t.Errorf("%v came back as %v", at, got)
		}
	}
	if got := ntp(time.Unix(0, 500_000_000)); got != 2208988800<<32|1<<31 {
		t.Errorf("half a second is %#x", got)
	}
}

func TestCaptureClockFollowsSenderReports(t *testing.T) {
	c := &captureClock{rate: 90000}
	if !c.at(5).IsZero() {
		t.Error("a time without a report")
	}
	c.report(&rtcp.SenderReport{NTPTime: 0, RTPTime: 1})
	if !c.at(5).IsZero() {
		t.Error("a time by a sender without a clock")
	}
	wall := time.Unix(1_790_000_000, 750_000_000)
	c.report(&rtcp.SenderReport{NTPTime: ntp(wall), RTPTime: 0xFFFFFFF0})
	for rtpTime, want := range map[uint32]time.Duration{0xFFFFFFF0: 0, 0xFFFFFFF0 - 90000: -time.Second, 90000 - 16: time.Second} {
		if got := c.at(rtpTime).Sub(wall); (got - want).Abs() > time.Microsecond {
			t.Errorf("%#x is %v after the report, want %v", rtpTime, got, want)
		}
	}
}

func TestSenderClock(t *testing.T) {
	video := &media.Track{Codec: media.H264, ClockRate: 90000}
	audio := &media.Track{Codec: media.Opus, ClockRate: 48000}
	start := time.Unix(1_790_000_000, 0)
	at := func(tr *media.Track, after, jitter time.Duration, captured bool) *media.Unit {
		u := media.NewUnit(tr, 0)
		u.PTS = media.Ticks(after, tr.ClockRate)
		u.Arrived = start.Add(after + jitter)
		if captured {
			u.Captured = start.Add(after - 100*time.Millisecond)
		}
		return u
	}
	t.Run("tracks stay in step over jitter", func(t *testing.T) {
		mediatest.NoLeaks(t)
		var c senderClock
		for i := range 100 {
			after := time.Duration(i) * 20 * time.Millisecond
			v, a := at(video, after, time.Duration(i%7)*10*time.Millisecond, false), at(audio, after, time.Duration(i%5)*9*time.Millisecond, false)
			if d := c.wall(v).Sub(c.wall(a)).Abs(); d > time.Millisecond {
				t.Fatalf("step %d: %v apart", i, d)
			}
			v.Release()
			a.Release()
		}
	})
	t.Run("the source's own clock wins", func(t *testing.T) {
		mediatest.NoLeaks(t)
		var c senderClock
		for _, captured := range []bool{false, true, false, true} {
			u := at(video, time.Second, 0, captured)
			c.wall(u)
			u.Release()
		}
		u := at(video, 2*time.Second, 0, false)
		defer u.Release()
		if got := c.wall(u).Sub(start); got != 1900*time.Millisecond {
			t.Errorf("got %v", got)
		}
	})
	t.Run("a jump is followed at once", func(t *testing.T) {
		mediatest.NoLeaks(t)
		var c senderClock
		a, b := at(video, time.Second, 0, false), at(video, 2*time.Second, time.Hour, false)
		c.wall(a)
		if got := c.wall(b); !got.Equal(b.Arrived) {
			t.Errorf("got %v, want %v", got, b.Arrived)
		}
		a.Release()
		b.Release()
	})
}

// sink collects what a depacketiser publishes.
type sink struct {
	tracks []*media.Track
	parts  [][]byte
	n      int
}

func (s *sink) SetTracks(t []*media.Track) { s.tracks = t }
func (s *sink) Demand() *media.Demand      { return nil }
func (s *sink) Publish(u *media.Unit) {
	s.n++
	for _, p := range u.Parts {
		s.parts = append(s.parts, bytes.Clone(p))
	}
}

func TestPacketsOfEveryCodecBecomeTheSameUnitAgain(t *testing.T) {
	mediatest.NoLeaks(t)
	asc, err := (&mpeg4audio.AudioSpecificConfig{Type: mpeg4audio.ObjectTypeAACLC, SampleRate: 48000, ChannelCount: 2}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	long := func(head ...byte) []byte { return append(head, bytes.Repeat([]byte{0x5A}, 5000)...) }
	sps := []byte{0x67, 0x42, 0xc0, 0x28, 0xd9, 0x00, 0x78, 0x02, 0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc9, 0x20}
	pps := []byte{0x68, 0xcb, 0x83, 0xcb, 0x20}
	seq := []byte{0x08, 0x00, 0x00, 0x00, 0x42, 0xa7, 0xbf, 0xe4, 0x60, 0x0d, 0x00, 0x40}
	for _, tc := range []struct {
		track *media.Track
		parts [][]byte
	}{
		{&media.Track{Codec: media.H264, ClockRate: 90000, Params: [][]byte{sps, pps}}, [][]byte{sps, pps, long(0x65, 0x88)}},
		{&media.Track{Codec: media.AV1, ClockRate: 90000, Params: [][]byte{seq}}, [][]byte{seq, long(0x30, 0x10)}},
		{&media.Track{Codec: media.VP8, ClockRate: 90000}, [][]byte{long(0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00)}},
		{&media.Track{Codec: media.VP9, ClockRate: 90000}, [][]byte{long(0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xf0, 0x0e, 0xf6, 0x00)}},
		{&media.Track{Codec: media.Opus, ClockRate: 48000, Channels: 2}, [][]byte{{0xfc, 1, 2, 3}}},
		{&media.Track{Codec: media.AAC, ClockRate: 48000, SampleRate: 48000, Channels: 2, Params: [][]byte{asc}}, [][]byte{{0x21, 1, 2, 3, 4}}},
		{&media.Track{Codec: media.PCMU, ClockRate: 8000, Channels: 1}, [][]byte{bytes.Repeat([]byte{7}, 160)}},
		{&media.Track{Codec: media.PCMA, ClockRate: 8000, Channels: 1}, [][]byte{bytes.Repeat([]byte{9}, 160)}},
	} {
		t.Run(tc.track.Codec.String(), func(t *testing.T) {
			pack, err := newPacketizer(tc.track)
			if err != nil {
				t.Fatal(err)
			}
			packets, err := pack.encode(tc.parts)
			if err != nil {
				t.Fatal(err)
			}
			if len(tc.parts[len(tc.parts)-1]) > 4000 && len(packets) < 4 {
				t.Errorf("%d packets for %d bytes", len(packets), len(tc.parts[0]))
			}
			kind := description.MediaTypeVideo
			if tc.track.Kind() == media.Audio {
				kind = description.MediaTypeAudio
			}
			got := &sink{}
			d, _, err := newDepacketizer(&description.Session{Medias: []*description.Media{{Type: kind, Formats: formats(pack.format)}}}, got, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			d.announce()
			for _, p := range packets {
				if size := p.MarshalSize(); size > 1472 {
					t.Errorf("a packet of %d bytes", size)
				}
				b, err := p.Marshal()
				if err != nil {
					t.Fatal(err)
				}
				var again rtp.Packet
				if err := again.Unmarshal(b); err != nil {
					t.Fatal(err)
				}
				d.packet(pack.format, &again, int64(p.Timestamp), time.Time{})
			}
			if got.n != 1 || len(got.parts) != len(tc.parts) {
				t.Fatalf("%d units, %d parts, want 1 and %d", got.n, len(got.parts), len(tc.parts))
			}
			for i, p := range got.parts {
				if !bytes.Equal(p, tc.parts[i]) {
					t.Errorf("part %d: %d bytes, want %d", i, len(p), len(tc.parts[i]))
				}
			}
		})
	}
	if _, err := newPacketizer(&media.Track{Codec: media.AAC}); err == nil {
		t.Error("AAC without its configuration was taken")
	}
	if _, err := newPacketizer(&media.Track{}); err == nil {
		t.Error("an unknown codec was taken")
	}
	pack, err := newPacketizer(&media.Track{Codec: media.Opus, ClockRate: 48000})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pack.encode([][]byte{{1}, {2}}); err == nil {
		t.Error("a unit of two Opus frames was taken")
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		released := 0
		c := &serverConn{Conn: ours, release: func() { released++ }}
		start := time.Now()
		_, err := c.Read(make([]byte, 1))
		if d := time.Since(start); err == nil || d != idleTimeout {
			t.Errorf("read ended after %v with %v", d, err)
		}
		// Who plays may stay silent.
		c.setBusy()
		go func() {
			time.Sleep(time.Hour)
			_, _ = theirs.Write([]byte{1})
		}()
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Errorf("a silent player: %v", err)
		}
		c.Close()
		c.Close()
		if released != 1 {
			t.Errorf("gave %d slots back", released)
		}
	})
}

func TestConnectionsAreBounded(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := newListener(inner, 1)
	accepted := make(chan net.Conn, 2)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for range 2 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first := <-accepted
	select {
	case <-accepted:
		t.Error("a second connection was accepted")
	case <-time.After(50 * time.Millisecond):
	}
	first.Close()
	second := <-accepted
	l.Close()
	second.Close()
	<-done
}

func TestServerConfigTellsAllMistakes(t *testing.T) {
	if err := DefaultServerConfig().Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
	if err := (ServerConfig{}).Validate(); err != nil {
		t.Errorf("a server that is off: %v", err)
	}
	err := ServerConfig{Listen: "x", UDPListen: ":8001"}.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"listen", "udp_listen", "read_timeout", "write_timeout", "player_queue", "max_connections"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	for addr, want := range map[string]string{":8000": ":8001", "127.0.0.1:6": "127.0.0.1:7", "[::1]:10": "[::1]:11", ":0": "", ":7": "", "x": "", ":70000": ""} {
		if got, _ := rtcpAddress(addr); got != want {
			t.Errorf("%s: got %q, want %q", addr, got, want)
		}
	}
}
