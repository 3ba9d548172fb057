package ingesttest

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vantage/ingest"
	"vantage/media/mediatest"
)

// What the suite asks of a source.
const (
	// firstUnits is how many units of each track are looked at.
	firstUnits = 5

	// patience is how long a source may take to deliver them, on a machine that has other things to do.
	patience = 20 * time.Second

	// promptly is how long Run may go on after its context ended: a reload waits for it.
	promptly = 2 * time.Second

	// aftermath is how long a source is listened to after Run returned.
	aftermath = 50 * time.Millisecond
)

var errEnough = errors.New("the suite has seen enough")

// Run holds a source to its contract. open is called for each case and returns a source that delivers for at least some
// seconds, or until its context ends; it may register clean-ups.
func Run(t *testing.T, open func(t *testing.T) ingest.Source) {
	t.Helper()
	cases := map[string]func(*testing.T, ingest.Source){
		"announces its tracks, delivers them in order and ends when asked": delivers,
		"can run again": func(t *testing.T, s ingest.Source) {
			delivers(t, s)
			delivers(t, s)
		},
		"does not begin when its context has ended": neverBegins,
		"ends while it connects": func(t *testing.T, s ingest.Source) {
			for _, after := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond} {
				r := start(t, s, firstUnits)
				<-time.After(after)
				r.stop(t)
			}
		},
	}
	for name, check := range cases {
		t.Run(name, func(t *testing.T) {
			mediatest.NoLeaks(t)
			s := open(t)
			before := goleak.IgnoreCurrent()
			check(t, s)
			if err := goleak.Find(before); err != nil {
				t.Errorf("goroutines are left when Run has returned: %v", err)
			}
		})
	}
}

func delivers(t *testing.T, s ingest.Source) {
	t.Helper()
	r := start(t, s, firstUnits)
	select {
	case <-r.rec.enough:
	case err := <-r.done:
		r.done <- err
		t.Errorf("Run returned %v before %d units of each track: %s", err, firstUnits, r.rec.progress())
	case <-time.After(patience):
		t.Errorf("not %d units of each track in %v: %s", firstUnits, patience, r.rec.progress())
	}
	r.stop(t)
}

func neverBegins(t *testing.T, s ingest.Source) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errEnough)
	rec := newRecorder(firstUnits)
	began := time.Now()
	if err := s.Run(ctx, rec); err == nil {
		t.Error("Run returned nil, which says that the source came to its end")
	}
	if d := time.Since(began); d > promptly {
		t.Errorf("Run took %v with a context that had ended", d)
	}
	report(t, rec)
}

// running is one Run of a source.
type running struct {
	rec    *recorder
	cancel context.CancelCauseFunc
	done   chan error // what Run returned
}

func start(t *testing.T, s ingest.Source, want int) *running {
	ctx, cancel := context.WithCancelCause(t.Context())
	r := &running{rec: newRecorder(want), cancel: cancel, done: make(chan error, 1)}
	go func() { r.done <- s.Run(ctx, r.rec) }()
	return r
}

// stop ends the source and reports what was wrong with it.
func (r *running) stop(t *testing.T) {
	t.Helper()
	r.cancel(errEnough)
	select {
	case <-r.done:
	case <-time.After(promptly):
		t.Fatalf("Run goes on %v after its context ended", promptly)
	}
	report(t, r.rec)
}

func report(t *testing.T, rec *recorder) {
	t.Helper()
	rec.end()
	<-time.After(aftermath)
	for _, fault := range rec.late() {
		t.Error(fault)
	}
}
