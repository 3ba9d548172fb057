package rtsp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtcp"

	"vantage/ingest/rtsp"
	"vantage/media"
	"vantage/media/mediatest"
)

// exchange sends raw bytes and returns the first line of the answer, "" when the server hung up.
func exchange(t *testing.T, url, raw string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "rtsp://"))
	if err != nil {
		t.Fatalf("the server is gone: %v", err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	_, _ = c.Write([]byte(raw)) // the server may hang up in the middle
	line, _ := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(line)
}

func request(method, uri string, headers ...string) string {
	return method + " " + uri + " RTSP/1.0\r\nCSeq: 1\r\n" + strings.Join(append(headers, "\r\n"), "\r\n")
}

func TestMalformedRequestsAreAnsweredOrDropped(t *testing.T) {
	mediatest.NoLeaks(t)
	b := newBoard()
	t.Cleanup(b.close)
	s, url := serve(t, rtsp.ServerOptions{Registrar: b, Catalog: b})
	sdp := "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\n"
	announce := func(uri, body string) string {
		return request("ANNOUNCE", uri, "Content-Type: application/sdp", fmt.Sprintf("Content-Length: %d", len(body))) + body
	}
	tcp := "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
	for name, tc := range map[string]struct{ send, want string }{
		"an unknown stream":                    {request("DESCRIBE", url+"/nobody"), "RTSP/1.0 404 Stream Not Found"},
		"no stream":                            {request("DESCRIBE", url+"/"), "RTSP/1.0 404 Stream Not Found"},
		"no path":                              {request("DESCRIBE", url), "RTSP/1.0 404 Stream Not Found"},
		"a way up":                             {request("DESCRIBE", url+"/../../etc/passwd"), "RTSP/1.0 404 Stream Not Found"},
		"an escaped way up":                    {request("DESCRIBE", url+"/%2e%2e%2fcam"), "RTSP/1.0 404 Stream Not Found"},
		"an escaped zero byte":                 {request("DESCRIBE", url+"/cam%00"), "RTSP/1.0 404 Stream Not Found"},
		"a name in capitals":                   {request("DESCRIBE", url+"/CAM"), "RTSP/1.0 404 Stream Not Found"},
		"a long name":                          {request("DESCRIBE", url+"/"+strings.Repeat("a", 64)), "RTSP/1.0 404 Stream Not Found"},
		"two renditions that differ":           {request("DESCRIBE", url+"/cam/a?rendition=b"), "RTSP/1.0 404 Stream Not Found"},
		"a bad query":                          {request("DESCRIBE", url+"/cam?%zz"), "RTSP/1.0 404 Stream Not Found"},
		"a set-up of nothing":                  {request("SETUP", url+"/nobody/trackID=0", tcp), "RTSP/1.0 404 Stream Not Found"},
		"play without a session":               {request("PLAY", url+"/cam"), "RTSP/1.0 501 Not Implemented"},
		"an unknown session":                   {request("PLAY", url+"/cam", "Session: 1234"), "RTSP/1.0 454 Session Not Found"},
		"no sequence number":                   {"DESCRIBE " + url + "/cam RTSP/1.0\r\n\r\n", "RTSP/1.0 400 Bad Request"},
		"a publisher without description":      {request("ANNOUNCE", url+"/cam"), "RTSP/1.0 400 Bad Request"},
		"a publisher of nonsense":              {announce(url+"/cam", "v=1\r\nnonsense"), "RTSP/1.0 400 Bad Request"},
		"a publisher of nothing we carry":      {announce(url+"/cam", strings.ReplaceAll(sdp, "H264", "theora")), "RTSP/1.0 415 Unsupported Media Type"},
		"a publisher with a bad name":          {announce(url+"/..", sdp), "RTSP/1.0 404 Stream Not Found"},
		"a publisher of a rendition":           {announce(url+"/cam/hd", sdp), "RTSP/1.0 404 Stream Not Found"},
		"a publisher that leaves at once":      {announce(url+"/gone", sdp), "RTSP/1.0 200 OK"},
		"a header of 64 kB":                    {request("OPTIONS", url, "X: "+strings.Repeat("x", 64<<10)), ""},
		"a thousand headers":                   {request("OPTIONS", url, strings.Repeat("X: y\r\n", 1000)), ""},
		"a body of 1 GB":                       {request("ANNOUNCE", url+"/cam", "Content-Type: application/sdp", "Content-Length: 1000000000"), ""},
		"a negative body":                      {request("ANNOUNCE", url+"/cam", "Content-Type: application/sdp", "Content-Length: -1"), ""},
		"a method of 1 kB":                     {request(strings.Repeat("M", 1024), url), ""},
		"an HTTP request":                      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", ""},
		"a TLS greeting":                       {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ""},
		"an interleaved frame from a stranger": {"$\x00\x00\x04abcd", ""},
		"an answer in place of a request":      {"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exchange(t, url, tc.send); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		raw := make([]byte, r.IntN(2000))
		for i := range raw {
			raw[i] = byte(r.Uint32())
		}
		c, err := net.Dial("tcp", strings.TrimPrefix(url, "rtsp://"))
		if err != nil {
			t.Fatalf("the server is gone: %v", err)
		}
		_, _ = c.Write(raw)
		c.Close()
	}
	if got := exchange(t, url, request("OPTIONS", url)); got != "RTSP/1.0 200 OK" {
		t.Errorf("afterwards: %q", got)
	}
	waitFor(t, "all sessions to be gone", func() bool { return len(s.Sessions()) == 0 })
}

func TestPlayersProveWhoTheyAre(t *testing.T) {
	mediatest.NoLeaks(t)
	hub := camera(t, h264Units(t, 25))
	c := &catalog{hubs: map[media.StreamID]rtsp.Opened{"cam": {Video: hub}}, user: "bob", pass: "s3:cret"}
	_, url := serve(t, rtsp.ServerOptions{Catalog: c})
	if got := exchange(t, url, request("DESCRIBE", url+"/cam")); got != "RTSP/1.0 401 Unauthorized" {
		t.Errorf("without credentials: %q", got)
	}
	host := strings.TrimPrefix(url, "rtsp://")
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs ffmpeg")
	}
	play := func(userinfo, host string) error {
		return exec.Command(path, "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", "rtsp://"+userinfo+"@"+host+"/cam", "-frames:v", "2", "-f", "null", "-").Run()
	}
	if err := play("bob:s3%3Acret", host); err != nil {
		t.Errorf("Basic: %v", err)
	}
	if err := play("bob:wrong", host); err == nil {
		t.Error("a wrong password played")
	}
	// With passwords to look up, FFmpeg takes Digest, and the catalogue hears the password all the same.
	_, digest := serve(t, rtsp.ServerOptions{Catalog: c, Passwords: func(s media.StreamID, user string) []string {
		if s == "cam" && user == "bob" {
			return []string{"old", "s3:cret"}
		}
		return nil
	}})
	host = strings.TrimPrefix(digest, "rtsp://")
	if err := play("bob:s3%3Acret", host); err != nil {
		t.Errorf("Digest: %v", err)
	}
	for _, bad := range []string{"bob:wrong", "eve:s3%3Acret"} {
		if err := play(bad, host); err == nil {
			t.Errorf("%s played", bad)
		}
	}
}

func TestPublishersProveWhoTheyAre(t *testing.T) {
	mediatest.NoLeaks(t)
	b := newBoard()
	b.token = "t0ken"
	t.Cleanup(b.close)
	_, url := serve(t, rtsp.ServerOptions{Registrar: b, Catalog: b})
	publish(t, strings.Replace(url, "rtsp://", "rtsp://any:t0ken@", 1)+"/cam", "tcp", join(picture, x264)...)
	waitFor(t, "the publisher", func() bool { b.mu.Lock(); defer b.mu.Unlock(); return b.held["cam"] })
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs ffmpeg")
	}
	out, err := exec.Command(path, join([]string{"-v", "error", "-nostdin"}, picture, x264, []string{
		"-t", "1", "-f", "rtsp", "-rtsp_transport", "tcp", strings.Replace(url, "rtsp://", "rtsp://any:wrong@", 1) + "/other"})...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "401") {
		t.Errorf("a wrong token: %v, %s", err, out)
	}
}

// reader is a player of gortsplib.
type reader struct {
	*gortsplib.Client
	desc *description.Session
}

func newReader(t *testing.T, url string) *reader {
	t.Helper()
	u, err := base.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{Client: &gortsplib.Client{Scheme: u.Scheme, Host: u.Host, Transport: new(gortsplib.TransportTCP)}}
	if err := r.Start2(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	if r.desc, _, err = r.Describe(u); err != nil {
		t.Fatal(err)
	}
	if err := r.SetupAll(r.desc.BaseURL, r.desc.Medias); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSenderReportsTellTheTimeOfCapture(t *testing.T) {
	mediatest.NoLeaks(t)
	units := h264Units(t, 10)
	hub := media.NewHub("cam", media.HubConfig{})
	track := &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000, Params: [][]byte{units[0][0], units[0][1]}}
	hub.SetTracks([]*media.Track{track})
	c := &catalog{hubs: map[media.StreamID]rtsp.Opened{"cam": {Video: hub}}}
	_, url := serve(t, rtsp.ServerOptions{Catalog: c})
	captured := time.Date(2024, 5, 6, 7, 8, 9, 876_543_210, time.UTC)
	r := newReader(t, url+"/cam")
	reports := make(chan *rtcp.SenderReport, 1)
	r.OnPacketRTCPAny(func(_ *description.Media, p rtcp.Packet) {
		if sr, ok := p.(*rtcp.SenderReport); ok {
			select {
			case reports <- sr:
			default:
			}
		}
	})
	if _, err := r.Play(nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			u := media.NewUnit(track, 1000)
			u.RandomAccess, u.PTS, u.DTS, u.Captured, u.Arrived = true, 900000, 900000, captured, time.Now()
			for _, p := range units[0] {
				u.Append(p)
			}
			hub.Publish(u)
			u.Release()
			time.Sleep(20 * time.Millisecond)
		}
	}()
	select {
	case sr := <-reports:
		seconds, fraction := sr.NTPTime>>32, sr.NTPTime&0xFFFFFFFF
		got := time.Unix(int64(seconds)-2208988800, int64(fraction*1e9>>32))
		// The report is sent within milliseconds of the unit, whose time it tells.
		if d := got.Sub(captured); d < -time.Millisecond || d > 200*time.Millisecond {
			t.Errorf("report of %v, %v off", got, d)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("no sender report")
	}
}

func TestASlowPlayerIsDroppedAndTouchesNobody(t *testing.T) {
	mediatest.NoLeaks(t)
	// Big pictures: tens of Mbit/s.
	hub := camera(t, h264Units(t, 25, "-crf", "23", "-vf", "scale=1280:720,noise=alls=20"))
	c := &catalog{hubs: map[media.StreamID]rtsp.Opened{"cam": {Video: hub}}}
	cfg := rtsp.DefaultServerConfig()
	cfg.UDPListen, cfg.WriteTimeout, cfg.PlayerQueue = freeUDPPair(t), 3*time.Second, 300*time.Millisecond
	s, url := serve(t, rtsp.ServerOptions{Catalog: c, Config: cfg})

	// The slow one reads the answers and then nothing more.
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "rtsp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetReadBuffer(4096)
	in := bufio.NewReader(conn)
	ask := func(raw string) string {
		t.Helper()
		if _, err := conn.Write([]byte(raw)); err != nil {
			t.Fatal(err)
		}
		head := ""
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if line == "\r\n" {
				return head
			}
			head += line
		}
	}
	answer := ask(request("SETUP", url+"/cam/trackID=0", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"))
	_, rest, ok := strings.Cut(answer, "Session: ")
	if !ok {
		t.Fatalf("answer %s", answer)
	}
	id, _, _ := strings.Cut(rest, "\r\n")
	ask(request("PLAY", url+"/cam", "Session: "+id))

	out := ffmpeg(t, "-rtsp_transport", "tcp", "-i", url+"/cam", "-frames:v", "50", "-f", "framemd5", "-")
	if got := strings.Count(string(out), "\n0,"); got != 50 {
		t.Errorf("the fast player decoded %d pictures, want 50", got)
	}
	dropped := uint64(0)
	waitFor(t, "the slow player to be closed", func() bool {
		for _, ss := range s.Sessions() {
			dropped = max(dropped, ss.Dropped)
		}
		return len(s.Sessions()) == 0
	})
}

func TestNewParametersReachThePlayerInBand(t *testing.T) {
	mediatest.NoLeaks(t)
	small, large := h264Units(t, 20), h264Units(t, 20, "-vf", "scale=640:480")
	hub := media.NewHub("cam", media.HubConfig{})
	c := &catalog{hubs: map[media.StreamID]rtsp.Opened{"cam": {Video: hub}}}
	_, url := serve(t, rtsp.ServerOptions{Catalog: c})
	first := &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000, Params: [][]byte{small[0][0], small[0][1]}}
	second := first.Next(large[0][0], large[0][1])
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The same pictures turn by turn; time goes on.
		turn, stop := context.WithTimeout(ctx, 4*time.Second)
		feed(turn, hub, first, small)
		stop()
		feed(ctx, shifted{hub, 5 * 90000}, second, large)
	}()
	t.Cleanup(func() { cancel(); <-done })
	out := ffmpeg(t, "-rtsp_transport", "tcp", "-i", url+"/cam", "-t", "6", "-vf", "showinfo", "-f", "framemd5", "-")
	sizes := map[string]int{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(line, ","); len(f) == 6 {
			sizes[strings.TrimSpace(f[4])]++
		}
	}
	if len(sizes) == 0 {
		t.Fatalf("nothing decoded: %s", out)
	}
	if n := strings.Count(string(out), "\n0,"); n < 100 {
		t.Errorf("decoded %d pictures over the change", n)
	}
}

// shifted publishes with later time stamps.
type shifted struct {
	*media.Hub
	by int64
}

func (s shifted) Publish(u *media.Unit) {
	u.PTS, u.DTS = u.PTS+s.by, u.DTS+s.by
	s.Hub.Publish(u)
}

func TestPlayersAreToldWhenTheStreamEnds(t *testing.T) {
	mediatest.NoLeaks(t)
	units := h264Units(t, 10)
	hub := media.NewHub("cam", media.HubConfig{})
	c := &catalog{hubs: map[media.StreamID]rtsp.Opened{"cam": {Video: hub}}}
	s, url := serve(t, rtsp.ServerOptions{Catalog: c})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	track := &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000, Params: [][]byte{units[0][0], units[0][1]}}
	go func() { defer close(done); feed(ctx, hub, track, units) }()
	hubReady, stopWait := context.WithTimeout(t.Context(), 5*time.Second)
	defer stopWait()
	if _, err := hub.WaitTracks(hubReady); err != nil {
		t.Fatal(err)
	}
	r := newReader(t, url+"/cam")
	bye := make(chan struct{}, 4)
	r.OnPacketRTCPAny(func(_ *description.Media, p rtcp.Packet) {
		if _, ok := p.(*rtcp.Goodbye); ok {
			bye <- struct{}{}
		}
	})
	if _, err := r.Play(nil); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "packets", func() bool { l := s.Sessions(); return len(l) == 1 && l[0].PacketsSent > 10 && l[0].State == "live" })
	cancel()
	<-done
	hub.Close(nil)
	select {
	case <-bye:
	case <-time.After(3 * time.Second):
		t.Error("no goodbye")
	}
	ended := r.Wait()
	var terminated liberrors.ErrClientTerminated
	if ended == nil || errors.As(ended, &terminated) {
		t.Errorf("the connection ended with %v", ended)
	}
	waitFor(t, "the session to be gone", func() bool { return len(s.Sessions()) == 0 })
}

func TestGStreamerPlays(t *testing.T) {
	path, err := exec.LookPath("gst-launch-1.0")
	if err != nil {
		t.Skip("needs gst-launch-1.0")
	}
	mediatest.NoLeaks(t)
	hub := camera(t, h264Units(t, 50))
	c := &catalog{hubs: map[media.StreamID]rtsp.Opened{"cam": {Video: hub}}}
	s, url := serve(t, rtsp.ServerOptions{Catalog: c})
	for _, protocol := range []string{"tcp", "udp"} {
		cmd := exec.CommandContext(t.Context(), path, "-q", "rtspsrc", "location="+url+"/cam", "protocols="+protocol, "latency=100", "!",
			"rtph264depay", "!", "h264parse", "!", "video/x-h264,alignment=au", "!", "identity", "eos-after=30", "!", "fakesink")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", protocol, err, out)
		}
	}
	waitFor(t, "players to leave", func() bool { return len(s.Sessions()) == 0 })
}
