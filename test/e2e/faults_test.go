package e2e

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var flapFor = flag.Duration("flap", 30*time.Second, "how long a camera goes on and off in the leak test")

// twoCameras is a server with a camera that will fail and one that must not notice, each watched.
func twoCameras(t *testing.T) (s *server, flaky *rtspCamera, seen, other *viewer) {
	t.Helper()
	c := makeClip(t, 640, 360)
	flaky = newRTSPCamera(t, c)
	steady := newRTSPCamera(t, c)
	s = serve(t, fmt.Sprintf("streams:\n  flaky: {source: {url: %q, transport: tcp}}\n  steady: {source: {url: %q, transport: tcp}}\n", flaky.url(), steady.url()))
	s.live(t, "flaky", "steady")
	seen, other = s.watch(t, "flaky"), s.watch(t, "steady")
	other.fresh()
	return s, flaky, seen, other
}

func TestCameraThatGoesOffIsBackTwoSecondsAfterItReturns(t *testing.T) {
	_, flaky, seen, other := twoCameras(t)
	flaky.off()
	time.Sleep(4 * time.Second)
	flaky.on(t)
	seen.resumes(t, 2*time.Second, "camera on to picture, in the same session", anyPicture)
	other.steady(t, "a camera was off")
}

func TestSilentCameraIsCalledStalledAndRecovers(t *testing.T) {
	s, flaky, seen, other := twoCameras(t)
	flaky.set(func(c *rtspCamera) { c.silent = true })
	start := time.Now()
	until(t, 3*time.Second, "the stream to be called stalled", func() error {
		var got struct {
			Source struct{ State, Error, Hint string }
		}
		if err := s.get("/v1/streams/flaky", &got); err != nil {
			return err
		}
		if got.Source.State != "stalled" || got.Source.Error == "" || got.Source.Hint == "" {
			return fmt.Errorf("state %+v", got.Source)
		}
		return nil
	})
	t.Logf("silence to stalled: %v", time.Since(start).Round(time.Millisecond))
	flaky.set(func(c *rtspCamera) { c.silent = false })
	seen.resumes(t, 3*time.Second, "camera speaks to picture", anyPicture)
	other.steady(t, "a camera was silent")
}

func TestNewResolutionShowsWithinASecondInTheSameSession(t *testing.T) {
	_, flaky, seen, other := twoCameras(t)
	small := makeClip(t, 320, 180)
	other.fresh() // encoding the clip took the processor
	flaky.set(func(c *rtspCamera) { c.clip = small })
	gop := time.Duration(clipGOP) * time.Second / clipFPS
	seen.resumes(t, gop+time.Second, "new resolution, waiting for its IDR included", func(v *viewer) bool { return v.size == [2]int{320, 180} })
	other.steady(t, "a camera changed its resolution")
}

func TestLossAndReorderingAtTheCameraDoNotStopItsStream(t *testing.T) {
	_, flaky, seen, other := twoCameras(t)
	flaky.set(func(c *rtspCamera) { c.loss = 0.05 })
	before := seen.count()
	time.Sleep(5 * time.Second)
	// A picture of one packet is lost with it: about one in twenty, and a few more for larger ones.
	if n, want := seen.count()-before, 5*clipFPS/2; n < want {
		t.Errorf("%d pictures in 5 s at 5 %% loss, want %d", n, want)
	}
	flaky.set(func(c *rtspCamera) { c.loss = 0 })
	seen.resumes(t, time.Second, "after the loss", anyPicture)
	other.steady(t, "a camera's packets were lost")
}

func TestCorruptPicturesDoNotStopAStream(t *testing.T) {
	s, flaky, seen, other := twoCameras(t)
	roi := s.watch(t, "flaky?rendition=roi")
	other.fresh()
	flaky.set(func(c *rtspCamera) { c.corrupt = 2 * clipFPS })
	time.Sleep(2 * time.Second)
	until(t, 3*time.Second, "the camera to be well again", func() error {
		flaky.mu.Lock()
		defer flaky.mu.Unlock()
		if flaky.corrupt > 0 {
			return fmt.Errorf("%d pictures to go", flaky.corrupt)
		}
		return nil
	})
	seen.resumes(t, time.Second, "after corrupt pictures, as they come", anyPicture)
	roi.resumes(t, time.Second, "after corrupt pictures, transcoded", anyPicture)
	other.steady(t, "a camera sent corrupt pictures")
}

func TestWorkerKilledBySegmentationFaultIsBackInTwoSeconds(t *testing.T) {
	s, _, _, other := twoCameras(t)
	roi := s.watch(t, "flaky?rendition=roi")
	other.fresh()
	pids := children(t, s.pid, "worker")
	if len(pids) != 1 {
		t.Fatalf("workers %v, want one", pids)
	}
	if err := syscall.Kill(pids[0], syscall.SIGSEGV); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond) // what was on its way
	roi.resumes(t, 2*time.Second, "crash to picture", anyPicture)
	until(t, 3*time.Second, "another worker", func() error {
		if now := children(t, s.pid, "worker"); len(now) != 1 || now[0] == pids[0] {
			return fmt.Errorf("workers %v", now)
		}
		return nil
	})
	other.steady(t, "a worker crashed")
}

func TestFlappingCameraLeaksNothing(t *testing.T) {
	s, flaky, _, other := twoCameras(t)
	cycle := func() {
		flaky.off()
		time.Sleep(2500 * time.Millisecond)
		flaky.on(t)
		time.Sleep(2500 * time.Millisecond)
	}
	cycle() // pools and the runtime have settled
	s.live(t, "flaky")
	goroutines, fds := s.goroutines(t), descriptors(t, s.pid)
	for end := time.Now().Add(*flapFor); time.Now().Before(end); {
		cycle()
	}
	s.live(t, "flaky")
	const slack = 4 // a timer or a retry under way
	until(t, 10*time.Second, "goroutines and descriptors at the baseline", func() error {
		if g, f := s.goroutines(t), descriptors(t, s.pid); g > goroutines+slack || f > fds+slack {
			return fmt.Errorf("%d goroutines and %d descriptors, at first %d and %d", g, f, goroutines, fds)
		}
		return nil
	})
	t.Logf("after %v: %d goroutines and %d descriptors, at first %d and %d", *flapFor, s.goroutines(t), descriptors(t, s.pid), goroutines, fds)
	other.steady(t, "a camera flapped")
}

// children are the processes that pid started whose command line holds the word.
func children(t *testing.T, pid int, word string) []int {
	t.Helper()
	var found []int
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		stat, err := os.ReadFile(dir + "/stat")
		if err != nil {
			continue // it has ended
		}
		// pid (comm) state ppid …
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest)
		line, _ := os.ReadFile(dir + "/cmdline")
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) && strings.Contains(string(line), word) {
			n, _ := strconv.Atoi(filepath.Base(dir))
			found = append(found, n)
		}
	}
	return found
}

var goroutineTotal = regexp.MustCompile(`goroutine profile: total (\d+)`)

// goroutines asks the server's profile.
func (s *server) goroutines(t *testing.T) int {
	t.Helper()
	resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/debug/pprof/goroutine?debug=1", s.Ports[3]))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := goroutineTotal.FindSubmatch(body)
	if m == nil {
		t.Fatalf("no total in %.100s", body)
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

// descriptors counts the open files of a process.
func descriptors(t *testing.T, pid int) int {
	t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
