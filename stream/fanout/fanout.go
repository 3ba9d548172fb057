package fanout

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"vantage/media"
)

// DefaultMaxAge is how long a unit may wait at a feed when Config.MaxAge is 0.
const DefaultMaxAge = 400 * time.Millisecond

// lanesPerCPU is more than one, because a lane may wait in the kernel when the port's send buffer is full.
const lanesPerCPU = 2

// Config tunes a Fan. The zero value is the default.
type Config struct {
	MaxAge  time.Duration // of a unit that waits to be packetised; 0 means DefaultMaxAge
	Lanes   int           // sender goroutines; 0 means two for each CPU
	Log     *slog.Logger  // nil discards
	Metrics *Metrics      // nil is off
}

// Fan carries units to viewers.
type Fan struct {
	cfg     Config
	log     *slog.Logger
	metrics *Metrics
	lanes   []*lane
	scratch sync.Pool // *[]byte, for RTX payloads

	mu    sync.Mutex
	ctx   context.Context // of Run; nil when not running
	tasks sync.WaitGroup  // feeds and callbacks; Add only under mu while running
	feeds map[feedKey]*feed
}

// ErrNotRunning says that the Fan does not run (any more).
var ErrNotRunning = errors.New("fanout: not running")

// New returns a Fan without viewers.
func New(cfg Config) *Fan {
	if cfg.MaxAge == 0 {
		cfg.MaxAge = DefaultMaxAge
	}
	if cfg.Lanes == 0 {
		cfg.Lanes = lanesPerCPU * runtime.GOMAXPROCS(0)
	}
	f := &Fan{cfg: cfg, log: cfg.Log, metrics: cfg.Metrics, feeds: make(map[feedKey]*feed)}
	f.scratch.New = func() any { return new(make([]byte, 0, MaxPacketBytes)) }
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	if f.metrics == nil {
		f.metrics = NewMetrics(nil)
	}
	for i := range cfg.Lanes {
		f.lanes = append(f.lanes, newLane(f, i))
	}
	return f
}

// Run sends until ctx ends. Viewers that are still there are told by OnEnd.
func (f *Fan) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f.mu.Lock()
	if f.ctx != nil {
		f.mu.Unlock()
		return errors.New("fanout: runs already")
	}
	f.ctx = ctx
	f.mu.Unlock()

	var lanes sync.WaitGroup
	for _, l := range f.lanes {
		lanes.Go(func() { l.run(ctx) })
	}
	<-ctx.Done()
	f.mu.Lock()
	f.ctx = nil
	f.mu.Unlock()
	lanes.Wait()
	f.tasks.Wait()
	for _, l := range f.lanes {
		l.drop()
	}
	return context.Cause(ctx)
}

// Join adds a viewer. Its video begins at the next random-access unit, which is asked for.
func (f *Fan) Join(cfg ViewerConfig) (*Viewer, error) {
	v := &Viewer{fan: f, cfg: cfg}
	f.mu.Lock()
	if f.ctx == nil {
		f.mu.Unlock()
		return nil, ErrNotRunning
	}
	v.lane = f.lanes[0]
	for _, l := range f.lanes[1:] {
		if l.load() < v.lane.load() {
			v.lane = l
		}
	}
	for _, s := range cfg.Streams {
		fd, err := f.feedFor(s)
		if err != nil {
			f.mu.Unlock()
			v.Close()
			return nil, err
		}
		o := newOutput(v, fd, s)
		v.outputs = append(v.outputs, o)
		if v.lead == nil || s.Kind == media.Video {
			v.lead = o
		}
	}
	// All outputs and the lead are set before a lane sees the first.
	for _, o := range v.outputs {
		v.lane.add(o)
	}
	f.mu.Unlock()
	for _, o := range v.outputs {
		if o.cfg.Kind == media.Video {
			o.feed.requestKeyFrame()
		}
	}
	return v, nil
}

// feedFor returns the feed of a track for one more user. The lock is held.
func (f *Fan) feedFor(s StreamConfig) (*feed, error) {
	key := feedKey{s.Hub, s.Kind}
	fd, ok := f.feeds[key]
	if ok && fd.codec != s.Codec {
		return nil, &CodecError{From: fd.codec, To: s.Codec}
	}
	if !ok {
		if s.ClockRate <= 0 {
			return nil, fmt.Errorf("fanout: clock rate %d", s.ClockRate)
		}
		fd = f.startFeed(key, s.Codec)
	}
	fd.users++
	return fd, nil
}

// startFeed begins to packetise a track. The lock is held.
func (f *Fan) startFeed(key feedKey, c media.Codec) *feed {
	fd := &feed{fan: f, key: key, codec: c, members: make([]atomic.Int32, len(f.lanes))}
	ctx, cancel := context.WithCancel(f.ctx)
	fd.stop = cancel
	f.feeds[key] = fd
	f.tasks.Go(func() { f.end(fd, fd.run(ctx)) })
	return fd
}

// leave takes one user from a feed and ends it with the last.
func (f *Fan) leave(fd *feed) {
	f.mu.Lock()
	fd.users--
	last := fd.users == 0
	if last && f.feeds[fd.key] == fd {
		delete(f.feeds, fd.key)
	}
	f.mu.Unlock()
	if last {
		fd.stop()
	}
}

// end tells the viewers of a feed that has ended by itself. It runs on the feed's goroutine; the callbacks do not, because they close
// connections one by one.
func (f *Fan) end(fd *feed, reason error) {
	fd.stop()
	f.mu.Lock()
	if f.feeds[fd.key] == fd {
		delete(f.feeds, fd.key)
	}
	f.mu.Unlock()
	var told sync.WaitGroup
	for _, l := range f.lanes {
		for _, o := range l.watchers(fd) {
			if o.viewer.cfg.OnEnd != nil {
				told.Go(func() { o.viewer.cfg.OnEnd(reason) })
			}
		}
	}
	told.Wait()
}
