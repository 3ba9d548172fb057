package whip

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

	"vantage/ingest"
	"vantage/internal/hint"
	"vantage/internal/httpx"
	"vantage/internal/rtc"
	"vantage/media"
)

// closeTimeout bounds how long Run waits for sessions to end.
const closeTimeout = 5 * time.Second

// Options are what a server is made of. Engine and Registrar are needed.
type Options struct {
	Config    Config
	Engine    *rtc.Engine
	Registrar ingest.Registrar
	Origins   []string     // web sites whose pages may call; none means all
	Log       *slog.Logger // nil discards
	Metrics   *Metrics     // nil is off
}

// Server serves WHIP.
type Server struct {
	opt      Options
	log      *slog.Logger
	endpoint *rtc.Endpoint

	mu         sync.Mutex
	publishers map[media.SessionID]*publisher
	tasks      sync.WaitGroup
}

// New returns a server.
func New(o Options) (*Server, error) {
	if err := o.Config.Validate(); err != nil {
		return nil, fmt.Errorf("whip: %w", err)
	}
	if o.Engine == nil || o.Registrar == nil {
		return nil, errors.New("whip: engine and registrar are needed")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics(nil)
	}
	s := &Server{opt: o, log: o.Log, publishers: make(map[media.SessionID]*publisher)}
	s.endpoint = rtc.NewEndpoint(rtc.EndpointConfig{
		Engine: o.Engine, Protocol: "whip", Accept: s.accept, MaxSessions: o.Config.MaxSessions,
		Origins: o.Origins, Log: o.Log,
	})
	return s, nil
}

// Handler serves /whip/{stream} and the sessions below it.
func (s *Server) Handler() http.Handler { return s.endpoint }

// Run serves until ctx ends; then all sessions are closed, and nothing of them is left when it returns.
func (s *Server) Run(ctx context.Context) error {
	<-ctx.Done()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	err := s.endpoint.Close(closing, rtc.ErrShutdown)
	s.tasks.Wait()
	return err
}

// Sessions lists the publishers, oldest first.
func (s *Server) Sessions() []rtc.SessionInfo {
	s.mu.Lock()
	list := make([]rtc.SessionInfo, 0, len(s.publishers))
	for _, p := range s.publishers {
		list = append(list, p.info())
	}
	s.mu.Unlock()
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

// accept makes the session for a POST to /whip/{stream}.
func (s *Server) accept(ctx context.Context, r *rtc.Request) (*rtc.Session, error) {
	video, audio := sent(r.Offer.Video), sent(r.Offer.Audio)
	if len(video)+len(audio) == 0 {
		return nil, &httpx.Problem{
			Status: http.StatusUnprocessableEntity,
			Detail: fmt.Sprintf("the offer sends nothing that we take; video %s, audio %s", r.Offer.Video.CodecNames(), r.Offer.Audio.CodecNames()),
			Hint:   "offer to send H264, H265, VP8, VP9 or AV1 video, or Opus or G.711 audio",
		}
	}
	pub, err := s.opt.Registrar.Publish(ctx, ingest.PublishRequest{Stream: r.Stream, Token: r.Token, Peer: r.Peer, Via: "whip"})
	if err != nil {
		return nil, refusal(err)
	}
	p := newPublisher(s, r, pub, video, audio)
	if err := p.connect(); err != nil {
		pub.Close(err)
		return nil, err
	}
	return p.session, nil
}

// sent lists the formats that the peer would send in a section.
func sent(m *rtc.OfferedMedia) []rtc.OfferedCodec {
	if m == nil || !m.Sends {
		return nil
	}
	return m.Codecs
}

// refusal is a registrar's error for an HTTP peer.
func refusal(err error) error {
	status := 0
	switch {
	case errors.Is(err, ingest.ErrUnauthorized):
		p := httpx.Unauthorized("the token is wrong or missing")
		if remedy := hint.Of(err); remedy != "" {
			p.Hint = remedy
		}
		return p
	case errors.Is(err, ingest.ErrBusy):
		status = http.StatusConflict
	case errors.Is(err, ingest.ErrUnknownStream):
		status = http.StatusNotFound
	default:
		return err
	}
	return httpx.Errorf(status, "%w", err)
}
