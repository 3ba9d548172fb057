package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is a running `vantage serve`.
type server struct {
	HTTP  string // base URL of console and API
	RTSP  string // base URL of the RTSP server
	Ports []int  // HTTP, RTSP, WebRTC, admin
	pid   int
	file  string // configuration
	token string // that viewers present; "" is none
}

// How long the server may take to answer, and to end.
const (
	startTime = 20 * time.Second
	stopTime  = 15 * time.Second
)

// serve starts the server with the given part of a configuration file added to its listeners, and ends it with the test.
func serve(t *testing.T, extra string) *server {
	t.Helper()
	need(t)
	ports := freePorts(t, 4)
	s := &server{
		HTTP:  fmt.Sprintf("http://127.0.0.1:%d", ports[0]),
		RTSP:  fmt.Sprintf("rtsp://127.0.0.1:%d", ports[1]),
		Ports: ports,
	}
	s.file = filepath.Join(t.TempDir(), "vantage.yaml")
	text := fmt.Sprintf(`state_dir: %q
http: {listen: "127.0.0.1:%d"}
rtsp: {listen: "127.0.0.1:%d", udp_listen: ""}
webrtc: {udp_listen: "127.0.0.1:%d", tcp_listen: ""}
admin: {listen: "127.0.0.1:%d"}
%s`, t.TempDir(), ports[0], ports[1], ports[2], ports[3], extra)
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start(t, fmt.Sprintf("server-%d.log", ports[0]))
	return s
}

// start runs the server until it is ready; it ends with the test.
func (s *server) start(t *testing.T, logName string) {
	t.Helper()
	log := create(t, logName)
	cmd := exec.Command(binary, "serve", "-c", s.file)
	cmd.Stdout, cmd.Stderr = log, log
	gone := start(t, cmd, stopTime)
	s.pid = cmd.Process.Pid
	until(t, startTime, "the server to be ready", func() error {
		select {
		case <-gone:
			t.Fatal("the server ended at once")
		default:
		}
		resp, err := http.Get(s.HTTP + "/readyz")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("readyz: %s", resp.Status)
		}
		return nil
	})
}

// live waits until streams bring pictures.
func (s *server) live(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		until(t, startTime, name+" to be live", func() error {
			var got struct {
				Source struct{ State, Error string }
				Tracks []struct{ Kind string }
			}
			if err := s.get("/v1/streams/"+name, &got); err != nil {
				return err
			}
			if got.Source.State != "live" || len(got.Tracks) == 0 {
				return fmt.Errorf("source is %s with %d tracks; %s", got.Source.State, len(got.Tracks), got.Source.Error)
			}
			return nil
		})
	}
}

func (s *server) get(path string, into any) error {
	resp, err := http.Get(s.HTTP + path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", path, resp.Status, bytes.TrimSpace(body))
	}
	return json.Unmarshal(body, into)
}

// start runs a process until the end of the test: it is asked to end, and killed after grace. The channel is closed when it has ended.
func start(t *testing.T, cmd *exec.Cmd, grace time.Duration) (gone <-chan struct{}) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // how it ended is told by its log
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
		select {
		case <-ended:
		case <-time.After(grace):
			t.Errorf("%s did not end within %v", filepath.Base(cmd.Path), grace)
			_ = cmd.Process.Kill()
			<-ended
		}
	})
	return ended
}

// create makes a file that is kept with the test's artifacts, and shows its end when the test fails.
func create(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.ArtifactDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = f.Close()
		if text, err := os.ReadFile(f.Name()); err == nil && t.Failed() {
			lines := strings.Split(strings.TrimSpace(string(text)), "\n")
			t.Logf("%s:\n%s", name, strings.Join(lines[max(0, len(lines)-shownLines):], "\n"))
		}
	})
	return f
}

// shownLines is how much of a log a failure shows.
const shownLines = 40

// until asks until there is no error, a few times a second.
func until(t *testing.T, limit time.Duration, what string, ask func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(150 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("waited %v for %s: %v", limit, what, err)
		case <-tick.C:
		}
	}
}

// freePorts returns ports that were free for TCP and UDP a moment ago.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		p, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		p.Close()
		if ports = append(ports, port); len(ports) == n {
			return ports
		}
	}
	t.Fatal("no free ports")
	return nil
}
