package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"vantage/ingest"
	"vantage/ingest/ingesttest"
	"vantage/internal/hint"
	"vantage/media"
	"vantage/media/mediatest"
)

// change is a status as it was told, with the time since the start.
type change struct {
	ingest.Status
	at time.Duration
}

// watched is a supervisor under test, in a synctest bubble.
type watched struct {
	*ingest.Supervisor
	rec     *recorder
	log     *bytes.Buffer
	reg     *prometheus.Registry
	began   time.Time
	changes []change // read when it stands still
	stop    func() error
	done    chan error
}

func supervise(t *testing.T, src ingest.Source) *watched {
	w := &watched{rec: newRecorder(), log: &bytes.Buffer{}, reg: prometheus.NewRegistry(), began: time.Now(), done: make(chan error, 1)}
	w.Supervisor = ingest.NewSupervisor(ingest.SupervisorConfig{
		Source: src, Timeline: ingest.NewTimeline(w.rec), StallAfter: 2500 * ms, Stream: "gate",
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Metrics: ingest.NewMetrics(w.reg),
		OnStatus: func(s ingest.Status) { w.changes = append(w.changes, change{s, time.Since(w.began)}) },
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { w.done <- w.Run(ctx) }()
	w.stop = func() error { cancel(); return <-w.done }
	t.Cleanup(cancel)
	return w
}

// after lets time pass and returns the state.
func (w *watched) after(d time.Duration) ingest.Status {
	time.Sleep(d)
	synctest.Wait()
	return w.Status()
}

func (w *watched) states() []ingest.State {
	var list []ingest.State
	for _, c := range w.changes {
		list = append(list, c.State)
	}
	return list
}

// in runs a test in a bubble, with units counted.
func in(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	mediatest.NoLeaks(t)
	synctest.Test(t, f)
}

func TestSupervisorGoesLiveAndStops(t *testing.T) {
	in(t, func(t *testing.T) {
		w := supervise(t, &ingesttest.Fake{Delay: 300 * ms})
		if s := w.after(200 * ms); s.State != ingest.Connecting {
			t.Errorf("%v while connecting", s.State)
		}
		if s := w.after(10 * time.Second); s.State != ingest.Live || s.Err != nil || s.Attempts != 0 || time.Since(s.Since) < 9*time.Second {
			t.Errorf("then %+v", s)
		}
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		if want := []ingest.State{ingest.Connecting, ingest.Live, ingest.Idle}; !slices.Equal(w.states(), want) {
			t.Errorf("states %v, want %v", w.states(), want)
		}
		if tracks, _ := w.rec.Tracks(); len(tracks) != 0 {
			t.Error("the tracks of a stopped source are still announced")
		}
		w.rec.Report(t)
	})
}

func TestSupervisorConnectsAgain(t *testing.T) {
	in(t, func(t *testing.T) {
		lost := hint.New(errors.New("lost"), "look for it")
		w := supervise(t, &ingesttest.Fake{Units: 200, Err: lost, Delay: 100 * ms}) // 8 s each
		w.after(60 * time.Second)
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		for i, c := range w.changes {
			if c.State != ingest.Retrying {
				continue
			}
			if !errors.Is(c.Err, lost) || c.Attempts != 1 || hint.Of(c.Err) == "" {
				t.Errorf("retrying with %+v", c.Status)
			}
			if i+2 < len(w.changes) && w.changes[i+2].at-c.at > time.Second {
				t.Errorf("live again after %v", w.changes[i+2].at-c.at)
			}
		}
		if live := len(slices.DeleteFunc(w.states(), func(s ingest.State) bool { return s != ingest.Live })); live < 7 {
			t.Errorf("live %d times in a minute", live)
		}
		w.rec.Report(t)
		seen := w.rec.Seen(0)
		last := seen[len(seen)-1]
		if off := media.Duration(last.DTS, 90000) + 100*ms - last.Arrived.Sub(w.began); off.Abs() > ms {
			t.Errorf("the time line is %v off the clock", off)
		}
		if seen[0].Track != last.Track {
			t.Error("another track after a reconnect")
		}
	})
}

func TestSupervisorBacksOff(t *testing.T) {
	in(t, func(t *testing.T) {
		refused := errors.New("refused")
		w := supervise(t, &ingesttest.Fake{Units: 1, Err: refused, Interval: ms}) // live for a millisecond, again and again
		w.after(time.Minute)
		n := 0
		for i, c := range w.changes {
			if c.State != ingest.Retrying || i+1 >= len(w.changes) {
				continue
			}
			n++
			wait := w.changes[i+1].at - c.at
			ceiling := min(time.Second, 250*ms<<min(n-1, 4))
			if wait > ceiling || wait < ceiling*2/3-ms || c.NextTry.Sub(w.began) != w.changes[i+1].at || c.Attempts != n {
				t.Errorf("attempt %d: waited %v, want up to %v; %+v", n, wait, ceiling, c.Status)
			}
		}
		if n < 60 || n > 95 {
			t.Errorf("%d attempts in a minute", n)
		}
		if told := strings.Count(w.log.String(), "source lost"); told > 6 {
			t.Errorf("one outage was told %d times", told)
		}
		if got := int(counter(t, w.reg, "vantage_ingest_reconnects_total")); got < n || got > n+1 {
			t.Errorf("%d reconnects counted, want %d", got, n)
		}
	})
}

func TestSupervisorNoticesSilence(t *testing.T) {
	in(t, func(t *testing.T) {
		w := supervise(t, &ingesttest.Fake{Units: 250, Silent: true}) // 10 s
		w.after(9960 * ms)                                            // the last unit
		if s := w.after(2550 * ms); s.State != ingest.Stalled || hint.Of(s.Err) == "" || s.NextTry.IsZero() {
			t.Errorf("2.55 s after the last unit: %+v", s)
		}
		if s := w.after(time.Second); s.State != ingest.Live {
			t.Errorf("a second later: %+v", s)
		}
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		w.rec.Report(t)
	})
}

func TestSupervisorDoesNotWaitForEverForTheFirstUnit(t *testing.T) {
	in(t, func(t *testing.T) {
		src := &ingesttest.Fake{Delay: time.Hour}
		w := supervise(t, src)
		if s := w.after(19 * time.Second); s.State != ingest.Connecting {
			t.Errorf("after 19 s: %+v", s)
		}
		if s := w.after(1100 * ms); s.State != ingest.Stalled {
			t.Errorf("after 20 s: %+v", s)
		}
		if s := w.after(time.Second); s.State != ingest.Connecting || s.Err == nil || s.Attempts != 1 {
			t.Errorf("at the second attempt: %+v", s)
		}
		if err := w.stop(); err != nil || src.Runs.Load() != 2 {
			t.Errorf("%v after %d runs", err, src.Runs.Load())
		}
	})
}

func TestSupervisorShowsASourceThatConnectsAndSendsNothing(t *testing.T) {
	in(t, func(t *testing.T) {
		src := &ingesttest.Fake{Delay: 500 * ms, Units: -1, Silent: true}
		w := supervise(t, src)
		if s := w.after(2900 * ms); s.State != ingest.Connecting {
			t.Errorf("2.4 s after its tracks: %+v", s)
		}
		if s := w.after(200 * ms); s.State != ingest.Stalled || hint.Of(s.Err) == "" {
			t.Errorf("2.6 s after its tracks: %+v", s)
		}
		if s := w.after(16 * time.Second); s.State != ingest.Stalled || src.Runs.Load() != 1 {
			t.Errorf("while it may yet begin: %+v, run %d", s, src.Runs.Load())
		}
		if s := w.after(2 * time.Second); s.Attempts != 1 || src.Runs.Load() != 2 {
			t.Errorf("after that: %+v, run %d", s, src.Runs.Load())
		}
		if err := w.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestSupervisorCountsTheTimeOfAVainAttemptAsWaiting(t *testing.T) {
	in(t, func(t *testing.T) {
		src := &ingesttest.Fake{Delay: 2 * time.Second, Units: -1, Err: errors.New("timed out")}
		w := supervise(t, src)
		w.after(time.Minute)
		if src.Runs.Load() < 26 || src.Runs.Load() > 29 { // 2.2 s each
			t.Errorf("%d attempts in a minute", src.Runs.Load())
		}
		if err := w.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestSupervisorStopsWhereAPersonMustAct(t *testing.T) {
	in(t, func(t *testing.T) {
		wrong := ingest.Permanent(hint.New(errors.New("wrong password"), "type it again"))
		src := &ingesttest.Fake{Delay: time.Second, Units: 1, Err: wrong}
		w := supervise(t, src)
		if s := w.after(time.Hour); s.State != ingest.Failed || s.Attempts != 1 || hint.Of(s.Err) != "type it again" {
			t.Errorf("%+v", s)
		}
		if err := <-w.done; !errors.Is(err, wrong) || src.Runs.Load() != 1 {
			t.Errorf("%v after %d runs", err, src.Runs.Load())
		}
	})
}

func TestSupervisorEndsWithTheSource(t *testing.T) {
	in(t, func(t *testing.T) {
		w := supervise(t, &ingesttest.Fake{Units: 5})
		if s := w.after(time.Minute); s.State != ingest.Ended || s.Err != nil {
			t.Errorf("%+v", s)
		}
		if err := <-w.done; err != nil {
			t.Error(err)
		}
	})
}

func TestSupervisorStopsAtOnceWhereverItIs(t *testing.T) {
	for name, tc := range map[string]struct {
		src *ingesttest.Fake
		at  time.Duration
	}{
		"connecting":                {&ingesttest.Fake{Delay: time.Hour}, time.Second},
		"live":                      {&ingesttest.Fake{}, time.Second},
		"waiting for the next try":  {&ingesttest.Fake{Units: 1, Err: errors.New("lost"), Interval: ms}, 10 * ms},
		"silent":                    {&ingesttest.Fake{Units: 1, Silent: true}, time.Second},
		"at the moment of stalling": {&ingesttest.Fake{Units: 1, Silent: true}, 2500 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T) {
				w := supervise(t, tc.src)
				w.after(tc.at)
				began := time.Now()
				if err := w.stop(); err != nil || time.Since(began) > 0 || w.Status().State != ingest.Idle {
					t.Errorf("%v after %v, %v", err, time.Since(began), w.Status().State)
				}
			})
		})
	}
}

// linked is a source that tells of its link.
type linked struct{ ingesttest.Fake }

func (*linked) Link() ingest.Link {
	return ingest.Link{Transport: "udp", Packets: 90, Lost: 7, Dropped: 3}
}
func (*linked) Peer() string { return "192.0.2.7:554" }

func TestSupervisorShowsTheLink(t *testing.T) {
	in(t, func(t *testing.T) {
		w := supervise(t, &linked{})
		if s := w.after(time.Second); s.Peer != "192.0.2.7:554" {
			t.Errorf("peer %q", s.Peer)
		}
		for name, want := range map[string]float64{
			"vantage_ingest_packets_total": 90, "vantage_ingest_packets_lost_total": 7, "vantage_ingest_units_dropped_total": 3,
		} {
			if got := counter(t, w.reg, name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		if problems, err := testutil.GatherAndLint(w.reg); err != nil || len(problems) > 0 {
			t.Errorf("%v, %v", problems, err)
		}
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		if n := testutil.CollectAndCount(w.reg, "vantage_ingest_packets_total"); n != 0 {
			t.Error("a source that has ended is still shown")
		}
	})
}

func counter(t *testing.T, reg *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return 0
}
