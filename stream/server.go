package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"vantage/internal/rtc"
	"vantage/media"
	"vantage/stream/fanout"
)

// closeTimeout bounds how long Run waits for sessions to end.
const closeTimeout = 5 * time.Second

// Options are what a server is made of. Engine and Catalog are needed.
type Options struct {
	Config  Config
	Engine  *rtc.Engine
	Catalog Catalog
	Origins []string     // web sites whose pages may call; none means all
	Log     *slog.Logger // nil discards
	Metrics *Metrics     // nil is off
}

// Server serves WHEP.
type Server struct {
	opt      Options
	log      *slog.Logger
	endpoint *rtc.Endpoint
	fan      *fanout.Fan

	mu      sync.Mutex
	viewers map[media.SessionID]*viewer
	readers sync.WaitGroup
}

// New returns a server; it shows nothing before Run.
func New(o Options) (*Server, error) {
	if err := o.Config.Validate(); err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	if o.Engine == nil || o.Catalog == nil {
		return nil, errors.New("stream: engine and catalogue are needed")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics(nil)
	}
	s := &Server{
		opt: o, log: o.Log, viewers: make(map[media.SessionID]*viewer),
		fan: fanout.New(fanout.Config{MaxAge: o.Config.MaxQueueAge, Log: o.Log, Metrics: o.Metrics.fanout}),
	}
	s.endpoint = rtc.NewEndpoint(rtc.EndpointConfig{
		Engine: o.Engine, Protocol: "whep", Accept: s.accept, MaxSessions: o.Config.MaxSessions,
		Origins: o.Origins, Log: o.Log,
	})
	return s, nil
}

// Handler serves /whep/{stream} and the sessions below it.
func (s *Server) Handler() http.Handler { return s.endpoint }

// Run sends until ctx ends; then all sessions are closed, and nothing of them is left when it returns.
func (s *Server) Run(ctx context.Context) error {
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var fan sync.WaitGroup
	fan.Go(func() { _ = s.fan.Run(sending) }) // its error is that it was stopped
	<-ctx.Done()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	err := s.endpoint.Close(closing, rtc.ErrShutdown)
	stop()
	fan.Wait()
	s.readers.Wait()
	return err
}

// Sessions lists the viewers, oldest first.
func (s *Server) Sessions() []rtc.SessionInfo {
	s.mu.Lock()
	viewers := make([]*viewer, 0, len(s.viewers))
	for _, v := range s.viewers {
		viewers = append(viewers, v)
	}
	s.mu.Unlock()
	list := make([]rtc.SessionInfo, 0, len(viewers))
	for _, v := range viewers {
		list = append(list, v.info())
	}
	slices.SortFunc(list, func(a, b rtc.SessionInfo) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return list
}

// Kick ends a session and reports whether there was one of that name.
func (s *Server) Kick(id media.SessionID) bool {
	session, ok := s.endpoint.Session(id)
	if ok {
		session.Close(rtc.ErrKicked)
	}
	return ok
}

func (s *Server) add(v *viewer) {
	s.mu.Lock()
	s.viewers[v.session.ID()] = v
	n := len(s.viewers)
	s.mu.Unlock()
	s.opt.Metrics.sessions.Set(float64(n))
}

func (s *Server) remove(v *viewer) {
	s.mu.Lock()
	delete(s.viewers, v.session.ID())
	n := len(s.viewers)
	s.mu.Unlock()
	s.opt.Metrics.sessions.Set(float64(n))
}
