package worker_test

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"vantage/internal/worker"
	"vantage/media"
	"vantage/media/mediatest"
	"vantage/transcode"
)

func TestTracksKeepTheirEpochUnlessThePictureChanges(t *testing.T) {
	mediatest.NoLeaks(t)
	l := newLens(160, 96, 15)
	r := newRig(t, gear{start: child("fake"), lens: l})
	sub := r.watch(t)
	epoch := func(want uint32, width int) func(*media.Unit) bool {
		return func(u *media.Unit) bool {
			if u.Track.Epoch > want {
				t.Fatalf("epoch %d (%d pixels wide), want %d", u.Track.Epoch, u.Track.WidthPx, want)
			}
			return u.Track.Epoch == want && u.Track.WidthPx == width
		}
	}
	next(t, sub, 10*time.Second, epoch(0, 160))
	for range 2 {
		pid := r.stream.Status().PID
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		next(t, sub, 10*time.Second, func(u *media.Unit) bool { return epoch(0, 160)(u) && r.stream.Status().PID != pid })
	}
	l.size.Store(&media.Size{WidthPx: 192, HeightPx: 112})
	next(t, sub, 10*time.Second, epoch(1, 192))
	until(t, 5*time.Second, "the restarts to be told", func() bool { return r.stream.Status().Crashes == 2 && r.stream.Status().State == worker.Running })
}

// recorder notes the requests that encoders get.
type recorder struct {
	mu   sync.Mutex
	asks []media.Request
}

func (r *recorder) wrap(e transcode.Encoder) transcode.Encoder { return recorded{e, r} }

// saw reports whether an encoder was asked for something that ok accepts.
func (r *recorder) saw(ok func(media.Request) bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.asks {
		if ok(q) {
			return true
		}
	}
	return false
}

type recorded struct {
	transcode.Encoder
	r *recorder
}

func (e recorded) Request(q media.Request) error {
	e.r.mu.Lock()
	e.r.asks = append(e.r.asks, q)
	e.r.mu.Unlock()
	return e.Encoder.Request(q)
}

func TestWishesOfViewersReachTheEncoderAndOutliveIt(t *testing.T) {
	mediatest.NoLeaks(t)
	var asked recorder
	r := newRig(t, gear{start: worker.InProcess(fakeBackends(asked.wrap)), lens: newLens(160, 96, 3000)})
	sub := r.watch(t)
	next(t, sub, 10*time.Second, random)
	sub.Request(media.Request{KeyFrame: true})
	next(t, sub, 5*time.Second, random) // the encoder's own would be 2 s away
	bitrate := func(bps int) func() bool {
		return func() bool { return asked.saw(func(q media.Request) bool { return q.BitrateBPS == bps }) }
	}
	sub.Request(media.Request{BitrateBPS: 700_000})
	until(t, 5*time.Second, "the bitrate to reach the encoder", bitrate(700_000))
	sub.Request(media.Request{BitrateBPS: 1000})
	until(t, 5*time.Second, "a bitrate below the configured least to be raised to it", bitrate(300_000))

	// The next worker starts from what stands.
	asked.mu.Lock()
	asked.asks = nil
	asked.mu.Unlock()
	r.stream.SetActive(nil)
	until(t, 5*time.Second, "the worker to end", func() bool { return r.stream.Status().State == worker.Off })
	r.stream.SetActive([]string{"roi"})
	until(t, 5*time.Second, "the bitrate to reach the next encoder", bitrate(300_000))
	sub.Request(media.Request{BitrateBPS: -1})
	until(t, 5*time.Second, "the limit to be lifted", bitrate(6_000_000))
}

func TestSnapshotsHaveTheWidthThatWasAsked(t *testing.T) {
	mediatest.NoLeaks(t)
	r := newRig(t, gear{start: worker.InProcess(fakeBackends(nil))})
	r.stream.SetActive([]string{"analysis"}) // decodes, and encodes nothing
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for _, tc := range []struct{ ask, want int }{{0, 160}, {80, 80}, {80, 80}, {4000, 160}, {64, 64}} {
		wg.Go(func() {
			b, err := r.stream.Snapshot(ctx, tc.ask)
			if err != nil {
				t.Errorf("snapshot %d wide: %v", tc.ask, err)
				return
			}
			c, err := jpeg.DecodeConfig(bytes.NewReader(b))
			if err != nil || c.Width != tc.want {
				t.Errorf("snapshot %d wide: got %d (%v), want %d", tc.ask, c.Width, err, tc.want)
			}
		})
	}
	gone, leave := context.WithCancelCause(ctx)
	left := errors.New("left")
	leave(left)
	if _, err := r.stream.Snapshot(gone, 32); !errors.Is(err, left) {
		t.Errorf("who leaves gets %v, want the cause", err)
	}
	wg.Wait()
	if s := r.stream.Status().State; s != worker.Running {
		t.Errorf("state %v while analysing, want running", s)
	}
}

func TestTheChildStaysForTheNextViewerWithinTheLingerTime(t *testing.T) {
	mediatest.NoLeaks(t)
	r := newRig(t, gear{start: child("fake"), linger: 2 * time.Second})
	sub := r.watch(t)
	next(t, sub, 10*time.Second, anyUnit)
	pid := r.stream.Status().PID
	sub.Close()
	r.stream.SetActive(nil)
	next(t, r.watch(t), 5*time.Second, random)
	if now := r.stream.Status().PID; now != pid {
		t.Errorf("worker %d for the next viewer, want %d still", now, pid)
	}
	r.stream.SetActive(nil)
	until(t, 10*time.Second, "the worker to end", func() bool { return r.stream.Status().State == worker.Off })
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("child %d after its end: %v, want none", pid, err)
	}
	if n := r.stream.Status().Crashes; n != 0 {
		t.Errorf("%d crashes counted, want none", n)
	}
}

func TestAChildThatHangsIsKilledAndReplaced(t *testing.T) {
	if testing.Short() {
		t.Skip("takes the heartbeat's timeout")
	}
	mediatest.NoLeaks(t)
	r := newRig(t, gear{start: child("fake")})
	sub := r.watch(t)
	next(t, sub, 10*time.Second, anyUnit)
	pid := r.stream.Status().PID
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	took := next(t, sub, 20*time.Second, func(*media.Unit) bool { return r.stream.Status().PID != pid })
	t.Logf("hang to first picture: %v", took)
	if took > worker.HeartbeatTimeout+3*time.Second {
		t.Errorf("hang to first picture took %v", took)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("child %d after its end: %v, want none", pid, err)
	}
}

func TestOpenCircuitGivesViewersTheSourceAsItIs(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		var starts atomic.Int32
		broken := func(*slog.Logger) (*worker.Process, error) {
			starts.Add(1)
			return nil, errors.New("no such binary")
		}
		r := newRig(t, gear{start: broken, limit: 2, lens: newLens(160, 96, 30_000)})
		sub := r.watch(t)
		next(t, sub, 5*time.Second, random)
		if s := r.stream.Status(); s.State != worker.Broken || s.Err == nil || s.Crashes != 2 {
			t.Errorf("state %v with %d crashes (%v), want broken with 2 and the reason", s.State, s.Crashes, s.Err)
		}
		// The camera gives a key frame when asked, and not by itself: the wish of one who joins reaches it.
		late := r.watch(t)
		next(t, late, 2*time.Second, random)

		sub.Close()
		late.Close()
		r.stream.SetActive(nil)
		time.Sleep(35 * time.Second) // longer than the circuit stays open, shorter than crashes count
		if s := r.stream.Status(); s.State != worker.Off {
			t.Errorf("state %v after the pause with nobody there, want off: it may be tried again", s.State)
		}
		before := starts.Load()
		r.watch(t)
		time.Sleep(time.Second)
		if starts.Load() != before+1 {
			t.Errorf("%d more starts, want one: half open", starts.Load()-before)
		}
		if s := r.stream.Status().State; s != worker.Broken && s != worker.Starting {
			t.Errorf("state %v", s)
		}
		r.end()
	})
}

func TestWorkersComeAndGoWithoutALeak(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, start := range map[string]worker.Starter{"child process": child("fake"), "in process": worker.InProcess(fakeBackends(nil))} {
		t.Run(name, func(t *testing.T) {
			cycle := func() {
				r := newRig(t, gear{start: start, linger: time.Millisecond})
				sub := r.watch(t)
				next(t, sub, 10*time.Second, anyUnit)
				sub.Close()
				r.stream.SetActive(nil)
				until(t, 10*time.Second, "the worker to end", func() bool { return r.stream.Status().State == worker.Off })
				r.end()
			}
			cycle() // the runtime's own descriptors are open
			before := descriptors(t)
			for range 5 {
				cycle()
			}
			if after := descriptors(t); after > before {
				t.Errorf("%d descriptors, %d before", after, before)
			}
		})
	}
}

// descriptors counts the open files of this process.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc:", err)
	}
	return len(list)
}
