package probe_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"vantage/ingest"
	"vantage/ingest/probe"
	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/mediatest"
)

var (
	h264 = &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000, WidthPx: 1920, HeightPx: 1080, Profile: "Main 4.0"}
	opus = &media.Track{ID: "audio", Codec: media.Opus, ClockRate: 48000, SampleRate: 48000, Channels: 2}
)

// source plays a track of video as it is told to, and sound at its side.
type source struct {
	tracks   []*media.Track
	interval time.Duration // between pictures; 0: none are sent
	gop      int           // pictures from one random-access unit to the next; 0: none is one
	wobble   float64       // of the time stamps, as a fraction of the interval
	ppm      float64       // that its clock is fast
	delay    time.Duration // of the network, at most, by chance
	clock    time.Duration // that its wall clock is ahead
	noSound  bool
	after    time.Duration // when it ends with err; 0: never
	err      error
	link     ingest.Link
}

func (s *source) Peer() string      { return "192.0.2.7:554" }
func (s *source) Link() ingest.Link { return s.link }

func (s *source) Run(ctx context.Context, pub media.Publisher) error {
	if s.err != nil && s.after == 0 {
		return s.err
	}
	pub.SetTracks(s.tracks)
	if s.interval == 0 {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	random := rand.New(rand.NewPCG(1, 2))
	began := time.Now()
	for n := 0; ; n++ {
		due := time.Duration(n) * s.interval
		wait := due + time.Duration(random.Float64()*float64(s.delay)) - time.Since(began)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if s.after > 0 && due > s.after {
			return s.err
		}
		line := time.Duration(float64(due) * (1 + s.ppm/1e6))
		for _, t := range s.tracks {
			if t.Kind() == media.Audio && s.noSound {
				continue
			}
			u := media.NewUnit(t, 5000)
			u.PTS = media.Ticks(line, t.ClockRate)
			if t.Kind() == media.Video {
				u.PTS += media.Ticks(time.Duration(random.NormFloat64()*s.wobble*float64(s.interval)), t.ClockRate)
			}
			u.DTS, u.Arrived = u.PTS, time.Now()
			u.RandomAccess = t.Kind() == media.Audio || s.gop > 0 && n%s.gop == 0
			if s.clock != 0 {
				u.Captured = time.Now().Add(s.clock)
			}
			u.Append(make([]byte, 5000))
			pub.Publish(u)
			u.Release()
		}
	}
}

// look probes in a bubble.
func look(t *testing.T, s ingest.Source, openErr error) (v *probe.Verdict) {
	t.Helper()
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) { v = probe.Probe(t.Context(), s, openErr, 5*time.Second) })
	return v
}

func codes(v *probe.Verdict) []string {
	list := []string{}
	for _, p := range v.Problems {
		list = append(list, p.Code)
	}
	return list
}

const good = 40 * time.Millisecond

func TestProbeFindsProblems(t *testing.T) {
	both := []*media.Track{h264, opus}
	as := func(change func(*media.Track)) []*media.Track {
		n := *h264
		change(&n)
		return []*media.Track{&n, opus}
	}
	for name, tc := range map[string]struct {
		s    source
		want []string
		rate probe.Rating
	}{
		"a good camera has none":             {source{tracks: both, interval: good, gop: 50}, nil, probe.OK},
		"nor has one behind a jittery radio": {source{tracks: both, interval: good, gop: 50, delay: 30 * time.Millisecond}, nil, probe.OK},
		"H.265":                              {source{tracks: as(func(n *media.Track) { n.Codec = media.H265 }), interval: good, gop: 50}, []string{"codec"}, probe.Warn},
		"MJPEG":                              {source{tracks: as(func(n *media.Track) { n.Codec = media.MJPEG }), interval: good, gop: 1}, []string{"codec"}, probe.Warn},
		"B-frames":                           {source{tracks: as(func(n *media.Track) { n.Reordered = true }), interval: good, gop: 50}, []string{"b_frames"}, probe.Warn},
		"a long GOP":                         {source{tracks: both, interval: good, gop: 112}, []string{"idr_interval"}, probe.Warn},
		"a GOP longer than the look":         {source{tracks: both, interval: good, gop: 1000}, []string{"idr_interval"}, probe.Warn},
		"no random-access picture":           {source{tracks: both, interval: good}, []string{"no_idr"}, probe.Fail},
		"few pictures":                       {source{tracks: both, interval: 200 * time.Millisecond, gop: 5}, []string{"low_fps"}, probe.Warn},
		"pictures at any time":               {source{tracks: both, interval: good, gop: 50, wobble: 0.7}, []string{"unstable_fps"}, probe.Warn},
		"a fast clock":                       {source{tracks: both, interval: good, gop: 50, ppm: 2000}, []string{"clock_drift", "clock_drift"}, probe.Warn},
		"a wall clock that is wrong":         {source{tracks: both, interval: good, gop: 50, clock: -3 * time.Second}, []string{"clock_offset"}, probe.Warn},
		"a wall clock that was never set":    {source{tracks: both, interval: good, gop: 50, link: ingest.Link{ClockKnown: true, ClockOffset: -20 * 365 * 24 * time.Hour}}, []string{"clock_offset"}, probe.Warn},
		"sound that is announced only":       {source{tracks: both, interval: good, gop: 50, noSound: true}, []string{"track_silent"}, probe.Warn},
		"sound alone":                        {source{tracks: both[1:], interval: good}, []string{"no_video"}, probe.Warn},
		"loss":                               {source{tracks: both, interval: good, gop: 50, link: ingest.Link{Transport: "udp", TriedUDP: true, Packets: 970, Lost: 30}}, []string{"loss"}, probe.Warn},
		"UDP that is blocked":                {source{tracks: both, interval: good, gop: 50, link: ingest.Link{Transport: "tcp", TriedUDP: true}}, []string{"udp_blocked"}, probe.Warn},
		"a connection that does not last":    {source{tracks: both, interval: good, gop: 50, after: 3 * time.Second, err: errors.New("reset")}, []string{"connection_lost"}, probe.Warn},
		"tracks and no media":                {source{tracks: both}, []string{"no_media"}, probe.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			v := look(t, &tc.s, nil)
			if !slices.Equal(codes(v), append([]string{}, tc.want...)) || v.Verdict != tc.rate {
				t.Errorf("%s: %+v, want %v", v.Verdict, v.Problems, tc.want)
			}
			for _, p := range v.Problems {
				if p.Message == "" || p.Remedy == "" {
					t.Errorf("%+v says nothing", p)
				}
			}
			if !v.Reachable || v.Peer != "192.0.2.7:554" {
				t.Errorf("reachable: %v, peer %q", v.Reachable, v.Peer)
			}
		})
	}
}

func TestProbeMeasures(t *testing.T) {
	v := look(t, &source{tracks: []*media.Track{h264, opus}, interval: good, gop: 50, ppm: 900, clock: 70 * time.Millisecond}, nil)
	if len(v.Tracks) != 2 || v.Auth != "ok" || v.Duration < 4.8 || v.Duration > 5.2 {
		t.Fatalf("%+v", v)
	}
	video := v.Tracks[0]
	if video.FPS < 24.9 || video.FPS > 25 || video.IDRIntervalS != 2 || video.BitrateBPS < 990_000 || video.BitrateBPS > 1_020_000 {
		t.Errorf("%+v", video)
	}
	if video.ClockDriftPPM < 890 || video.ClockDriftPPM > 910 || video.ClockOffsetMs == nil || *video.ClockOffsetMs != 70 {
		t.Errorf("drift %v ppm, offset %v", video.ClockDriftPPM, video.ClockOffsetMs)
	}
	if video.Width != 1920 || video.Height != 1080 || video.Codec != "h264" || video.Profile != "Main 4.0" || v.Tracks[1].SampleRate != 48000 {
		t.Errorf("%+v", v.Tracks)
	}
}

// failure is an error as package rtsp makes them.
type failure struct {
	error
	code, plain, sum string
}

func (f failure) Code() string    { return f.code }
func (f failure) Explain() string { return f.plain }

type certificate struct{ failure }

func (c certificate) Fingerprint() string { return c.sum }

func TestProbeSaysWhyASourceDoesNotDeliver(t *testing.T) {
	addr := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 554}
	dial := func(err error) error {
		return fmt.Errorf("rtsp 192.0.2.7: describe: %w", &net.OpError{Op: "dial", Net: "tcp", Addr: addr, Err: err})
	}
	log := errors.New("rtsp 192.0.2.7: describe: bad status code: 404 (Not Found)")
	for name, tc := range map[string]struct {
		err     error
		code    string
		message string
		reached bool
		auth    string
	}{
		"refused":     {dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), "refused", "nothing listens at 192.0.2.7:554", false, "unknown"},
		"no way":      {dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), "unreachable", "there is no way to 192.0.2.7:554", false, "unknown"},
		"no answer":   {dial(os.ErrDeadlineExceeded), "timeout", "192.0.2.7:554 does not answer", true, "unknown"},
		"no name":     {dial(&net.DNSError{Name: "cam.example"}), "dns", `the host name "cam.example" is not known`, false, "unknown"},
		"404":         {failure{log, "not_found", "the camera answers 404 Not Found for this path", ""}, "not_found", "the camera answers 404 Not Found for this path", true, "unknown"},
		"no password": {ingest.Permanent(failure{log, "auth_required", "the camera wants a user and a password", ""}), "auth_required", "the camera wants a user and a password", true, "required"},
		"wrong one":   {ingest.Permanent(failure{log, "auth_wrong", "the camera refuses the user or the password", ""}), "auth_wrong", "the camera refuses the user or the password", true, "wrong"},
		"anything":    {errors.New("boom at rtsp://u:secret@h/"), "failed", "boom at rtsp://u:***@h/", true, "unknown"},
		"an end":      {nil, "no_media", "the source answers and sends no pictures", true, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			src := &source{err: tc.err}
			if tc.err == nil {
				src = &source{tracks: []*media.Track{h264}}
			}
			v := look(t, src, nil)
			if v.Verdict != probe.Fail || len(v.Problems) != 1 || v.Auth != tc.auth || v.Reachable != tc.reached {
				t.Fatalf("%+v", v)
			}
			if p := v.Problems[0]; p.Code != tc.code || p.Message != tc.message || tc.err == nil && p.Remedy == "" {
				t.Errorf("%+v", p)
			}
		})
	}
	t.Run("a certificate is named so that it can be pinned", func(t *testing.T) {
		err := hint.New(certificate{failure{log, "certificate", "the camera's certificate is not trusted", "abcd"}}, "pin it")
		v := look(t, &source{err: err}, nil)
		if v.Fingerprint != "abcd" || v.Problems[0].Code != "certificate" || v.Problems[0].Remedy != "pin it" || !v.Reachable {
			t.Errorf("%+v", v)
		}
	})
	t.Run("a source that cannot be made", func(t *testing.T) {
		v := look(t, nil, hint.New(errors.New("source url rtsp://u:secret@h:x/ is not valid"), "write it otherwise"))
		if p := v.Problems[0]; p.Code != "invalid" || v.Reachable || p.Remedy != "write it otherwise" || strings.Contains(p.Message, "secret") {
			t.Errorf("%+v", v)
		}
	})
	t.Run("a look that is broken off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			v := probe.Probe(ctx, &source{tracks: []*media.Track{h264}}, nil, time.Hour)
			if v.Verdict != probe.Fail {
				t.Errorf("%+v", v)
			}
		})
	})
}

func TestVerdictReads(t *testing.T) {
	v := look(t, &source{
		tracks: []*media.Track{h264, opus}, interval: 200 * time.Millisecond, gop: 10,
		link: ingest.Link{Transport: "tcp", TriedUDP: true, Packets: 1000},
	}, nil)
	var b strings.Builder
	if n, err := v.WriteTo(&b); err != nil || int(n) != b.Len() {
		t.Error(n, err)
	}
	for _, line := range []string{
		"verdict    warn\n",
		"source     192.0.2.7:554, media over tcp, 0.0 % lost, login ok\n",
		"video      h264 Main 4.0, 1920x1080, 5.00 fps, 0.21 Mbit/s, a random-access picture each 2.0 s\n",
		"audio      opus, 48000 Hz, 2 channels, ",
		"warn       only 5.0 pictures a second\n           → raise the camera's frame rate\n",
	} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("want %q in\n%s", line, b.String())
		}
	}
	js, err := json.Marshal(v)
	if err != nil || !strings.Contains(string(js), `"problems":[{"code":"low_fps","severity":"warn"`) || strings.Contains(string(js), "fingerprint") {
		t.Errorf("%s, %v", js, err)
	}
}
