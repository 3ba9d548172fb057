package onvif_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"vantage/ingest/onvif"
	"vantage/ingest/onvif/onviftest"
	"vantage/internal/hint"
	"vantage/internal/redact"
)

const (
	user     = "admin"
	password = `p&<"w>ord`
)

func config() onviftest.Config {
	return onviftest.Config{
		Name: "Gate North", Hardware: "VC-1", Location: "yard", Username: user, Password: password,
		Profiles: []onviftest.Profile{
			{Token: "main&1", Name: "Main", Encoding: "H265", Width: 2560, Height: 1440, FPS: 25, URI: "rtsp://127.0.0.1:554/main?a=1&b=2"},
			{Token: "sub", Name: "Sub", Encoding: "H264", Width: 640, Height: 360, FPS: 15, URI: "rtsp://u:secret@127.0.0.1:554/sub"},
			{Token: "still", Name: "Still", Encoding: "JPEG", Width: 320, Height: 180, FPS: 1, URI: "rtsp://127.0.0.1/still"},
		},
	}
}

// start runs a camera for the time of the test.
func start(t *testing.T, cfg onviftest.Config) *onviftest.Camera {
	t.Helper()
	cam, err := onviftest.Listen(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- cam.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("camera: %v", err)
		}
	})
	return cam
}

func client(t *testing.T, xaddr, username, password string) *onvif.Client {
	t.Helper()
	c, err := onvif.NewClient(onvif.ClientConfig{XAddr: xaddr, Username: username, Password: redact.Secret(password)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	mainProfile  = onvif.Profile{Token: "main&1", Name: "Main", Codec: "h265", Width: 2560, Height: 1440, FPS: 25, URI: "rtsp://127.0.0.1:554/main?a=1&b=2"}
	subProfile   = onvif.Profile{Token: "sub", Name: "Sub", Codec: "h264", Width: 640, Height: 360, FPS: 15, URI: "rtsp://127.0.0.1:554/sub"}
	stillProfile = onvif.Profile{Token: "still", Name: "Still", Codec: "mjpeg", Width: 320, Height: 180, FPS: 1, URI: "rtsp://127.0.0.1/still"}
)

func TestProfiles(t *testing.T) {
	all := []onvif.Profile{mainProfile, subProfile, stillProfile}
	first := []onvif.Profile{subProfile, stillProfile} // what the first media service can say
	for name, tc := range map[string]struct {
		change func(c *onviftest.Config)
		want   []onvif.Profile
	}{
		"a camera of today":                           {func(*onviftest.Config) {}, all},
		"one that asks for an HTTP digest":            {func(c *onviftest.Config) { c.Quirks.HTTPDigest = true }, all},
		"one whose clock is years off":                {func(c *onviftest.Config) { c.Quirks.ClockOffset = -20 * 365 * 24 * time.Hour }, all},
		"one whose clock is ahead":                    {func(c *onviftest.Config) { c.Quirks.ClockOffset = 90 * time.Minute }, all},
		"an open one":                                 {func(c *onviftest.Config) { c.Username = "" }, all},
		"one of profile S of old":                     {func(c *onviftest.Config) { c.Quirks.NoServices = true; c.Quirks.NoMedia2 = true }, first},
		"one that knows the first media service only": {func(c *onviftest.Config) { c.Quirks.NoMedia2 = true }, first},
		"one whose second media service is broken":    {func(c *onviftest.Config) { c.Quirks.BrokenMedia2 = true }, first},
		"one that tells faults in the old way": {
			func(c *onviftest.Config) { c.Quirks.PlainFaults = true; c.Quirks.NoServices = true }, first,
		},
		"one behind a translation":          {func(c *onviftest.Config) { c.Quirks.XAddrHost = "192.168.77.7:8899" }, all},
		"one that tells relative addresses": {func(c *onviftest.Config) { c.Quirks.RelativeXAddr = true }, all},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config()
			tc.change(&cfg)
			cam := start(t, cfg)
			c := client(t, cam.XAddr(), user, password)
			got, err := c.Profiles(t.Context())
			if err != nil {
				t.Fatalf("%v (%s)", err, hint.Of(err))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("\n got %+v\nwant %+v", got, tc.want)
			}
			if n := cam.Refusals(); n != 0 {
				t.Errorf("the right password was refused %d times", n)
			}
			skew, err := c.ClockOffset(t.Context())
			if err != nil || (skew-cfg.Quirks.ClockOffset).Abs() > 2*time.Second {
				t.Errorf("clock offset %v, %v", skew, err)
			}
			if err := c.SetSynchronizationPoint(t.Context(), "sub"); err != nil || cam.KeyFramesAsked() != 1 {
				t.Errorf("key frame: %v, %d asked", err, cam.KeyFramesAsked())
			}
			info, err := c.DeviceInformation(t.Context())
			if err != nil || info.Model != "VC-1" || info.Manufacturer != "Vantage" {
				t.Errorf("device information %+v, %v", info, err)
			}
		})
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	cam := start(t, config())
	digest := config()
	digest.Quirks.HTTPDigest = true
	digestCam := start(t, digest)
	late := config()
	late.Quirks.ClockOffset = time.Hour
	lateCam := start(t, late)
	blind := config()
	blind.Profiles = nil
	blindCam := start(t, blind)

	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "missing") {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte("<html><body>Welcome<br></body></html>"))
	}))
	defer page.Close()
	bomb := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`<!DOCTYPE a [<!ENTITY b "bbbb">]><Envelope><Body>&b;</Body></Envelope>`))
	}))
	defer bomb.Close()
	huge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("<Envelope>" + strings.Repeat("<a/>", onvif.MaxMessageBytes/4)))
	}))
	defer huge.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()

	for name, tc := range map[string]struct {
		xaddr, user, password string
		is                    error
		says, hints           string
	}{
		"a wrong password":                {cam.XAddr(), user, "wr0ng-pw", onvif.ErrUnauthorized, "the camera refused", "check the user name and password"},
		"a wrong password by HTTP digest": {digestCam.XAddr(), user, "wr0ng-pw", onvif.ErrUnauthorized, "the camera refused", "check the user name and password"},
		"a wrong password and clock":      {lateCam.XAddr(), user, "wr0ng-pw", onvif.ErrUnauthorized, "the camera refused", "clock is 1h0m0s off"},
		"no password":                     {cam.XAddr(), "", "", onvif.ErrUnauthorized, "the camera refused", "give the camera's user name"},
		"no password by HTTP digest":      {digestCam.XAddr(), "", "", onvif.ErrUnauthorized, "the camera refused", "give the camera's user name"},
		"no profiles":                     {blindCam.XAddr(), user, password, onvif.ErrNoMedia, "no video profile", "make a profile"},
		"a web page":                      {page.URL + "/x", user, password, onvif.ErrNotONVIF, "no ONVIF service", "turn ONVIF on"},
		"a path that is not there":        {page.URL + "/missing", user, password, onvif.ErrNotONVIF, "404", "turn ONVIF on"},
		"a document type":                 {bomb.URL, user, password, nil, "document type", ""},
		"an endless answer":               {huge.URL, user, password, nil, "too large", ""},
		"nobody there":                    {"http://" + closed.Addr().String(), user, password, nil, "refused", "check the port"},
		"TLS where there is none":         {strings.Replace(page.URL, "http:", "https:", 1), user, password, nil, "HTTPS", "use http://"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client(t, tc.xaddr, tc.user, tc.password).Profiles(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			if tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("got %v", err)
			}
			if !strings.Contains(err.Error(), tc.says) || !strings.Contains(hint.Of(err), tc.hints) {
				t.Errorf("error %q\nhint %q", err, hint.Of(err))
			}
			if tc.password != "" && strings.Contains(err.Error()+hint.Of(err), tc.password) {
				t.Error("the password shows")
			}
		})
	}
	for name, c := range map[string]*onviftest.Camera{"token": cam, "HTTP digest": digestCam} {
		if n := c.Refusals(); n != 1 {
			t.Errorf("%s: a wrong password was tried %d times", name, n)
		}
	}
}

func TestFaultsAreTyped(t *testing.T) {
	cfg := config()
	cfg.Quirks.BrokenMedia2 = true
	cfg.Profiles = cfg.Profiles[1:2]
	cfg.Profiles[0].URI = "http://127.0.0.1/no-stream"
	cam := start(t, cfg)
	_, err := client(t, cam.XAddr(), user, password).Profiles(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no RTSP address") {
		t.Errorf("got %v", err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(500)
		_, _ = w.Write([]byte(`<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope"><S:Body><S:Fault><S:Code><S:Value>S:Sender</S:Value>` +
			`<S:Subcode><S:Value>ter:InvalidArgVal</S:Value><S:Subcode><S:Value>ter:NoProfile</S:Value></S:Subcode></S:Subcode></S:Code>` +
			`<S:Reason><S:Text xml:lang="en">Profile token does not exist</S:Text></S:Reason></S:Fault></S:Body></S:Envelope>`))
	}))
	defer server.Close()
	_, err = client(t, server.URL, "", "").Profiles(t.Context())
	fault, ok := errors.AsType[*onvif.FaultError](err)
	if !ok || fault.Code != "NoProfile" || fault.Reason != "Profile token does not exist" {
		t.Errorf("got %v", err)
	}
}

func TestNewClientChecksTheAddress(t *testing.T) {
	for _, good := range []string{"192.0.2.7", "192.0.2.7:8080", "http://cam/", "https://cam/onvif/device_service", "http://[2001:db8::7]/x"} {
		if _, err := onvif.NewClient(onvif.ClientConfig{XAddr: good}); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "http://", "rtsp://192.0.2.7/1", "file:///etc/passwd", "http://[::1", "http://a b/"} {
		_, err := onvif.NewClient(onvif.ClientConfig{XAddr: bad})
		if err == nil || hint.Of(err) == "" {
			t.Errorf("%q: got %v, hint %q", bad, err, hint.Of(err))
		}
	}
}

func TestABareHostIsAskedAtTheUsualPath(t *testing.T) {
	cam := start(t, config())
	host := strings.Split(strings.TrimPrefix(cam.XAddr(), "http://"), "/")[0]
	if _, err := client(t, host, user, password).Profiles(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWithCredentials(t *testing.T) {
	for name, tc := range map[string]struct{ uri, user, want string }{
		"they are escaped":          {"rtsp://192.0.2.7:554/1?x=1", "ad/min", "rtsp://ad%2Fmin:p&%3C%22w%3Eord@192.0.2.7:554/1?x=1"},
		"they replace others":       {"rtsp://a:b@192.0.2.7/1", "admin", "rtsp://admin:p&%3C%22w%3Eord@192.0.2.7/1"},
		"none removes others":       {"rtsp://a:b@192.0.2.7/1", "", "rtsp://192.0.2.7/1"},
		"what is no address is not": {"::", "admin", ""},
	} {
		if got := onvif.WithCredentials(tc.uri, tc.user, password); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}
