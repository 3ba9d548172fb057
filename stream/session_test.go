package stream_test

import (
	"net/http"
	"strings"
	"testing"

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
