package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// socketFD is the descriptor of the socket in the child: the first after stdin, stdout and stderr.
const socketFD = 3

// killAfter is how long a child may take to end once its socket is closed.
const killAfter = 2 * time.Second

// tailLines is how much of a dying child's last words is kept for the log, in lines of at most maxLine bytes.
const (
	tailLines = 40
	maxLine   = 64 << 10
)

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
	crash bool // lines begin with that of a crash
}

func (t *tail) relay(r io.Reader, log *slog.Logger) {
	lines := bufio.NewReaderSize(r, maxLine)
	for {
		line, cut, err := lines.ReadLine()
		if err != nil {
			return
		}
		if !relayRecord(line, log) {
			t.add(string(line))
		}
		for cut && err == nil { // the rest of a line too long
			_, cut, err = lines.ReadLine()
		}
	}
}

// add keeps a line. A Go crash says what happened first, so its beginning is kept, and what a library chatted before is not.
func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.crash && slices.ContainsFunc(crashWords, func(w string) bool { return strings.HasPrefix(line, w) }) {
		t.crash, t.lines = true, nil
	}
	switch {
	case len(t.lines) < tailLines:
		t.lines = append(t.lines, line)
	case !t.crash:
		t.lines = append(t.lines[1:], line)
	}
}

// crashWords begin the first line of a crash of the Go runtime.
var crashWords = []string{"panic: ", "fatal error: ", "SIG", "runtime: "}

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
	for _, k := range slices.Sorted(maps.Keys(rec)) {
		if k != slog.TimeKey && k != slog.LevelKey && k != slog.MessageKey {
			attrs = append(attrs, slog.Any(k, rec[k]))
		}
	}
	log.LogAttrs(context.Background(), level, msg, attrs...)
	return true
}
