package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"vantage/ingest"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/media"
)

// roster holds the feeds by name.
type roster struct {
	o          Options
	metrics    metrics
	transcodes bool // this binary can
	encoders   encoders
	changes    changes
	kick       func(media.StreamID) // ends the sessions that publish a stream; nil: none can

	// editing is held by those who add, replace and remove streams at a person's wish, also while a stream ends: one such change at a time.
	// It is taken before mu.
	editing sync.Mutex

	mu    sync.Mutex
	cfg   *config.Config
	feeds map[media.StreamID]*feed
	ctx   context.Context // of Run; nil before
	wg    sync.WaitGroup
}

func newRoster(cfg *config.Config, o Options, m metrics) *roster {
	return &roster{o: o, cfg: cfg, metrics: m, transcodes: o.Start != nil, feeds: map[media.StreamID]*feed{}}
}

// run starts the feeds made so far and lets later ones start; it returns when ctx has ended and all feeds with it.
func (r *roster) run(ctx context.Context) {
	r.mu.Lock()
	r.ctx = ctx
	for _, f := range r.feeds {
		r.start(f)
	}
	r.mu.Unlock()
	tick := time.NewTicker(sampleInterval)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			for _, f := range r.list() {
				f.sample(now)
			}
		case <-ctx.Done():
			r.wg.Wait()
			return
		}
	}
}

// start runs a feed, once. The lock is held.
func (r *roster) start(f *feed) {
	if r.ctx == nil || r.ctx.Err() != nil || f.cancel != nil || r.feeds[f.id] != f {
		return
	}
	ctx, cancel := context.WithCancelCause(r.ctx)
	f.cancel = cancel
	r.wg.Go(func() { f.run(ctx, r.sourceOf(f)) })
}

// add makes and starts a feed. It fails when the name is taken.
func (r *roster) add(id media.StreamID, from origin, cfg config.Stream) (*feed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.feeds[id] != nil {
		return nil, fmt.Errorf("stream %q: %w", id, errTaken)
	}
	f := r.newFeed(id, from, cfg)
	r.feeds[id] = f
	r.start(f)
	r.feedChanged(f)
	return f, nil
}

// errTaken says that a stream of the name exists.
var errTaken = errors.New("the name is taken")

// replace adds a feed in place of one of the same name, if any. The name is never free meanwhile, and the new source starts when the old one
// has ended: many a camera has one session to give.
func (r *roster) replace(id media.StreamID, from origin, cfg config.Stream) *feed {
	r.mu.Lock()
	old := r.feeds[id]
	f := r.newFeed(id, from, cfg)
	r.feeds[id] = f
	r.mu.Unlock()
	if old != nil {
		r.stop(old, errReplaced)
	}
	r.mu.Lock()
	r.start(f)
	r.mu.Unlock()
	r.feedChanged(f)
	return f
}

// errReplaced is why the sessions of a stream end whose configuration has changed.
var errReplaced = errors.New("the stream's configuration changed")

// remove ends a feed and forgets it.
func (r *roster) remove(id media.StreamID, reason error) {
	r.mu.Lock()
	f := r.feeds[id]
	delete(r.feeds, id)
	r.mu.Unlock()
	if f == nil {
		return
	}
	r.stop(f, reason)
	r.changes.tell(id)
}

// stop ends a feed that is not in the roster any more, with the session that publishes it, and waits for its end.
func (r *roster) stop(f *feed, reason error) {
	if f.retire() && r.kick != nil {
		r.kick(f.id)
	}
	r.mu.Lock()
	cancel := f.cancel
	r.mu.Unlock()
	if cancel == nil {
		f.end(reason) // it never ran, and will not
		return
	}
	cancel(reason)
	<-f.done
}

// find returns a feed by name, or nil.
func (r *roster) find(id media.StreamID) *feed {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.feeds[id]
}

// list returns the feeds in order of name.
func (r *roster) list() []*feed {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := make([]*feed, 0, len(r.feeds))
	for _, f := range r.feeds {
		l = append(l, f)
	}
	slices.SortFunc(l, func(a, b *feed) int { return cmp.Compare(a.id, b.id) })
	return l
}

// config returns the configuration in force, which is not to be changed.
func (r *roster) config() *config.Config {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cfg
}

func (r *roster) feedChanged(f *feed) { r.changes.tell(f.id) }

// unknown is the error for a name that no stream has.
func unknown(id media.StreamID) error {
	return hint.New(fmt.Errorf("stream %q: %w", id, ingest.ErrUnknownStream),
		"GET /v1/streams lists the names; publish to it, or add it to the configuration")
}
