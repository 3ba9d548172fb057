package media

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Publisher is what a source or an encoder feeds. [Hub] implements it.
type Publisher interface {
	// SetTracks announces the tracks; called before the first unit and whenever they change.
	SetTracks(tracks []*Track)

	// Publish lends u to the subscribers. It never blocks (but for subscribers that asked to block).
	Publish(u *Unit)

	// Demand is what the subscribers wish of the publisher.
	Demand() *Demand
}

// HubConfig tunes a hub. The zero value is the default.
type HubConfig struct {
	// OnSubscribers, if set, is called with the number of subscribers after it changed, without locks held. Calls do not
	// overlap and the last one tells the final number; changes that come in quick succession may be told as one.
	OnSubscribers func(n int)
}

// HubStats are a hub's counts since it was made.
type HubStats struct {
	Units, Bytes           uint64
	Pictures, RandomAccess uint64 // of video
	Subscribers            int
	LastUnit               time.Time
	Dropped                uint64 // by all queues, ended ones included
}

// Hub fans the units of one publisher out to subscribers, each behind its own queue. It outlives its publisher: when a
// camera reconnects, the same hub goes on, and viewers keep their session.
type Hub struct {
	name   string
	cfg    HubConfig
	demand *Demand
	tracks atomic.Pointer[[]*Track]
	subs   atomic.Pointer[[]*Subscription] // immutable snapshot; written under mu

	mu      sync.Mutex
	holds   int
	changed chan struct{} // closed and replaced when tracks change or the hub closes
	closed  error
	gone    uint64 // drops of ended subscriptions
	told    int    // the number that OnSubscribers was last called with
	telling bool   // a goroutine is calling it

	units, bytes, pictures, random atomic.Uint64

	born time.Time
	last atomic.Int64 // time of the newest unit, in ns since born; 0: none yet
}

// NewHub returns a hub without tracks. The name appears in logs and metrics: "gate-north/hd".
func NewHub(name string, cfg HubConfig) *Hub {
	h := &Hub{name: name, cfg: cfg, demand: NewDemand(), changed: make(chan struct{}), born: time.Now()}
	h.tracks.Store(new([]*Track))
	h.subs.Store(new([]*Subscription))
	return h
}

// Name is the name given to NewHub.
func (h *Hub) Name() string { return h.name }

// Demand implements [Publisher].
func (h *Hub) Demand() *Demand { return h.demand }

// SetTracks implements [Publisher]. An empty list says that the publisher is away; subscribers stay.
func (h *Hub) SetTracks(tracks []*Track) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed != nil {
		return
	}
	list := append([]*Track(nil), tracks...)
	h.tracks.Store(&list)
	close(h.changed)
	h.changed = make(chan struct{})
}

// Tracks returns the present tracks, which the caller must not change.
func (h *Hub) Tracks() []*Track { return *h.tracks.Load() }

// Changed returns a channel that is closed at the next change of tracks or when the hub closes.
func (h *Hub) Changed() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.changed
}

// WaitTracks returns the tracks as soon as there are any.
func (h *Hub) WaitTracks(ctx context.Context) ([]*Track, error) {
	for {
		h.mu.Lock()
		changed, closed := h.changed, h.closed
		h.mu.Unlock()
		if closed != nil {
			return nil, closed
		}
		if t := h.Tracks(); len(t) > 0 {
			return t, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// Publish implements [Publisher].
func (h *Hub) Publish(u *Unit) {
	h.units.Add(1)
	h.bytes.Add(uint64(u.Size()))
	if u.Track.Kind() == Video {
		h.pictures.Add(1)
		if u.RandomAccess {
			h.random.Add(1)
		}
	}
	now := time.Now()
	h.last.Store(max(int64(now.Sub(h.born)), 1))
	for _, s := range *h.subs.Load() {
		if s.kinds == 0 || s.kinds == u.Track.Kind() {
			s.queue.push(u, now)
		}
	}
}

// Subscribe adds a subscriber to all tracks. Its video starts at the next random-access unit, which the hub asks for.
func (h *Hub) Subscribe(cfg QueueConfig) *Subscription { return h.SubscribeKind(cfg, 0) }

// SubscribeKind is Subscribe for the tracks of one kind; 0 means all.
func (h *Hub) SubscribeKind(cfg QueueConfig, k Kind) *Subscription {
	s := &Subscription{hub: h, kinds: k}
	wantKey := h.demand.RequestKeyFrame
	s.queue = NewQueue(cfg, wantKey)
	if !cfg.Block {
		s.queue.StartAtRandomAccess()
	}
	h.mu.Lock()
	if h.closed != nil {
		s.queue.Close(h.closed)
		h.mu.Unlock()
		return s
	}
	list := append(append([]*Subscription(nil), *h.subs.Load()...), s)
	h.subs.Store(&list)
	h.mu.Unlock()
	if k != Audio {
		wantKey()
	}
	h.notify()
	return s
}

// Hold counts as a subscriber that takes nothing, until the returned function is called: who will subscribe once the
// tracks are known keeps an on-demand publisher running meanwhile. Calling release again does nothing.
func (h *Hub) Hold() (release func()) {
	h.hold(+1)
	return sync.OnceFunc(func() { h.hold(-1) })
}

func (h *Hub) hold(n int) {
	h.mu.Lock()
	h.holds += n
	h.mu.Unlock()
	h.notify()
}

// watchers is the number of all who count as subscribers. The lock is held.
func (h *Hub) watchers() int { return len(*h.subs.Load()) + h.holds }

// Close ends the hub: every subscriber drains its queue and then gets the reason (ErrClosed if nil).
func (h *Hub) Close(reason error) {
	if reason == nil {
		reason = ErrClosed
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed != nil {
		return
	}
	h.closed = reason
	h.demand.Stop()
	for _, s := range *h.subs.Load() {
		s.queue.Close(reason)
	}
	close(h.changed)
}

// Watched reports whether anybody subscribes or holds.
func (h *Hub) Watched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.watchers() > 0
}

// Stats returns the counts and the present state.
func (h *Hub) Stats() HubStats {
	st := HubStats{
		Units: h.units.Load(), Bytes: h.bytes.Load(), Pictures: h.pictures.Load(), RandomAccess: h.random.Load(),
	}
	if ns := h.last.Load(); ns > 0 {
		st.LastUnit = h.born.Add(time.Duration(ns))
	}
	h.mu.Lock()
	st.Dropped = h.gone
	subs := *h.subs.Load()
	h.mu.Unlock()
	st.Subscribers = len(subs)
	for _, s := range subs {
		st.Dropped += s.queue.Stats().Dropped()
	}
	return st
}

func (h *Hub) remove(s *Subscription) {
	h.mu.Lock()
	old := *h.subs.Load()
	list := make([]*Subscription, 0, len(old))
	for _, o := range old {
		if o != s {
			list = append(list, o)
		}
	}
	removed := len(list) < len(old)
	if removed {
		h.subs.Store(&list)
		h.gone += s.queue.Stats().Dropped()
	}
	h.mergeBitrate(list)
	h.mu.Unlock()
	if removed {
		h.notify()
	}
}

// mergeBitrate delivers the least bitrate that any subscriber can take. The lock is held.
func (h *Hub) mergeBitrate(subs []*Subscription) {
	least := 0
	for _, s := range subs {
		if b := int(s.bitrate.Load()); b > 0 && (least == 0 || b < least) {
			least = b
		}
	}
	h.demand.SetBitrate(least)
}

// notify tells the number of subscribers. Whoever is at it already tells the latest, so that a viewer who leaves while
// another joins cannot have the numbers told in the wrong order and stop a source that is watched.
func (h *Hub) notify() {
	if h.cfg.OnSubscribers == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.telling {
		return
	}
	h.telling = true
	for h.told != h.watchers() {
		n := h.watchers()
		h.told = n
		h.mu.Unlock()
		h.cfg.OnSubscribers(n)
		h.mu.Lock()
	}
	h.telling = false
}

// Subscription is one consumer's place at a hub. One goroutine pops.
type Subscription struct {
	hub     *Hub
	kinds   Kind // 0: all
	queue   *Queue
	bitrate atomic.Int64
	once    sync.Once
}

// Pop waits for the next unit, which the caller owns and releases.
func (s *Subscription) Pop(ctx context.Context) (*Unit, error) { return s.queue.Pop(ctx) }

// TryPop is [Queue.TryPop].
func (s *Subscription) TryPop() (*Unit, error) { return s.queue.TryPop() }

// C is [Queue.C].
func (s *Subscription) C() <-chan struct{} { return s.queue.C() }

// Request passes a wish upstream. It does not block.
func (s *Subscription) Request(r Request) {
	if r.KeyFrame {
		s.hub.demand.RequestKeyFrame()
	}
	if r.BitrateBPS != 0 {
		s.bitrate.Store(int64(max(r.BitrateBPS, 0)))
		s.hub.mu.Lock()
		s.hub.mergeBitrate(*s.hub.subs.Load())
		s.hub.mu.Unlock()
	}
}

// Stats returns the queue's counts.
func (s *Subscription) Stats() QueueStats { return s.queue.Stats() }

// Close leaves the hub and releases what waits. It may be called more than once, and while another goroutine pops.
func (s *Subscription) Close() {
	s.once.Do(func() {
		s.queue.Close(ErrClosed)
		s.hub.remove(s)
		s.queue.Drain()
	})
}
