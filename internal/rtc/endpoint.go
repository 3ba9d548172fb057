package rtc

import (
	"context"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"vantage/internal/httpx"
	"vantage/media"
)

// Media types of the protocol.
const (
	typeSDP      = "application/sdp"
	typeFragment = "application/trickle-ice-sdpfrag"
)

// Limits of an endpoint.
const (
	// DefaultMaxSessions bounds an endpoint's sessions when EndpointConfig.MaxSessions is 0.
	DefaultMaxSessions = 2000

	// AcceptTimeout bounds the work for one POST: an on-demand source has to come up in this time.
	AcceptTimeout = 15 * time.Second

	bodyTimeout   = 10 * time.Second // to receive a request's body
	retryAfter    = "5"              // seconds, told to whom we have no room for
	maxTombstones = 256              // ended sessions whose reason is still known
)

// EndpointConfig says what an endpoint does.
type EndpointConfig struct {
	Engine *Engine

	// Protocol is "whip" or "whep": the path is /PROTOCOL/{stream}, and that of a session /PROTOCOL/{stream}/{session}.
	Protocol string

	// Accept makes the session for an offer with [Engine.NewSession] and adds what it carries. Its errors are answered as by
	// [httpx.Write]. The answer is made after it returns.
	Accept func(ctx context.Context, r *Request) (*Session, error)

	// MaxSessions bounds the sessions; 0 means DefaultMaxSessions.
	MaxSessions int

	// Origins are the web sites whose pages may use the endpoint; none means all (see [httpx.CORSConfig]).
	Origins []string

	Log *slog.Logger // nil discards
}

// Endpoint serves WHIP or WHEP and the resources of its sessions.
type Endpoint struct {
	cfg     EndpointConfig
	log     *slog.Logger
	handler http.Handler

	mu       sync.Mutex
	sessions map[media.SessionID]*Session
	pending  int // being accepted
	closed   bool
	idle     chan struct{} // closed when closed and nothing is left
	graves   tombstones
}

// NewEndpoint returns an endpoint without sessions.
func NewEndpoint(cfg EndpointConfig) *Endpoint {
	if cfg.MaxSessions == 0 {
		cfg.MaxSessions = DefaultMaxSessions
	}
	e := &Endpoint{cfg: cfg, log: cfg.Log, sessions: make(map[media.SessionID]*Session), idle: make(chan struct{})}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	e.handler = httpx.CORS(http.HandlerFunc(e.serve), httpx.CORSConfig{
		Origins: e.cfg.Origins,
		Methods: []string{http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodOptions},
		Expose:  []string{"Location", "ETag", "Link", "Accept-Post", "Accept-Patch", "Allow", "Retry-After"},
		Preflight: http.Header{
			"Accept-Post": {typeSDP}, "Accept-Patch": {typeFragment},
		},
	})
	return e
}

// ServeHTTP implements [http.Handler] for /PROTOCOL/{stream} and /PROTOCOL/{stream}/{session}.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.handler.ServeHTTP(w, r) }

// Session returns a live session.
func (e *Endpoint) Session(id media.SessionID) (*Session, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, ok := e.sessions[id]
	return s, ok
}

// Close ends all sessions with the reason, refuses new ones, and returns when all have ended or ctx has.
func (e *Endpoint) Close(ctx context.Context, reason error) error {
	e.mu.Lock()
	e.closed = true
	live := make([]*Session, 0, len(e.sessions))
	for _, s := range e.sessions {
		live = append(live, s)
	}
	e.rest()
	e.mu.Unlock()
	for _, s := range live {
		s.Close(reason)
	}
	select {
	case <-e.idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: wait for sessions to end: %w", e.cfg.Protocol, context.Cause(ctx))
	}
}

// rest closes idle when nothing is left to wait for. The lock is held.
func (e *Endpoint) rest() {
	if !e.closed || e.pending > 0 || len(e.sessions) > 0 {
		return
	}
	select {
	case <-e.idle:
	default:
		close(e.idle)
	}
}

func (e *Endpoint) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	stream, session, err := e.split(r)
	switch {
	case err != nil:
	case session == "":
		err = e.serveEndpoint(w, r, stream)
	default:
		err = e.serveSession(w, r, stream, session)
	}
	if err != nil {
		httpx.Write(w, r, err)
	}
}

// split reads the stream and the session out of the path. Both have alphabets without '.', '/' and '%', so that no
// spelling of a path leads elsewhere.
func (e *Endpoint) split(r *http.Request) (media.StreamID, media.SessionID, error) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), "/"+e.cfg.Protocol+"/")
	stream, session, more := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	if !ok || !media.StreamID(stream).Valid() {
		return "", "", &httpx.Problem{
			Status: http.StatusNotFound, Detail: "the path names no stream",
			Hint: fmt.Sprintf("use /%s/NAME; a name has 1 to %d characters of a-z, 0-9 and '-'", e.cfg.Protocol, media.MaxStreamIDLen),
		}
	}
	if more && (session == "" || strings.Contains(session, "/")) {
		return "", "", httpx.Errorf(http.StatusNotFound, "no such resource")
	}
	return media.StreamID(stream), media.SessionID(session), nil
}

func (e *Endpoint) serveEndpoint(w http.ResponseWriter, r *http.Request, stream media.StreamID) error {
	switch r.Method {
	case http.MethodPost:
		return e.post(w, r, stream)
	case http.MethodOptions:
		w.Header().Set("Accept-Post", typeSDP)
		w.Header().Set("Allow", "POST, OPTIONS")
		w.WriteHeader(http.StatusNoContent)
		return nil
	default:
		return notAllowed(r.Method, "POST, OPTIONS", "POST an SDP offer; the page of a stream is /p/"+string(stream))
	}
}

func (e *Endpoint) post(w http.ResponseWriter, r *http.Request, stream media.StreamID) error {
	received := time.Now()
	if !isType(r, typeSDP) {
		return wrongType(r, typeSDP).WithHeader("Accept-Post", typeSDP)
	}
	if !accepts(r, typeSDP) {
		return &httpx.Problem{
			Status: http.StatusNotAcceptable, Detail: "the answer is " + typeSDP + ", which the request's Accept header excludes",
			Hint: "send 'Accept: " + typeSDP + "' or no Accept header",
		}
	}
	body, err := readBody(w, r, MaxOfferBytes)
	if err != nil {
		return err
	}
	offer, err := ParseOffer(body)
	if err != nil {
		return err
	}
	if err := e.reserve(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), AcceptTimeout)
	defer cancel()
	s, err := e.cfg.Accept(ctx, &Request{
		Stream: stream, Query: r.URL.Query(), Token: httpx.Bearer(r), Peer: r.RemoteAddr, Received: received, Offer: offer,
	})
	if err != nil {
		e.release()
		return err
	}
	e.register(s)
	answer, err := s.answer(ctx)
	if err != nil {
		s.Close(err)
		return err
	}
	etag, _ := s.generation()
	h := w.Header()
	h.Set("Content-Type", typeSDP)
	h.Set("Location", fmt.Sprintf("/%s/%s/%s", e.cfg.Protocol, stream, s.ID()))
	h.Set("ETag", etag)
	h.Set("Accept-Patch", typeFragment)
	for _, server := range e.cfg.Engine.ICEServers() {
		h.Add("Link", server.link())
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte(answer)) // a peer that has left is noticed by ICE
	return nil
}

// reserve takes a place for a session, which register or release gives on or back.
func (e *Endpoint) reserve() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return (&httpx.Problem{Status: http.StatusServiceUnavailable, Detail: ErrShutdown.Error()}).WithHeader("Retry-After", retryAfter)
	}
	if len(e.sessions)+e.pending >= e.cfg.MaxSessions {
		p := &httpx.Problem{
			Status: http.StatusServiceUnavailable, Detail: fmt.Sprintf("all %d places are taken", e.cfg.MaxSessions), Hint: "try again later",
		}
		return p.WithHeader("Retry-After", retryAfter)
	}
	e.pending++
	return nil
}

func (e *Endpoint) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pending--
	e.rest()
}

func (e *Endpoint) register(s *Session) {
	e.mu.Lock()
	e.pending--
	e.sessions[s.id] = s
	closing := e.closed
	e.mu.Unlock()
	s.mu.Lock()
	s.onEnd = e.ended
	gone := s.closed
	s.mu.Unlock()
	e.log.Info("session opened", "protocol", e.cfg.Protocol, "stream", s.req.Stream, "session", s.id, "peer", s.req.Peer)
	switch {
	case gone:
		e.ended(s)
	case closing:
		s.Close(ErrShutdown)
	}
}

func (e *Endpoint) ended(s *Session) {
	e.mu.Lock()
	_, known := e.sessions[s.id]
	delete(e.sessions, s.id)
	if known {
		e.graves.add(s.id, s.Err())
	}
	e.rest()
	e.mu.Unlock()
	if known {
		e.log.Info("session ended", "protocol", e.cfg.Protocol, "stream", s.req.Stream, "session", s.id, "peer", s.req.Peer,
			"dur", time.Since(s.since).Round(time.Millisecond), "reason", s.Err())
	}
}

// link is the server as a Link header (RFC 9725 §4.6).
func (s ICEServer) link() string {
	l := fmt.Sprintf(`<%s>; rel="ice-server"`, s.URL)
	if s.Username != "" {
		l += fmt.Sprintf(`; username=%q; credential=%q; credential-type="password"`, s.Username, s.Credential)
	}
	return l
}

func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	// Best effort: a recorder in a test has no deadlines.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
	return httpx.ReadBody(w, r, limit)
}

func isType(r *http.Request, want string) bool {
	got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && got == want
}

// accepts reads the Accept header (RFC 9110 §12.5.1); a weight of 0 excludes.
func accepts(r *http.Request, want string) bool {
	list := r.Header.Values("Accept")
	if len(list) == 0 {
		return true
	}
	kind, _, _ := strings.Cut(want, "/")
	for part := range strings.SplitSeq(strings.Join(list, ","), ",") {
		got, parameters, err := mime.ParseMediaType(part)
		if err != nil || strings.Trim(parameters["q"], "0.") == "" && parameters["q"] != "" {
			continue
		}
		if got == want || got == "*/*" || got == kind+"/*" {
			return true
		}
	}
	return false
}

func wrongType(r *http.Request, want string) *httpx.Problem {
	got := r.Header.Get("Content-Type")
	if got == "" {
		got = "missing"
	}
	return &httpx.Problem{
		Status: http.StatusUnsupportedMediaType, Detail: fmt.Sprintf("the body's Content-Type is %.80q", got),
		Hint: "send 'Content-Type: " + want + "'",
	}
}

func notAllowed(method, allow, remedy string) error {
	p := &httpx.Problem{Status: http.StatusMethodNotAllowed, Detail: method + " is not for this resource", Hint: remedy}
	return p.WithHeader("Allow", allow)
}
