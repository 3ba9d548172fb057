package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// socketFD is the descriptor of the socket in the child: the first after stdin, stdout and stderr.
const socketFD = 3

// killAfter is how long a child may take to end once its socket is closed.
const killAfter = 2 * time.Second

// tailLines is how much of a dying child's last words is kept for the log.
const tailLines = 40

// Starter starts a worker and returns our side of it.
type Starter func(log *slog.Logger) (*Process, error)

// Process is a running worker: a child process in the product.
type Process struct {
	pid       int
	conn      *conn
	kill      func()        // ends it by force; it may have ended
	wait      func() error  // returns once it has ended
	lastWords func() string // what it said outside its log
}

// stop closes the socket and waits for the worker to end, killing it after killAfter. It returns why the worker ended.
func (p *Process) stop() error {
	_ = p.conn.c.Close()
	timer := time.AfterFunc(killAfter, p.kill)
	defer timer.Stop()
	return p.wait()
}

// Self makes the command that runs the worker subcommand of the running binary.
func Self() *exec.Cmd { return exec.Command(Executable(), "worker") }

// Executable is the running binary's file.
func Executable() string {
	exe, err := os.Executable()
	if err != nil {
		return "/proc/self/exe"
	}
	return exe
}

// Inherited returns the socket that the parent left to this process.
func Inherited() (net.Conn, error) {
	f := os.NewFile(socketFD, "parent")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("worker: no socket from a parent process: %w", err)
	}
	return c, nil
}

// Command starts workers as child processes, each with one end of a socket pair as its descriptor 3.
func Command(command func() *exec.Cmd) Starter {
	return func(log *slog.Logger) (*Process, error) {
		ours, theirs, err := socketPair()
		if err != nil {
			return nil, err
		}
		defer theirs.Close()
		cmd := command()
		cmd.ExtraFiles = []*os.File{theirs}
		// The child must not get the terminal's Ctrl-C: the parent ends it in order.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		stderr, err := cmd.StderrPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			_ = ours.Close()
			return nil, fmt.Errorf("worker: start %s: %w", cmd.Path, err)
		}
		var words tail
		var relay sync.WaitGroup
		relay.Go(func() { words.relay(stderr, log) })
		return &Process{
			pid: cmd.Process.Pid, conn: newConn(ours), lastWords: words.String,
			kill: func() { _ = cmd.Process.Kill() }, // fails only where it has ended
			wait: func() error {
				relay.Wait() // before Wait, which closes the pipe
				return cmd.Wait()
			},
		}, nil
	}
}

// InProcess starts workers as goroutines of this process, without the protection that a process gives: for debugging
// and where children cannot be started.
func InProcess(b Backends) Starter {
	return func(log *slog.Logger) (*Process, error) {
		ours, theirs, err := socketPair()
		if err != nil {
			return nil, err
		}
		defer theirs.Close()
		c, err := net.FileConn(theirs)
		if err != nil {
			_ = ours.Close()
			return nil, fmt.Errorf("worker: socket pair: %w", err)
		}
		done := make(chan error, 1)
		go func() { done <- Serve(context.Background(), c, b, log) }() // ends with its connection; wait receives
		return &Process{
			pid: os.Getpid(), conn: newConn(ours), lastWords: func() string { return "" },
			kill: func() { _ = c.Close() }, wait: func() error { return <-done },
		}, nil
	}
}

// socketPair returns both ends of a Unix stream socket.
func socketPair() (ours net.Conn, theirs *os.File, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("worker: socket pair: %w", err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "child")
	f := os.NewFile(uintptr(fds[0]), "parent")
	defer f.Close() // FileConn duplicates it
	ours, err = net.FileConn(f)
	if err != nil {
		_ = theirs.Close()
		return nil, nil, fmt.Errorf("worker: socket pair: %w", err)
	}
	return ours, theirs, nil
}

// tail relays a child's structured log lines, and keeps what is not structured: the words of a crash.
type tail struct {
	mu    sync.Mutex
	lines []string
}

func (t *tail) relay(r io.Reader, log *slog.Logger) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 64<<10)
	for s.Scan() {
		if !relayRecord(s.Bytes(), log) {
			t.add(s.Text())
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line too long for the scanner must not block the child
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) < tailLines { // a Go crash says what happened first
		t.lines = append(t.lines, line)
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}

// relayRecord logs one line of the child's JSON handler with its own level and attributes.
func relayRecord(line []byte, log *slog.Logger) bool {
	if len(line) == 0 || line[0] != '{' {
		return false
	}
	var rec map[string]any
	if json.Unmarshal(line, &rec) != nil {
		return false
	}
	var level slog.Level
	text, _ := rec[slog.LevelKey].(string)
	if level.UnmarshalText([]byte(text)) != nil {
		return false
	}
	msg, _ := rec[slog.MessageKey].(string)
	attrs := make([]slog.Attr, 0, len(rec))
	for k, v := range rec {
		if k != slog.TimeKey && k != slog.LevelKey && k != slog.MessageKey {
			attrs = append(attrs, slog.Any(k, v))
		}
	}
	log.LogAttrs(context.Background(), level, msg, attrs...)
	return true
}
