package rtsp_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"vantage/ingest"
	"vantage/ingest/rtsp"
	"vantage/internal/hint"
)

// redirector answers DESCRIBE with another address, and counts who comes.
type redirector struct {
	addr  string
	came  atomic.Int64
	login atomic.Bool // somebody showed credentials
}

func newRedirector(t *testing.T, listen string, to func(self string) string) *redirector {
	t.Helper()
	l, err := net.Listen("tcp", listen)
	if err != nil {
		t.Skipf("needs the address %s: %v", listen, err)
	}
	r := &redirector{addr: l.Addr().String()}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			n, err := l.Accept()
			if err != nil {
				return
			}
			r.came.Add(1)
			wg.Go(func() { r.serve(n, to(r.addr)) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return r
}

func (r *redirector) serve(n net.Conn, to string) {
	defer n.Close()
	for in := bufio.NewReader(n); ; {
		method, seq := "", ""
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if line = strings.TrimSpace(line); line == "" {
				break
			}
			if method == "" {
				method, _, _ = strings.Cut(line, " ")
			}
			if v, ok := strings.CutPrefix(line, "CSeq: "); ok {
				seq = v
			}
			r.login.Store(r.login.Load() || strings.HasPrefix(line, "Authorization"))
		}
		status := "200 OK"
		if method == "DESCRIBE" {
			status = "302 Found\r\nLocation: " + to
		}
		if _, err := fmt.Fprintf(n, "RTSP/1.0 %s\r\nCSeq: %s\r\n\r\n", status, seq); err != nil {
			return
		}
	}
}

func TestRedirectionsAreBounded(t *testing.T) {
	r := newRedirector(t, "127.0.0.1:0", func(self string) string { return "rtsp://" + self + "/round" })
	err := fails(t, newClient(t, rtsp.ClientOptions{URL: "rtsp://" + r.addr + "/"}))
	if code(err) != "redirected" || hint.Of(err) == "" {
		t.Errorf("got %q (%s), hint %q", err, code(err), hint.Of(err))
	}
	if n := r.came.Load(); n > 4 {
		t.Errorf("connected %d times", n)
	}
}

func TestARedirectionIsFollowed(t *testing.T) {
	camera := newCamera(t, cameraOptions{})
	for name, userinfo := range map[string]string{"to another port": "", "to another port, with credentials": "admin:hunter2@"} {
		r := newRedirector(t, "127.0.0.1:0", func(string) string { return camera.url("") })
		p, stop := pull(t, newClient(t, rtsp.ClientOptions{URL: "rtsp://" + userinfo + r.addr + "/"}))
		waitFor(t, "pictures by redirection "+name, func() bool { return p.count(1) > 0 })
		_ = stop()
	}
}

func TestAnotherHostIsNotGivenThePassword(t *testing.T) {
	other := newRedirector(t, "127.0.0.2:0", func(self string) string { return "rtsp://" + self + "/" })
	r := newRedirector(t, "127.0.0.1:0", func(string) string { return "rtsp://" + other.addr + "/" })
	err := fails(t, newClient(t, rtsp.ClientOptions{URL: "rtsp://admin:hunter2@" + r.addr + "/"}))
	if code(err) != "redirected" || !ingest.IsPermanent(err) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %q (%s), permanent: %v", err, code(err), ingest.IsPermanent(err))
	}
	if other.came.Load() != 0 {
		t.Error("the other host was connected to")
	}
}
