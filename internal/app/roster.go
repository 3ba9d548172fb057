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
	changes    broadcast[streamChange]

	mu    sync.Mutex
	cfg   *config.Config
	feeds map[media.StreamID]*feed
	ctx   context.Context // of Run; nil before
	wg    sync.WaitGroup
}

// streamChange tells that a stream changed, or is gone when feed is nil.
type streamChange struct {
	id   media.StreamID
	feed *feed
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

// start runs a feed. The lock is held.
func (r *roster) start(f *feed) {
	if r.ctx == nil || r.ctx.Err() != nil {
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

// replace adds a feed in place of one of the same name, if any.
func (r *roster) replace(id media.StreamID, from origin, cfg config.Stream) (*feed, error) {
	r.remove(id, errReplaced)
	return r.add(id, from, cfg)
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
	if f.cancel != nil {
		f.stop(reason)
	}
	r.changes.send(streamChange{id: id})
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

func (r *roster) feedChanged(f *feed) { r.changes.send(streamChange{f.id, f}) }

// unknown is the error for a name that no stream has.
func unknown(id media.StreamID) error {
	return hint.New(fmt.Errorf("stream %q: %w", id, ingest.ErrUnknownStream),
		"GET /v1/streams lists the names; publish to it, or add it to the configuration")
}
