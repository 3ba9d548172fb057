package rtsp_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/auth"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"

	"vantage/ingest"
	"vantage/ingest/ingesttest"
	"vantage/ingest/rtsp"
	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/mediatest"
)

// tap is a publisher that counts.
type tap struct {
	demand *media.Demand

	mu       sync.Mutex
	tracks   []*media.Track
	units    map[media.Kind]int
	captured time.Time // of the last picture
}

func newTap() *tap { return &tap{demand: media.NewDemand(), units: map[media.Kind]int{}} }

func (p *tap) Demand() *media.Demand { return p.demand }

func (p *tap) SetTracks(tracks []*media.Track) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tracks = tracks
}

func (p *tap) Publish(u *media.Unit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.units[u.Track.Kind()]++
	if !u.Captured.IsZero() {
		p.captured = u.Captured
	}
}

func (p *tap) count(k media.Kind) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.units[k]
}

func (p *tap) track(k media.Kind) *media.Track {
	p.mu.Lock()
	defer p.mu.Unlock()
	return media.TrackOf(p.tracks, k)
}

func newClient(t *testing.T, o rtsp.ClientOptions) *rtsp.Client {
	t.Helper()
	c, err := rtsp.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pull runs a client until the test ends or stop is called, which returns what Run returned.
func pull(t *testing.T, c *rtsp.Client) (p *tap, stop func() error) {
	t.Helper()
	p = newTap()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, p) }()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = stop() })
	return p, stop
}

// fails runs a client that is to fail by itself, and returns why.
func fails(t *testing.T, c *rtsp.Client) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := c.Run(ctx, newTap())
	if err == nil || ctx.Err() != nil {
		t.Fatalf("Run returned %v", err)
	}
	return err
}

func TestClientConforms(t *testing.T) {
	for name, o := range map[string]struct {
		camera    cameraOptions
		transport rtsp.Transport
	}{
		"over UDP": {cameraOptions{}, rtsp.UDP},
		"over TCP": {cameraOptions{}, rtsp.TCP},
		"at will":  {cameraOptions{user: "admin", password: "pass word", methods: []auth.VerifyMethod{auth.VerifyMethodDigestMD5}}, rtsp.Auto},
	} {
		t.Run(name, func(t *testing.T) {
			ingesttest.Run(t, func(t *testing.T) ingest.Source {
				userinfo := ""
				if o.camera.user != "" {
					userinfo = "admin:pass%20word"
				}
				return newClient(t, rtsp.ClientOptions{URL: newCamera(t, o.camera).url(userinfo), Transport: o.transport})
			})
		})
	}
	t.Run("over TLS", func(t *testing.T) {
		ingesttest.Run(t, func(t *testing.T) ingest.Source {
			config, fingerprint := selfSigned(t)
			return newClient(t, rtsp.ClientOptions{URL: newCamera(t, cameraOptions{tls: config}).url(""), Fingerprint: fingerprint})
		})
	})
}

func TestClientTellsOfItsLink(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, tc := range map[string]struct {
		camera    cameraOptions
		transport rtsp.Transport
		want      ingest.Link
	}{
		"UDP where it works":             {cameraOptions{}, rtsp.Auto, ingest.Link{Transport: "udp", TriedUDP: true}},
		"TCP where UDP is refused":       {cameraOptions{tcpOnly: true}, rtsp.Auto, ingest.Link{Transport: "tcp", TriedUDP: true}},
		"TCP where nothing comes by UDP": {cameraOptions{deafUDP: true}, rtsp.Auto, ingest.Link{Transport: "tcp", TriedUDP: true}},
		"TCP alone":                      {cameraOptions{deafUDP: true}, rtsp.TCP, ingest.Link{Transport: "tcp"}},
	} {
		t.Run(name, func(t *testing.T) {
			camera := newCamera(t, tc.camera)
			c := newClient(t, rtsp.ClientOptions{URL: camera.url(""), Transport: tc.transport})
			if got := c.Link(); got.Packets != 0 || got.Transport != "" || c.Peer() != "" {
				t.Errorf("before the first connection: %+v, %q", got, c.Peer())
			}
			p, stop := pull(t, c)
			waitFor(t, "pictures and sound", func() bool { return p.count(media.Video) > 5 && p.count(media.Audio) > 5 })
			if err := stop(); !errors.Is(err, context.Canceled) {
				t.Errorf("Run returned %v", err)
			}
			got := c.Link() // still that of the last connection
			if got.Packets < 12 || c.Peer() != camera.addr {
				t.Errorf("%d packets from %q", got.Packets, c.Peer())
			}
			got.Packets = 0
			if got != tc.want {
				t.Errorf("link %+v, want %+v", got, tc.want)
			}
			if camera.overTCP.Load() != (tc.want.Transport == "tcp") {
				t.Error("the camera sees it otherwise")
			}
		})
	}
}

// code is the kind of an error, as programs see it.
func code(err error) string {
	var c ingest.Coded
	if errors.As(err, &c) {
		return c.Code()
	}
	return ""
}

func TestAWrongPasswordIsTriedOnce(t *testing.T) {
	for name, method := range map[string]auth.VerifyMethod{
		"Basic": auth.VerifyMethodBasic, "Digest": auth.VerifyMethodDigestMD5, "Digest with SHA-256": auth.VerifyMethodDigestSHA256,
	} {
		t.Run(name, func(t *testing.T) {
			camera := newCamera(t, cameraOptions{user: "admin", password: "right", methods: []auth.VerifyMethod{method}})
			sup := ingest.NewSupervisor(ingest.SupervisorConfig{
				Source:   newClient(t, rtsp.ClientOptions{URL: camera.url("admin:secret-and-wrong")}),
				Timeline: ingest.NewTimeline(newTap()), StallAfter: time.Second,
			})
			err := sup.Run(t.Context())
			if !ingest.IsPermanent(err) || code(err) != "auth_wrong" || hint.Of(err) == "" {
				t.Errorf("got %q (%s)", err, code(err))
			}
			if strings.Contains(err.Error(), "secret-and-wrong") {
				t.Errorf("the password shows in %q", err)
			}
			if camera.tried.Load() != 1 || camera.refused.Load() != 2 {
				t.Errorf("%d tries with credentials and %d refusals, want 1 and 2", camera.tried.Load(), camera.refused.Load())
			}
		})
	}
	t.Run("no credentials at all", func(t *testing.T) {
		camera := newCamera(t, cameraOptions{user: "admin", password: "right"})
		err := fails(t, newClient(t, rtsp.ClientOptions{URL: camera.url("")}))
		if !ingest.IsPermanent(err) || code(err) != "auth_required" || camera.tried.Load() != 0 {
			t.Errorf("got %q (%s) after %d tries", err, code(err), camera.tried.Load())
		}
	})
	t.Run("credentials that were right before", func(t *testing.T) {
		camera := newCamera(t, cameraOptions{user: "admin", password: "right", expire: true})
		err := fails(t, newClient(t, rtsp.ClientOptions{URL: camera.url("admin:right")}))
		if ingest.IsPermanent(err) || code(err) != "auth_expired" {
			t.Errorf("got %q (%s): the source would be given up", err, code(err))
		}
	})
	t.Run("the right ones", func(t *testing.T) {
		camera := newCamera(t, cameraOptions{user: "admin", password: "p@ss/w:rd"})
		p, _ := pull(t, newClient(t, rtsp.ClientOptions{URL: camera.url("admin:p%40ss%2Fw%3Ard")}))
		waitFor(t, "pictures", func() bool { return p.count(media.Video) > 0 })
		if camera.refused.Load() != 1 {
			t.Errorf("%d refusals, want that of the first request alone", camera.refused.Load())
		}
	})
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	lpcm := &description.Session{Medias: []*description.Media{{
		Type: description.MediaTypeAudio, Formats: []format.Format{&format.LPCM{PayloadTyp: 97, BitDepth: 16, SampleRate: 48000, ChannelCount: 2}},
	}}}
	for name, tc := range map[string]struct {
		camera cameraOptions
		code   string
		plain  string
	}{
		"404":                         {cameraOptions{status: base.StatusNotFound}, "not_found", "the camera answers 404 Not Found for this path"},
		"403":                         {cameraOptions{status: base.StatusForbidden}, "forbidden", "the camera answers 403 Forbidden to this user"},
		"453":                         {cameraOptions{setupStatus: base.StatusNotEnoughBandwidth}, "busy", "the camera answers 453 Not Enough Bandwidth"},
		"500":                         {cameraOptions{status: base.StatusInternalServerError}, "refused_request", "the camera answers 500 Internal Server Error"},
		"nothing that can be carried": {cameraOptions{desc: lpcm}, "no_media", "the camera offers no video or audio that can be carried, only [LPCM]"},
	} {
		t.Run(name, func(t *testing.T) {
			err := fails(t, newClient(t, rtsp.ClientOptions{URL: newCamera(t, tc.camera).url("admin:hunter2"), Transport: rtsp.TCP}))
			var plain ingest.Explained
			if code(err) != tc.code || !errors.As(err, &plain) || plain.Explain() != tc.plain {
				t.Errorf("got %q, code %q", err, code(err))
			}
			if tc.code != "refused_request" && hint.Of(err) == "" || ingest.IsPermanent(err) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %q, hint %q, permanent: %v", err, hint.Of(err), ingest.IsPermanent(err))
			}
		})
	}
}

func TestPortsThatDoNotSpeakRTSP(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string // to what is sent
		scheme string
		hint   string
	}{
		"one that closes at once":      {"", "rtsp", "check the port"},
		"one that speaks without TLS":  {"RTSP/1.0 400 Bad Request\r\n\r\n", "rtsps", "use rtsp://"},
		"one that speaks HTTP, not us": {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "rtsp", ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				for {
					n, err := l.Accept()
					if err != nil {
						return
					}
					if tc.answer != "" {
						_, _ = n.Read(make([]byte, 1024))
						_, _ = n.Write([]byte(tc.answer))
					}
					n.Close()
				}
			})
			defer wg.Wait()
			defer l.Close()
			err = fails(t, newClient(t, rtsp.ClientOptions{URL: tc.scheme + "://admin:hunter2@" + l.Addr().String() + "/"}))
			if !strings.Contains(hint.Of(err), tc.hint) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %q, hint %q", err, hint.Of(err))
			}
		})
	}
	t.Run("one where nothing listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		err = fails(t, newClient(t, rtsp.ClientOptions{URL: "rtsp://" + l.Addr().String() + "/"}))
		if !strings.Contains(hint.Of(err), "check the port") {
			t.Errorf("got %q, hint %q", err, hint.Of(err))
		}
	})
	t.Run("one that never answers ends at once when cancelled", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		for _, scheme := range []string{"rtsp", "rtsps"} {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			began := time.Now()
			err := newClient(t, rtsp.ClientOptions{URL: scheme + "://" + l.Addr().String() + "/"}).Run(ctx, newTap())
			if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > 2*time.Second {
				t.Errorf("%s: %v after %v", scheme, err, took)
			}
			cancel()
		}
	})
}

func TestPinnedCertificates(t *testing.T) {
	config, sum := selfSigned(t)
	camera := newCamera(t, cameraOptions{tls: config})
	plain := strings.ToLower(strings.ReplaceAll(sum, ":", ""))
	t.Run("a self-signed one is refused, and named so that it can be pinned", func(t *testing.T) {
		err := fails(t, newClient(t, rtsp.ClientOptions{URL: camera.url("")}))
		var named ingest.Certified
		if code(err) != "certificate" || !errors.As(err, &named) || named.Fingerprint() != plain || !strings.Contains(hint.Of(err), plain) {
			t.Errorf("got %q (%s), hint %q", err, code(err), hint.Of(err))
		}
	})
	for name, right := range map[string]string{"with colons": sum, "in plain hex": plain} {
		t.Run("the right one is taken "+name, func(t *testing.T) {
			p, _ := pull(t, newClient(t, rtsp.ClientOptions{URL: camera.url(""), Fingerprint: right}))
			waitFor(t, "pictures", func() bool { return p.count(media.Video) > 0 })
		})
	}
	t.Run("another one is refused for good", func(t *testing.T) {
		_, other := selfSigned(t)
		err := fails(t, newClient(t, rtsp.ClientOptions{URL: camera.url(""), Fingerprint: other}))
		if bad, ok := errors.AsType[*rtsp.FingerprintError](err); !ok || bad.Got != plain || !ingest.IsPermanent(err) || code(err) != "certificate" {
			t.Errorf("got %q (%s)", err, code(err))
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]rtsp.ClientOptions{
		"no address":                        {},
		"another scheme":                    {URL: "http://admin:hunter2@192.0.2.7/1"},
		"no host":                           {URL: "rtsp:///1"},
		"a password that breaks the URL":    {URL: "rtsp://admin:hun/ter2@192.0.2.7/1"},
		"a password that looks as a port":   {URL: "rtsp://admin:12/hunter2@192.0.2.7/1"},
		"a password behind a bad escape":    {URL: "rtsp://admin:hunter2%zz@192.0.2.7/1"},
		"a transport that is not known":     {URL: "rtsp://192.0.2.7/1", Transport: "sctp"},
		"a fingerprint that is none":        {URL: "rtsps://192.0.2.7/1", Fingerprint: "12:34"},
		"a fingerprint where there is none": {URL: "rtsp://192.0.2.7/1", Fingerprint: strings.Repeat("ab", 32)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rtsp.NewClient(o)
			if err == nil {
				t.Fatal("no error")
			}
			if hint.Of(err) == "" || strings.Contains(err.Error(), "hun") {
				t.Errorf("got %q, hint %q", err, hint.Of(err))
			}
		})
	}
}

func TestACameraThatComesBackGoesOn(t *testing.T) {
	mediatest.NoLeaks(t)
	camera := newCamera(t, cameraOptions{})
	hub := media.NewHub("cam/source", media.HubConfig{})
	defer hub.Close(nil)
	sup := ingest.NewSupervisor(ingest.SupervisorConfig{
		Source:   newClient(t, rtsp.ClientOptions{URL: camera.url(""), Transport: rtsp.TCP}),
		Timeline: ingest.NewTimeline(hub), StallAfter: 2500 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- sup.Run(ctx) }()
	defer func() { cancel(); <-done }()

	is := func(s ingest.State) func() bool { return func() bool { return sup.Status().State == s } }
	waitFor(t, "live", is(ingest.Live))
	waitFor(t, "tracks", func() bool { return len(hub.Tracks()) == 2 })
	before := hub.Tracks()
	camera.stop()
	waitFor(t, "the loss to be noticed", func() bool { return is(ingest.Retrying)() && len(hub.Tracks()) == 0 })
	newCamera(t, cameraOptions{addr: camera.addr})
	began := time.Now()
	waitFor(t, "live again", is(ingest.Live))
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("back after %v", d)
	}
	waitFor(t, "tracks again", func() bool { return len(hub.Tracks()) == 2 })
	if after := hub.Tracks(); after[0] != before[0] || after[1] != before[1] {
		t.Errorf("viewers are given other tracks:\n%+v\n%+v", *before[0], *after[0])
	}
}

func TestACameraThatFallsSilentIsNoticed(t *testing.T) {
	camera := newCamera(t, cameraOptions{silent: true})
	sup := ingest.NewSupervisor(ingest.SupervisorConfig{
		Source:   newClient(t, rtsp.ClientOptions{URL: camera.url(""), Transport: rtsp.UDP}),
		Timeline: ingest.NewTimeline(newTap()), StallAfter: time.Second,
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- sup.Run(ctx) }()
	defer func() { cancel(); <-done }()
	deadline := time.Now().Add(15 * time.Second)
	for code(sup.Status().Err) != "transport" && time.Now().Before(deadline) { // it is shown as stalled before
		time.Sleep(50 * time.Millisecond)
	}
	if err := sup.Status().Err; code(err) != "transport" || hint.Of(err) == "" {
		t.Errorf("got %v (%s)", err, code(err))
	}
}

func TestNewParametersMakeANewTrack(t *testing.T) {
	camera := newCamera(t, cameraOptions{})
	p, _ := pull(t, newClient(t, rtsp.ClientOptions{URL: camera.url(""), Transport: rtsp.TCP}))
	waitFor(t, "pictures", func() bool { return p.count(media.Video) > 0 })
	before := p.track(media.Video)
	if before.WidthPx == 0 {
		t.Errorf("the size is not known: %+v", *before)
	}
	camera.large.Store(true)
	waitFor(t, "the larger size", func() bool { return p.track(media.Video).WidthPx == 1920 })
	if after := p.track(media.Video); after.Epoch <= before.Epoch || after == before {
		t.Errorf("epoch %d after %d", after.Epoch, before.Epoch)
	}
}

func TestTheTimeOfCaptureIsTheCameras(t *testing.T) {
	camera := newCamera(t, cameraOptions{})
	p, _ := pull(t, newClient(t, rtsp.ClientOptions{URL: camera.url(""), Transport: rtsp.TCP}))
	captured := func() time.Time { p.mu.Lock(); defer p.mu.Unlock(); return p.captured }
	deadline := time.Now().Add(15 * time.Second) // the library sends reports each ten seconds
	for captured().IsZero() && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
	}
	if off := time.Since(captured()); off < 0 || off > 2*time.Second {
		t.Errorf("captured %v ago", off)
	}
}
