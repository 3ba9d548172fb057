package worker

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"vantage/internal/hint"
	"vantage/internal/pipeline"
	"vantage/media"
	"vantage/roi"
)

// HeartbeatTimeout is how long a child may be silent before it is killed.
const HeartbeatTimeout = 5 * time.Second

// Options makes a [Stream].
type Options struct {
	Stream   media.StreamID
	Pipeline func() pipeline.Config // of the next process
	Source   *media.Hub             // what the child decodes
	Outputs  map[string]*media.Hub  // by rendition name, and pipeline.AudioOutput
	Start    Starter                // Command(Self) in the product
	Linger   time.Duration          // how long a child lives on when nothing is active any more

	// CrashLimit crashes within CrashWindow open the circuit breaker.
	CrashLimit  int
	CrashWindow time.Duration

	OnPlan   func(*roi.Plan) // may be nil; must not block
	OnStatus func(Status)    // may be nil; must not block
	Log      *slog.Logger    // may be nil
	Metrics  *Metrics        // may be nil
}

// Stream supervises the worker process of one stream.
type Stream struct {
	o      Options
	status atomic.Pointer[Status]

	mu     sync.Mutex
	active []string
	wake   chan struct{} // capacity 1: active or snaps changed
	snaps  []snapshot    // waiting, oldest first
}

// New returns a stream with nothing active.
func New(o Options) *Stream {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Stream{o: o, wake: make(chan struct{}, 1)}
	s.status.Store(&Status{State: Off, Since: time.Now()})
	return s
}

// SetActive says which outputs are wanted. It does not block.
func (s *Stream) SetActive(names []string) {
	s.mu.Lock()
	s.active = append([]string(nil), names...)
	s.mu.Unlock()
	s.poke()
}

// Status returns the present state.
func (s *Stream) Status() Status { return *s.status.Load() }

// Run keeps a child running while outputs are active, until ctx ends. It returns nil then.
func (s *Stream) Run(ctx context.Context) error {
	b := breaker{limit: s.o.CrashLimit, window: s.o.CrashWindow}
	for s.waitActive(ctx) {
		err := s.runProcess(ctx)
		if ctx.Err() != nil || err == nil {
			s.set(func(st *Status) { st.State, st.PID = Off, 0 })
			continue
		}
		wait, open := b.crashed(time.Now())
		s.o.Metrics.crash(s.o.Stream)
		s.set(func(st *Status) { st.State, st.PID, st.Err, st.Crashes = Starting, 0, err, st.Crashes+1 })
		if open {
			s.set(func(st *Status) { st.State = Broken })
			s.o.Log.Error("worker crashes again and again, viewers get the source as it is", "err", err, "retry_in", wait)
			s.passthrough(ctx, wait)
			s.set(func(st *Status) { st.State = Off }) // half open: who comes now may try
			continue
		}
		s.o.Log.Warn("worker ended, starting another", "err", err, "hint", hint.Of(err), "in", wait)
		sleep(ctx, wait)
	}
	return nil
}

// waitActive waits for something to be active; false when ctx has ended.
func (s *Stream) waitActive(ctx context.Context) bool {
	for ctx.Err() == nil {
		if len(s.Active()) > 0 {
			return true
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
		}
	}
	return false
}

// Active returns what is wanted, which the caller must not change.
func (s *Stream) Active() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active
}

// runProcess runs one child to its end. nil: it was ended because nothing is active, or ctx ended.
func (s *Stream) runProcess(ctx context.Context) error {
	s.set(func(st *Status) { st.State, st.Stats = Starting, pipeline.Stats{} })
	p, err := s.o.Start(s.o.Log)
	if err != nil {
		return err
	}
	s.set(func(st *Status) { st.PID = p.pid })
	s.o.Log.Info("worker started", "pid", p.pid)
	inner, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	run := func(f func(context.Context, *Process) error) {
		wg.Go(func() {
			if err := f(inner, p); err != nil {
				cancel(err)
			}
		})
	}
	err = p.conn.sendJSON(msgHello, helloBody{protocolVersion, s.o.Pipeline()})
	if err != nil {
		cancel(fmt.Errorf("worker: send configuration: %w", err))
	} else {
		run(s.feed)
		run(s.control)
		for name, hub := range s.o.Outputs {
			run(func(ctx context.Context, p *Process) error { return relayRequests(ctx, p, name, hub) })
		}
	}
	wg.Go(func() {
		cancel(s.read(p))
	})
	<-inner.Done()
	cause := context.Cause(inner)
	exit := p.stop()
	wg.Wait()
	if ctx.Err() != nil || errors.Is(cause, errNotNeeded) {
		return nil
	}
	if words := p.lastWords(); words != "" {
		s.o.Log.Error("worker's last words", "pid", p.pid, "text", words)
	}
	return fmt.Errorf("worker %d: %w", p.pid, errors.Join(cause, exit))
}

// errNotNeeded ends a child that nobody watches any more.
var errNotNeeded = errors.New("nothing is active")

// feed sends the source's tracks and units.
func (s *Stream) feed(ctx context.Context, p *Process) error {
	sub := s.o.Source.Subscribe(media.QueueConfig{Edge: "hub-worker", MaxAge: inputAge})
	defer sub.Close()
	var tracks []*media.Track
	for {
		u, err := sub.Pop(ctx)
		if errors.Is(err, media.ErrClosed) {
			<-ctx.Done() // the stream is being removed: its owner ends us
			return nil
		}
		if err != nil {
			return nil
		}
		i := indexOf(tracks, u.Track)
		if i < 0 {
			tracks = withTrack(s.o.Source.Tracks(), u.Track)
			i = indexOf(tracks, u.Track)
			err = p.conn.sendJSON(msgTracks, tracksBody{Index: inputIndex, Tracks: tracks})
		}
		if err == nil {
			err = p.conn.sendUnit(inputIndex, uint8(i), u)
		}
		u.Release()
		if err != nil {
			return fmt.Errorf("worker does not take units: %w", err)
		}
	}
}

// withTrack is the announced tracks with t among them: a unit may come just before or after its announcement.
func withTrack(announced []*media.Track, t *media.Track) []*media.Track {
	if indexOf(announced, t) >= 0 {
		return announced
	}
	list := []*media.Track{t}
	for _, o := range announced {
		if o.ID != t.ID {
			list = append(list, o)
		}
	}
	return list
}

func indexOf(tracks []*media.Track, t *media.Track) int {
	for i, o := range tracks {
		if o == t {
			return i
		}
	}
	return -1
}

// control sends the active set, and ends the child when it has been empty for the linger time.
func (s *Stream) control(ctx context.Context, p *Process) error {
	for {
		names := s.Active()
		err := p.conn.sendJSON(msgActive, names)
		if width, ok := s.asked(); ok && err == nil {
			err = p.conn.sendJSON(msgSnapshot, snapshotBody{width})
		}
		if err != nil {
			return fmt.Errorf("worker does not listen: %w", err)
		}
		var idle <-chan time.Time
		if len(names) == 0 {
			idle = time.After(s.o.Linger)
		}
		select {
		case <-s.wake:
		case <-idle:
			return errNotNeeded
		case <-ctx.Done():
			return nil
		}
	}
}

// relayRequests carries the viewers' wishes for one output to the child.
func relayRequests(ctx context.Context, p *Process, name string, hub *media.Hub) error {
	if b := hub.Demand().Bitrate(); b > 0 { // wished of the child before
		if err := p.conn.sendJSON(msgRequest, requestBody{name, media.Request{BitrateBPS: b}}); err != nil {
			return fmt.Errorf("worker does not listen: %w", err)
		}
	}
	for {
		select {
		case <-hub.Demand().C():
		case <-ctx.Done():
			return nil
		}
		if r, ok := hub.Demand().Take(); ok {
			if err := p.conn.sendJSON(msgRequest, requestBody{name, r}); err != nil {
				return fmt.Errorf("worker does not listen: %w", err)
			}
		}
	}
}

// read publishes what the child sends, until its end.
func (s *Stream) read(p *Process) error {
	outs := map[uint8]*output{}
	trackOf := func(i, t uint8) *media.Track {
		if o := outs[i]; o != nil && int(t) < len(o.tracks) {
			return o.tracks[t]
		}
		return nil
	}
	for {
		t, b, err := p.conn.receive(HeartbeatTimeout)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			p.kill()
			return fmt.Errorf("no sign of life for %v", HeartbeatTimeout)
		}
		if err != nil {
			return fmt.Errorf("connection ended: %w", err)
		}
		switch t {
		case msgUnit:
			u, err := parseUnit(b, trackOf)
			if err != nil {
				return err
			}
			if u != nil {
				outs[b[0]].hub.Publish(u)
				u.Release()
			}
		case msgTracks:
			body, err := parseTracks(b)
			if err != nil {
				return err
			}
			if hub := s.o.Outputs[body.Output]; hub != nil {
				outs[body.Index] = &output{hub, announce(hub, body.Tracks)}
				s.set(func(st *Status) { st.State, st.Err = Running, nil })
			}
		default:
			if err := s.message(t, b); err != nil {
				return err
			}
		}
	}
}

// message takes what is not media.
func (s *Stream) message(t messageType, b []byte) error {
	switch t {
	case msgStats:
		var st pipeline.Stats
		if err := json.Unmarshal(b, &st); err != nil {
			return err
		}
		s.set(func(now *Status) { now.State, now.Stats = Running, st })
	case msgPlan:
		p := new(roi.Plan)
		if err := json.Unmarshal(b, p); err != nil {
			return err
		}
		if s.o.OnPlan != nil {
			s.o.OnPlan(p)
		}
	case msgKey:
		s.o.Source.Demand().RequestKeyFrame()
	case msgSnapshot:
		if len(b) < snapshotHeaderBytes {
			return fmt.Errorf("snapshot message of %d bytes", len(b))
		}
		s.set(func(now *Status) { now.Err = nil }) // it decodes
		s.deliver(int(binary.BigEndian.Uint32(b)), bytes.Clone(b[snapshotHeaderBytes:]))
	case msgFault:
		var f faultBody
		if err := json.Unmarshal(b, &f); err != nil {
			return err
		}
		return hint.New(errors.New(f.Error), f.Hint)
	case msgEnd:
		return errors.New("ended by itself")
	default:
		return fmt.Errorf("message of unknown type %d", t)
	}
	return nil
}

// output is where the units of one output index go.
type output struct {
	hub    *media.Hub
	tracks []*media.Track
}

// announce publishes a child's tracks with epochs that rise over the life of the hub, whatever the number of children.
func announce(hub *media.Hub, tracks []*media.Track) []*media.Track {
	list := make([]*media.Track, len(tracks))
	for i, t := range tracks {
		n := *t
		if old := media.TrackOf(hub.Tracks(), t.Kind()); old != nil {
			n.Epoch = old.Epoch
			if !old.SameParams(t) {
				n.Epoch++
			}
		}
		list[i] = &n
	}
	hub.SetTracks(list)
	return list
}

// set replaces the status by a changed copy and tells it. Only the goroutine of Run and the reader that it waits for call it.
func (s *Stream) set(change func(*Status)) {
	s.mu.Lock()
	st := *s.status.Load()
	before := st.State
	change(&st)
	if st.State != before {
		st.Since = time.Now()
	}
	s.status.Store(&st)
	s.mu.Unlock()
	if s.o.OnStatus != nil {
		s.o.OnStatus(st)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
