package stream_test

import (
	"errors"
	"net/http"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"vantage/internal/httpx"
	"vantage/media"
)

var errNoStream = &httpx.Problem{Status: http.StatusNotFound, Detail: "no such stream", Hint: "list the streams"}

func TestViewerGetsPictureAndSound(t *testing.T) {
	cam := newCamera(h264Track, opusTrack)
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	live(t, cam, opusTrack)
	p := newPlayer(t, s, clientOptions{video: true, audio: true})
	resp, body := p.join("/whep/cam?rendition=source")
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("got %d: %s", resp.StatusCode, body)
	}
	eventually(t, "30 pictures and 50 sounds", func() bool { return p.video.frames.Load() >= 30 && p.audio.packets.Load() >= 50 })
	if !p.video.firstRandom.Load() {
		t.Error("video did not begin with the parameter sets of a random-access unit")
	}
	if n := strings.Count(body, "a=candidate:"); n == 0 || !strings.Contains(body, "a=end-of-candidates") {
		t.Errorf("the answer has %d candidates", n)
	}
	list := s.whep.Sessions()
	if len(list) != 1 || list[0].State != "connected" || list[0].Packets == 0 || list[0].Codec != media.H264 {
		t.Errorf("sessions: %+v", list)
	}
	resp, _ = s.do(t, http.MethodDelete, p.location, "")
	if resp.StatusCode != http.StatusOK {
		t.Errorf("DELETE: %d", resp.StatusCode)
	}
	eventually(t, "the session to end", func() bool { return len(s.whep.Sessions()) == 0 && s.cat.open.Load() == 0 })
}

func TestOneKindOnly(t *testing.T) {
	cam := newCamera(h264Track, opusTrack)
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	live(t, cam, opusTrack)
	for name, o := range map[string]clientOptions{"video": {video: true}, "audio": {audio: true}} {
		t.Run(name, func(t *testing.T) {
			p := newPlayer(t, s, o)
			if resp, body := p.join("/whep/cam"); resp.StatusCode != http.StatusCreated {
				t.Fatalf("got %d: %s", resp.StatusCode, body)
			}
			eventually(t, "packets", func() bool {
				return o.video == (p.video.packets.Load() > 20) && o.audio == (p.audio.packets.Load() > 20)
			})
		})
	}
}

// A browser that gathers nothing before it posts is found by its checks.
func TestTrickle(t *testing.T) {
	cam := newCamera(h264Track)
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	live(t, cam, nil)
	p := newPlayer(t, s, clientOptions{video: true})
	var mu sync.Mutex
	var found []string
	p.pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c != nil {
			mu.Lock()
			found = append(found, c.ToJSON().Candidate)
			mu.Unlock()
		}
	})
	offer, err := p.pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, body := s.do(t, http.MethodPost, "/whep/cam", offer.SDP, "Content-Type", "application/sdp")
	if resp.StatusCode != http.StatusCreated {
		t.Fatal(body)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: body}); err != nil {
		t.Fatal(err)
	}
	<-gathered
	frag := "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n"
	mu.Lock()
	for _, c := range found {
		frag += "a=" + c + "\r\n"
	}
	mu.Unlock()
	resp, body = s.do(t, http.MethodPatch, resp.Header.Get("Location"), frag+"a=end-of-candidates\r\n",
		"Content-Type", "application/trickle-ice-sdpfrag", "If-Match", resp.Header.Get("ETag"))
	if resp.StatusCode != http.StatusNoContent {
		t.Errorf("PATCH: %d %s", resp.StatusCode, body)
	}
	eventually(t, "pictures", func() bool { return p.video.frames.Load() > 10 })
}

func TestICERestart(t *testing.T) {
	cam := newCamera(h264Track)
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	live(t, cam, nil)
	p := newPlayer(t, s, clientOptions{video: true})
	p.join("/whep/cam")
	eventually(t, "pictures", func() bool { return p.video.frames.Load() > 10 })

	offer, err := p.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	local := p.pc.LocalDescription().SDP
	frag := ""
	for line := range strings.Lines(local) {
		for _, prefix := range []string{"a=ice-ufrag:", "a=ice-pwd:", "a=candidate:"} {
			if strings.HasPrefix(line, prefix) {
				frag += line
			}
		}
	}
	resp, body := s.do(t, http.MethodPatch, p.location, frag, "Content-Type", "application/trickle-ice-sdpfrag", "If-Match", "*")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/trickle-ice-sdpfrag" {
		t.Fatalf("got %d: %s", resp.StatusCode, body)
	}
	etag := resp.Header.Get("ETag")
	if etag == "" || etag == p.etag {
		t.Errorf("entity tag %q after %q", etag, p.etag)
	}
	ufrag, pwd := between(body, "a=ice-ufrag:", "\r\n"), between(body, "a=ice-pwd:", "\r\n")
	if ufrag == between(p.answer, "a=ice-ufrag:", "\r\n") || len(pwd) < 22 || !strings.Contains(body, "a=candidate:") {
		t.Fatalf("fragment:\n%s", body)
	}
	// What a client does with the fragment: the old answer with the new credentials.
	answer := strings.ReplaceAll(p.answer, between(p.answer, "a=ice-ufrag:", "\r\n"), ufrag)
	answer = strings.ReplaceAll(answer, between(p.answer, "a=ice-pwd:", "\r\n"), pwd)
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the connection on the new credentials", func() bool {
		return p.pc.ICEConnectionState() == webrtc.ICEConnectionStateConnected || p.pc.ICEConnectionState() == webrtc.ICEConnectionStateCompleted
	})
	n := p.video.frames.Load()
	eventually(t, "pictures after the restart", func() bool { return p.video.frames.Load() > n+30 })
	if resp, _ := s.do(t, http.MethodPatch, p.location, "a=mid:0\r\n", "Content-Type", "application/trickle-ice-sdpfrag", "If-Match", p.etag); resp.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("the old tag after the restart: got %d", resp.StatusCode)
	}
	if list := s.whep.Sessions(); len(list) != 1 || list[0].State != "connected" {
		t.Errorf("sessions: %+v", list)
	}
}

func TestViewerOverTCP(t *testing.T) {
	cam := newCamera(h264Track)
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	live(t, cam, nil)
	p := newPlayer(t, s, clientOptions{video: true, tcp: true})
	if _, body := p.join("/whep/cam"); !strings.Contains(body, "tcptype passive") {
		t.Errorf("no TCP candidate in the answer:\n%s", body)
	}
	eventually(t, "pictures", func() bool { return p.video.frames.Load() > 30 })
}

func TestKeyFrameRequests(t *testing.T) {
	cam := newCamera(h264Track)
	cam.gop = 1 << 30
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	live(t, cam, nil)
	p := newPlayer(t, s, clientOptions{video: true})
	p.join("/whep/cam")
	eventually(t, "pictures", func() bool { return p.video.frames.Load() > 10 })
	asked := cam.keyAsk.Load()
	track, _ := p.remote.Load(webrtc.RTPCodecTypeVideo)
	ssrc := uint32(track.(*webrtc.TrackRemote).SSRC())
	for range 20 { // coalesced
		if err := p.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "a key frame request", func() bool { return cam.keyAsk.Load() > asked })
	eventually(t, "all PLIs counted", func() bool { return s.whep.Sessions()[0].PLIs == 20 })
	if n := cam.keyAsk.Load() - asked; n > 2 {
		t.Errorf("%d key frames asked of the camera for 20 PLIs at once", n)
	}
}

func TestChangesOfTrack(t *testing.T) {
	t.Run("a new resolution keeps the session", func(t *testing.T) {
		cam := newCamera(h264Track)
		s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
		p := newPlayer(t, s, clientOptions{video: true})
		p.join("/whep/cam")
		eventually(t, "connection", func() bool { return s.whep.Sessions()[0].State == "connected" && cam.hub.Stats().Subscribers == 1 })
		cam.picture(true)
		eventually(t, "a picture", func() bool { return p.video.frames.Load() == 1 })
		next := h264Track.Next(sps, pps)
		next.WidthPx, next.HeightPx = 640, 360
		cam.track = next
		cam.hub.SetTracks([]*media.Track{next})
		cam.picture(true)
		cam.picture(false)
		eventually(t, "pictures of the new size", func() bool { return p.video.frames.Load() == 3 })
	})
	t.Run("a new codec ends it with the reason", func(t *testing.T) {
		cam := newCamera(h264Track)
		s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
		p := newPlayer(t, s, clientOptions{video: true})
		p.join("/whep/cam")
		eventually(t, "connection", func() bool { return s.whep.Sessions()[0].State == "connected" && cam.hub.Stats().Subscribers == 1 })
		vp8 := &media.Track{ID: "video", Codec: media.VP8, ClockRate: 90000}
		cam.track = vp8
		cam.hub.SetTracks([]*media.Track{vp8})
		cam.picture(true)
		eventually(t, "the end of the session", func() bool { return len(s.whep.Sessions()) == 0 })
		resp, body := s.do(t, http.MethodDelete, p.location, "")
		if detail, _ := problem(t, resp, body); !strings.Contains(detail, "from h264 to vp8") {
			t.Errorf("got %q", detail)
		}
	})
	t.Run("the end of the stream ends it", func(t *testing.T) {
		cam := newCamera(h264Track)
		s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
		p := newPlayer(t, s, clientOptions{video: true})
		p.join("/whep/cam")
		eventually(t, "connection", func() bool { return s.whep.Sessions()[0].State == "connected" })
		cam.hub.Close(errors.New("the stream was removed"))
		eventually(t, "the end of the session", func() bool { return len(s.whep.Sessions()) == 0 })
		resp, body := s.do(t, http.MethodDelete, p.location, "")
		if detail, _ := problem(t, resp, body); !strings.Contains(detail, "the stream was removed") {
			t.Errorf("got %q", detail)
		}
	})
	t.Run("a kick ends it", func(t *testing.T) {
		cam := newCamera(h264Track)
		s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
		p := newPlayer(t, s, clientOptions{video: true})
		p.join("/whep/cam")
		id := s.whep.Sessions()[0].ID
		if !s.whep.Kick(id) || s.whep.Kick(id) {
			t.Error("the first kick must find it and the second not")
		}
	})
}

// TestJoinLeave: nothing is left of 200 sessions, however they end.
func TestJoinLeave(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	cam := newCamera(h264Track)
	cam.gop = 2 // nobody waits for a picture
	s := newSetup(t, nil, map[media.StreamID]*media.Hub{"cam": cam.hub})
	live(t, cam, nil)
	visit := func(t *testing.T, i int) {
		p := newPlayer(t, s, clientOptions{video: true})
		if resp, body := p.join("/whep/cam"); resp.StatusCode != http.StatusCreated {
			t.Fatal(body)
		}
		switch i % 4 {
		case 0: // leaves before it has connected
			s.do(t, http.MethodDelete, p.location, "")
		case 1:
			eventually(t, "a picture", func() bool { return p.video.frames.Load() > 0 })
			s.do(t, http.MethodDelete, p.location, "")
		case 2:
			eventually(t, "a picture", func() bool { return p.video.frames.Load() > 0 })
		case 3:
			s.whep.Kick(media.SessionID(path.Base(p.location)))
		}
		_ = p.pc.GracefulClose()
	}
	rounds := func(n int) {
		t.Run(strconv.Itoa(n)+" visits", func(t *testing.T) {
			for i := range n {
				t.Run(strconv.Itoa(i), func(t *testing.T) {
					t.Parallel()
					visit(t, i)
				})
			}
		})
		eventually(t, "no session", func() bool { return len(s.whep.Sessions()) == 0 })
	}
	rounds(8)
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	rounds(200)
	eventually(t, "goroutines and files to go back", func() bool {
		return runtime.NumGoroutine() <= goroutines+2 && openFiles(t) <= files+2
	})
}

func openFiles(t testing.TB) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc")
	}
	return len(list)
}
