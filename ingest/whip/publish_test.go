package whip

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"vantage/ingest"
	"vantage/internal/hint"
	"vantage/internal/rtc"
	"vantage/media"
)

func TestPublish(t *testing.T) {
	for _, tc := range []struct {
		codec         media.Codec
		file          string
		audio         string
		width, height int
	}{
		{media.H264, "h264-baseline.h264", webrtc.MimeTypeOpus, 96, 64},
		{media.H264, "h264-main-160x90.h264", "", 160, 90},
		{media.H265, "h265-lowdelay.h265", "", 96, 64},
		{media.VP8, "vp8.ivf", webrtc.MimeTypePCMU, 96, 64},
		{media.VP9, "vp9.ivf", "", 96, 64},
		{media.AV1, "av1.ivf", "", 96, 64},
		{0, "", webrtc.MimeTypeOpus, 0, 0},
	} {
		t.Run(fmt.Sprintf("%v from %q with audio %q", tc.codec, tc.file, tc.audio), func(t *testing.T) {
			s := newSetup(t, nil)
			p := newSender(t, senderOptions{codec: tc.codec, audio: tc.audio})
			if code, body := p.publish(t, s.URL+"/whip/pub", ""); code != http.StatusCreated {
				t.Fatalf("got %d: %s", code, body)
			}
			var c clip
			if tc.codec != 0 {
				c = loadClip(t, tc.codec, tc.file)
			}
			p.play(t, c)
			eventually(t, "30 units of each kind", func() bool {
				return (tc.codec == 0 || s.g.count(media.Video) >= 30) && (tc.audio == "" || s.g.count(media.Audio) >= 30)
			})
			s.g.mu.Lock()
			defer s.g.mu.Unlock()
			if s.g.back > 0 {
				t.Errorf("%d units went back in time", s.g.back)
			}
			if tc.codec != 0 {
				if !s.g.first[media.Video] || s.g.random < 3 {
					t.Errorf("begins at random access: %v, %d random-access units", s.g.first[media.Video], s.g.random)
				}
				v := media.TrackOf(s.g.tracks[0], media.Video)
				if v == nil || v.Codec != tc.codec || v.WidthPx != tc.width || v.HeightPx != tc.height {
					t.Errorf("track: %+v", v)
				}
			}
			if tc.audio != "" {
				if a := media.TrackOf(s.g.tracks[len(s.g.tracks)-1], media.Audio); a == nil || a.Codec.MIME() != tc.audio {
					t.Errorf("audio track: %+v", a)
				}
			}
			// pion sends its track's codec and not the first of the answer, which only G.711 is told anew for.
			if n := len(s.g.tracks); n != 1 && tc.audio != webrtc.MimeTypePCMU {
				t.Errorf("tracks announced %d times", n)
			}
			if list := s.whip.Sessions(); len(list) != 1 || list[0].Packets == 0 || list[0].State != "connected" {
				t.Errorf("sessions: %+v", list)
			}
		})
	}
}

func TestDemandReachesPublisher(t *testing.T) {
	s := newSetup(t, nil)
	p := newSender(t, senderOptions{codec: media.H264})
	p.publish(t, s.URL+"/whip/pub", "")
	p.play(t, loadClip(t, media.H264, "h264-baseline.h264"))
	eventually(t, "pictures", func() bool { return s.g.count(media.Video) > 0 })
	plis, rembs := p.plis.Load(), p.rembs.Load()
	s.g.hub.Demand().RequestKeyFrame()
	eventually(t, "a PLI", func() bool { return p.plis.Load() > plis })
	s.g.hub.Demand().SetBitrate(500_000)
	eventually(t, "a REMB", func() bool { return p.rembs.Load() > rembs })
}

func TestResolutionChange(t *testing.T) {
	s := newSetup(t, nil)
	p := newSender(t, senderOptions{codec: media.H264})
	p.publish(t, s.URL+"/whip/pub", "")
	a, b := loadClip(t, media.H264, "h264-baseline.h264"), loadClip(t, media.H264, "h264-main-160x90.h264")
	a.samples = append(a.samples, b.samples...)
	p.play(t, a)
	eventually(t, "the second size", func() bool {
		s.g.mu.Lock()
		defer s.g.mu.Unlock()
		return len(s.g.tracks) >= 2
	})
	s.g.mu.Lock()
	defer s.g.mu.Unlock()
	first, second := s.g.tracks[0][0], s.g.tracks[1][0]
	if first.WidthPx != 96 || second.WidthPx != 160 || second.Epoch != first.Epoch+1 || first.ID != second.ID {
		t.Errorf("got %+v, then %+v", first, second)
	}
}

func TestEndOfPublisher(t *testing.T) {
	for name, tc := range map[string]struct {
		end  func(t *testing.T, s *setup, p *sender)
		want error
	}{
		"DELETE": {func(t *testing.T, s *setup, p *sender) {
			req, _ := http.NewRequest(http.MethodDelete, s.URL+p.location, nil)
			resp, err := http.DefaultClient.Do(req)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("DELETE: %v %v", resp, err)
			}
			resp.Body.Close()
		}, rtc.ErrPeerLeft},
		"closing the connection": {func(_ *testing.T, _ *setup, p *sender) { _ = p.pc.Close() }, rtc.ErrPeerLeft},
		"a kick":                 {func(_ *testing.T, s *setup, _ *sender) { s.whip.Kick(s.whip.Sessions()[0].ID) }, rtc.ErrKicked},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSetup(t, nil)
			p := newSender(t, senderOptions{codec: media.H264})
			p.publish(t, s.URL+"/whip/pub", "")
			p.play(t, loadClip(t, media.H264, "h264-baseline.h264"))
			eventually(t, "pictures", func() bool { return s.g.count(media.Video) > 0 })
			tc.end(t, s, p)
			eventually(t, "the publication to close", func() bool {
				s.g.mu.Lock()
				defer s.g.mu.Unlock()
				return len(s.g.closed) == 1
			})
			if !errors.Is(s.g.closed[0], tc.want) {
				t.Errorf("got %v, want %v", s.g.closed[0], tc.want)
			}
			if n := len(s.whip.Sessions()); n != 0 {
				t.Errorf("%d sessions left", n)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		err    error
		token  string
		status int
		want   string
	}{
		"the right token":  {nil, "secret", 201, ""},
		"a wrong token":    {nil, "guess", 401, "the token is wrong or missing"},
		"no token":         {nil, "", 401, "Authorization: Bearer"},
		"a busy stream":    {hint.New(ingest.ErrBusy, "stop the other one"), "secret", 409, `"hint":"stop the other one"`},
		"an unknown one":   {ingest.ErrUnknownStream, "secret", 404, "no such stream"},
		"our own mistakes": {errors.New("disk on fire"), "secret", 500, "the server could not do this"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSetup(t, nil)
			s.g.token, s.g.err = "secret", tc.err
			p := newSender(t, senderOptions{codec: media.H264})
			code, body := p.publish(t, s.URL+"/whip/pub", tc.token)
			if code != tc.status || !strings.Contains(body, tc.want) {
				t.Errorf("got %d %s, want %d with %q", code, body, tc.status, tc.want)
			}
			if n := len(s.whip.Sessions()); (n == 1) != (tc.status == 201) {
				t.Errorf("%d sessions", n)
			}
		})
	}
	t.Run("an offer that only receives", func(t *testing.T) {
		s := newSetup(t, nil)
		p := newSender(t, senderOptions{})
		if _, err := p.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{
			Direction: webrtc.RTPTransceiverDirectionRecvonly,
		}); err != nil {
			t.Fatal(err)
		}
		if code, body := p.publish(t, s.URL+"/whip/pub", ""); code != 422 || !strings.Contains(body, "sends nothing") {
			t.Errorf("got %d %s", code, body)
		}
	})
}
