package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"vantage/ingest"
	"vantage/internal/hint"
)

// publisherLinger keeps a stream that a publisher made for it to come back, with its viewers' sessions.
const publisherLinger = time.Minute

// Publish implements [ingest.Registrar].
func (r *roster) Publish(_ context.Context, q ingest.PublishRequest) (ingest.Publication, error) {
	if !q.Stream.Valid() {
		return nil, hint.New(fmt.Errorf("stream %q: %w", q.Stream, errName), "use 1 to 63 characters of a-z, 0-9 and '-'")
	}
	cfg := r.config()
	if !cfg.Auth.MayPublish(q.Stream, q.Token) {
		return nil, ingest.ErrUnauthorized
	}
	f := r.find(q.Stream)
	if f == nil {
		if !cfg.Publish.AnyName {
			return nil, unknown(q.Stream)
		}
		var err error
		if f, err = r.add(q.Stream, fromPublisher, cfg.Defaults); err != nil {
			f = r.find(q.Stream) // another publisher was first
		}
		if f == nil {
			return nil, unknown(q.Stream)
		}
	}
	if f.cfg.Source.URL != "" {
		return nil, hint.New(fmt.Errorf("stream %q: %w", q.Stream, ingest.ErrBusy), "it comes from its own source; publish under another name")
	}
	return f.claim(r, q)
}

// publishers is the registrar for HTTP peers, whose errors carry a status.
type publishers struct{ *roster }

// Publish implements [ingest.Registrar].
func (p publishers) Publish(ctx context.Context, q ingest.PublishRequest) (ingest.Publication, error) {
	pub, err := p.roster.Publish(ctx, q)
	if err != nil {
		return nil, problem(err)
	}
	return pub, nil
}

// errName says that a stream cannot have that name.
var errName = errors.New("not a valid stream name")

// publication is a claimed feed.
type publication struct {
	*ingest.Timeline
	feed   *feed
	roster *roster
	once   sync.Once
}

// claim gives the feed to a publisher.
func (f *feed) claim(r *roster, q ingest.PublishRequest) (*publication, error) {
	f.mu.Lock()
	if f.retired {
		f.mu.Unlock()
		return nil, hint.New(fmt.Errorf("stream %q: %w: it is being changed", f.id, ingest.ErrBusy), "try again in a moment")
	}
	if f.publisher != nil {
		f.mu.Unlock()
		return nil, hint.New(fmt.Errorf("stream %q: %w", f.id, ingest.ErrBusy), "end the other publisher, or use another name")
	}
	if f.timeline == nil {
		f.timeline = ingest.NewTimeline(f.source)
	}
	f.timeline.Restart()
	p := &publication{Timeline: f.timeline, feed: f, roster: r}
	f.publisher, f.via = p, q.Via
	f.mu.Unlock()
	f.log.Info("publisher connected", "peer", q.Peer, "via", q.Via)
	f.setStatus(ingest.Status{State: ingest.Live, Since: time.Now(), Peer: q.Peer})
	return p, nil
}

// Close implements [ingest.Publication].
func (p *publication) Close(reason error) {
	p.once.Do(func() {
		f := p.feed
		f.source.SetTracks(nil)
		f.mu.Lock()
		f.publisher = nil
		f.mu.Unlock()
		f.log.Info("publisher gone", "err", reason)
		f.setStatus(ingest.Status{State: ingest.Idle, Since: time.Now(), Err: reason})
		if f.origin == fromPublisher {
			time.AfterFunc(publisherLinger, func() { p.roster.forget(f) })
		}
	})
}

// forget removes a feed that no publisher came back to.
func (r *roster) forget(f *feed) {
	f.mu.Lock()
	gone := !f.retired && f.publisher == nil && time.Since(f.status.Load().Since) >= publisherLinger
	f.retired = f.retired || gone
	f.mu.Unlock()
	if gone && r.find(f.id) == f {
		r.remove(f.id, errRemoved)
	}
}
