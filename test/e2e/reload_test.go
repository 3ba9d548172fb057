package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// exitCode is that of a process that ran; -1 when it did not.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return e.ExitCode()
	}
	return -1
}

// command runs the binary against the server.
func (s *server) command(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(binary, append(args, "--server", s.HTTP)...).CombinedOutput()
	if err != nil {
		t.Fatalf("vantage %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// reconfigure replaces a part of the server's configuration file.
func (s *server) reconfigure(t *testing.T, old, now string) {
	t.Helper()
	text, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(old)) {
		t.Fatalf("no %q in\n%s", old, text)
	}
	if err := os.WriteFile(s.file, bytes.Replace(text, []byte(old), []byte(now), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAReloadTouchesOnlyWhatChanged: an unchanged stream does not blink.
func TestAReloadTouchesOnlyWhatChanged(t *testing.T) {
	c := makeClip(t, 640, 360)
	var urls []any
	for range 4 {
		urls = append(urls, newRTSPCamera(t, c).url())
	}
	s := serve(t, fmt.Sprintf("streams:\n  same: {source: {url: %q, transport: tcp}}\n  moves: {source: {url: %q, transport: tcp}}\n  goes: {source: {url: %q, transport: tcp}}\n",
		urls[:3]...))
	s.live(t, "same", "moves", "goes")
	same, moves, goes := s.watch(t, "same"), s.watch(t, "moves"), s.watch(t, "goes")
	since := s.since(t, "same")

	same.fresh()
	s.reconfigure(t, fmt.Sprintf("%q", urls[1]), fmt.Sprintf("%q", urls[3]))
	s.reconfigure(t, "  goes: {", "  comes: {")
	said := s.command(t, "reload")
	for _, want := range []string{"added    comes", "removed  goes", "changed  moves (source)"} {
		if !strings.Contains(said, want) {
			t.Errorf("reload did not tell %q:\n%s", want, said)
		}
	}
	for name, v := range map[string]*viewer{"moves": moves, "goes": goes} {
		until(t, 10*time.Second, "the session of "+name+" to end", func() error {
			v.mu.Lock()
			defer v.mu.Unlock()
			if !v.closed && time.Since(v.last) < 2*time.Second {
				return errors.New("it goes on")
			}
			return nil
		})
	}
	s.live(t, "moves", "comes")
	s.watch(t, "moves")
	if err := s.get("/v1/streams/goes", new(any)); err == nil || !strings.Contains(err.Error(), "404") || !strings.Contains(err.Error(), "no such stream") {
		t.Errorf("the removed stream: %v", err)
	}

	// The same by a signal, the log's level with it.
	s.reconfigure(t, "  comes: {", "  goes: {")
	s.reconfigure(t, "streams:", "log: {level: debug}\nstreams:")
	if err := syscall.Kill(s.pid, syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s.live(t, "goes")
	if got := s.since(t, "same"); !got.Equal(since) {
		t.Errorf("the unchanged stream is live since %v, before the reloads since %v", got, since)
	}

	// Mistakes change nothing.
	s.reconfigure(t, "streams:", "steams:")
	out, err := exec.Command(binary, "reload", "--server", s.HTTP).CombinedOutput()
	if exitCode(err) <= 0 || !strings.Contains(string(out), `unknown key "steams"`) || !strings.Contains(string(out), `did you mean "streams"?`) {
		t.Errorf("reload of a mistake: %v\n%s", err, out)
	}
	s.live(t, "same", "moves", "goes")
	same.steady(t, "others were reloaded")
}

// since is when a stream's source came to its state.
func (s *server) since(t *testing.T, name string) time.Time {
	t.Helper()
	var got struct{ Source struct{ Since time.Time } }
	if err := s.get("/v1/streams/"+name, &got); err != nil {
		t.Fatal(err)
	}
	return got.Source.Since
}
