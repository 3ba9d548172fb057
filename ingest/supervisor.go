package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"vantage/internal/hint"
	"vantage/media"
)

// The pace of reconnecting. A camera that comes back is to be on the screen within two seconds, however long it was away, so the
// backoff ends early: one attempt a second costs neither side anything.
const (
	firstRetry = 250 * time.Millisecond
	maxRetry   = time.Second

	// leastRetry is the wait after an attempt that took longer than the backoff in vain, such as one to a host that is down.
	leastRetry = 200 * time.Millisecond

	// firstUnitTimeout is how long a source may take from the attempt to its first unit: UDP tried in vain, TCP, and the
	// rest of a long GOP.
	firstUnitTimeout = 20 * time.Second

	// steadyAfter is how long a connection must have lasted for the count of attempts to begin anew. One that is lost sooner, again and
	// again, is told and retried as one outage.
	steadyAfter = 5 * time.Second
)

// errStalled is the failure of a source that is connected and sends nothing.
var errStalled = errors.New("nothing arrives")

const stalledHint = "check the camera's network and power; other viewers may have taken all its sessions"

// SupervisorConfig makes a [Supervisor].
type SupervisorConfig struct {
	Source     Source
	Timeline   *Timeline     // that the source publishes to
	StallAfter time.Duration // silence that counts as stalled
	OnStatus   func(Status)  // may be nil; called in order, must not block
	Log        *slog.Logger  // may be nil
	Metrics    *Metrics      // may be nil
	Stream     media.StreamID
}

// Supervisor keeps a source running: it connects again after failures, notices silence, and stops where only a person can help.
type Supervisor struct {
	c      SupervisorConfig
	status atomic.Pointer[Status]
}

// NewSupervisor returns a supervisor that does nothing yet.
func NewSupervisor(c SupervisorConfig) *Supervisor {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Supervisor{c: c}
	s.status.Store(&Status{State: Idle, Since: time.Now()})
	return s
}

// Status returns the present state.
func (s *Supervisor) Status() Status { return *s.status.Load() }

// Run keeps the source running until ctx ends (nil), the source ends by itself (nil), or an error is [Permanent].
func (s *Supervisor) Run(ctx context.Context) error {
	if l, ok := s.c.Source.(Linked); ok {
		defer s.c.Metrics.watch(s.c.Stream, l)()
	}
	attempts := 0
	for {
		s.set(Status{State: Connecting, Attempts: attempts, Err: s.Status().Err})
		began := time.Now()
		lasted, err := s.attempt(ctx)
		s.c.Timeline.SetTracks(nil)
		switch {
		case ctx.Err() != nil:
			s.set(Status{State: Idle})
			return nil
		case err == nil:
			s.set(Status{State: Ended})
			s.c.Log.Info("source ended")
			return nil
		case IsPermanent(err):
			s.set(Status{State: Failed, Err: err, Attempts: attempts + 1})
			s.c.Log.Error("source failed", "err", err, "hint", hint.Of(err))
			return err
		}
		if lasted >= steadyAfter {
			attempts = 0
		}
		attempts++
		s.c.Metrics.reconnect(s.c.Stream)
		wait := backoff(attempts)
		if lasted == 0 {
			wait = max(wait-time.Since(began), min(wait, leastRetry))
		}
		state := Retrying
		if errors.Is(err, errStalled) {
			state = Stalled // as people see it: the camera is there and sends nothing
		}
		s.set(Status{State: state, Err: err, Attempts: attempts, NextTry: time.Now().Add(wait)})
		if attempts == 1 || attempts%20 == 0 { // an outage of a night is told some times, not thousands
			s.c.Log.Warn("source lost", "err", err, "hint", hint.Of(err), "attempts", attempts)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// attempt runs the source once. lasted is the time from its first unit to its last.
func (s *Supervisor) attempt(ctx context.Context) (lasted time.Duration, err error) {
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.c.Timeline.Restart()
	w := newWatch(s.c.Timeline)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.watch(inner, w); err != nil {
			cancel(err)
		}
	})
	err = s.c.Source.Run(inner, w)
	if cause := context.Cause(inner); errors.Is(cause, errStalled) {
		err = hint.New(cause, stalledHint)
	}
	cancel(nil)
	wg.Wait()
	return w.lasted(), err
}

// watch follows one attempt: the first unit makes it live, silence ends it.
func (s *Supervisor) watch(ctx context.Context, w *watch) error {
	if live, err := s.await(ctx, w); !live {
		return err
	}
	s.set(Status{State: Live, Peer: peerOf(s.c.Source)})
	s.c.Log.Info("source live", "peer", peerOf(s.c.Source))
	for {
		silent := time.Since(w.started) - time.Duration(w.last.Load())
		if silent >= s.c.StallAfter {
			err := fmt.Errorf("%w for %v", errStalled, s.c.StallAfter)
			s.set(Status{State: Stalled, Err: err})
			s.c.Log.Warn("source stalled", "silent", silent)
			return err
		}
		select {
		case <-time.After(s.c.StallAfter - silent):
		case <-ctx.Done():
			return nil
		}
	}
}

// await waits for the first unit; live is false when ctx ended before. A source that has announced its tracks and sends nothing is shown as
// stalled, and given time all the same: it may be about to try TCP.
func (s *Supervisor) await(ctx context.Context, w *watch) (live bool, err error) {
	giveUp := time.After(firstUnitTimeout)
	announced := w.announced
	var silent <-chan time.Time
	for {
		select {
		case <-w.live:
			return true, nil
		case <-announced:
			announced, silent = nil, time.After(s.c.StallAfter)
		case <-silent:
			st := s.Status()
			s.set(Status{State: Stalled, Err: hint.New(errStalled, stalledHint), Attempts: st.Attempts})
		case <-giveUp:
			return false, fmt.Errorf("%w within %v of connecting", errStalled, firstUnitTimeout)
		case <-ctx.Done():
			return false, nil
		}
	}
}

func peerOf(s Source) string {
	if p, ok := s.(Peered); ok {
		return p.Peer()
	}
	return ""
}

// set replaces the status and tells it.
func (s *Supervisor) set(st Status) {
	st.Since = time.Now()
	if old := s.Status(); old.State == st.State {
		st.Since = old.Since
	}
	s.status.Store(&st)
	if s.c.OnStatus != nil {
		s.c.OnStatus(st)
	}
}

// backoff is the wait before attempt n (from 1): doubling up to maxRetry, with up to a third taken off by chance, so that the
// cameras behind one switch do not all come back at once.
func backoff(n int) time.Duration {
	d := maxRetry
	if n < 8 {
		d = min(maxRetry, firstRetry<<(n-1))
	}
	return d - time.Duration(rand.Int64N(int64(d/3)))
}
