package ingest

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errUnwatched ends an on-demand source that nobody watches any more.
var errUnwatched = errors.New("nobody watches")

// Gate lets a source run only while somebody watches. Its Set fits media.HubConfig.OnSubscribers.
type Gate struct {
	linger time.Duration

	mu      sync.Mutex
	open    bool
	changed chan struct{} // closed and replaced by Set
}

// NewGate returns a closed gate that stays open for linger after the last viewer left.
func NewGate(linger time.Duration) *Gate {
	return &Gate{linger: linger, changed: make(chan struct{})}
}

// Set says whether anybody watches. It does not block.
func (g *Gate) Set(watched bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == watched {
		return
	}
	g.open = watched
	close(g.changed)
	g.changed = make(chan struct{})
}

func (g *Gate) state() (open bool, changed <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open, g.changed
}

// Run calls run whenever somebody begins to watch, and cancels its context when nobody has watched for the linger time. It
// returns when ctx ends (nil), or with what run returned by itself.
func (g *Gate) Run(ctx context.Context, run func(context.Context) error) error {
	for ctx.Err() == nil {
		open, changed := g.state()
		if !open {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		if err, asked := g.runOnce(ctx, run); !asked {
			return err
		}
	}
	return nil
}

// runOnce runs until nobody watches; asked says that it was we who ended it.
func (g *Gate) runOnce(ctx context.Context, run func(context.Context) error) (err error, asked bool) {
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	defer wg.Wait()
	done := make(chan struct{})
	defer close(done)
	wg.Go(func() {
		if g.waitUnwatched(inner, done) {
			cancel(errUnwatched)
		}
	})
	err = run(inner)
	return err, inner.Err() != nil
}

// waitUnwatched waits until nobody has watched for the linger time; false when that was not seen.
func (g *Gate) waitUnwatched(ctx context.Context, done <-chan struct{}) bool {
	for {
		open, changed := g.state()
		var expired <-chan time.Time
		if !open {
			expired = time.After(g.linger)
		}
		select {
		case <-changed:
		case <-expired:
			return true
		case <-done:
			return false
		case <-ctx.Done():
			return false
		}
	}
}
