package rtsp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/auth"
	"github.com/google/uuid"

	"vantage/ingest"
	"vantage/internal/hint"
	"vantage/media"
)

const (
	// writeQueuePackets bounds what the library holds for one player, beside our own bound by age: above the largest
	// picture in packets.
	writeQueuePackets = 8192
	// openTimeout bounds how long a DESCRIBE waits for an on-demand source or a transcoder.
	openTimeout = 10 * time.Second
	// idleTimeout closes connections that neither play nor publish.
	idleTimeout = 30 * time.Second
	// drainTimeout bounds how long an ending player may take for its last pictures.
	drainTimeout = time.Second
)

// ServerOptions are what a server is built from. Registrar and Catalog may be nil: then nobody publishes or plays.
type ServerOptions struct {
	Config    ServerConfig
	Registrar ingest.Registrar
	Catalog   Catalog
	Passwords Passwords    // nil: Basic only
	TLS       *tls.Config  // set: RTSPS
	Log       *slog.Logger // nil: none
	Metrics   *ServerMetrics

	// Listener replaces the TCP listener on Config.Listen, for tests and for sockets handed over.
	Listener net.Listener
}

// Server accepts publishers (ANNOUNCE, RECORD) and players (DESCRIBE, PLAY) over UDP and interleaved TCP.
type Server struct {
	opt   ServerOptions
	log   *slog.Logger
	rtsp  *gortsplib.Server
	ready chan struct{}

	mu       sync.Mutex
	addr     net.Addr
	sessions map[media.SessionID]session
	stopping bool

	ctx   context.Context // of Run, for what the library calls back
	pumps sync.WaitGroup
}

// session is a player or a publisher, for listing and for ending.
type session interface {
	info() SessionInfo
	end(reason error)
}

// NewServer checks the configuration; nothing listens before Run.
func NewServer(opt ServerOptions) (*Server, error) {
	if err := opt.Config.Validate(); err != nil {
		return nil, fmt.Errorf("rtsp server: %w", err)
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{
		opt: opt, log: opt.Log, ready: make(chan struct{}), sessions: map[media.SessionID]session{},
	}, nil
}

// Ready is closed when the server listens.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Addr is the TCP address that the server listens on, once Ready.
func (s *Server) Addr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// Run listens until ctx ends, then lets players take their last pictures, says goodbye and closes all connections.
// It runs once.
func (s *Server) Run(ctx context.Context) error {
	if s.opt.Config.Listen == "" && s.opt.Listener == nil {
		close(s.ready)
		<-ctx.Done()
		return nil
	}
	// Pumps outlive ctx by their drain, the library outlives the pumps.
	run, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	s.ctx = run
	if err := s.start(); err != nil {
		return err
	}
	s.log.Info("rtsp server listening", "addr", s.Addr().String())
	close(s.ready)

	failed := make(chan error, 1)
	go func() { failed <- s.rtsp.Wait() }()
	watch := time.NewTicker(time.Second)
	defer watch.Stop()
	for {
		select {
		case <-watch.C:
			s.endSilent()
			continue
		case err := <-failed:
			s.endAll(err)
			s.pumps.Wait()
			return fmt.Errorf("rtsp server: %w", err)
		case <-ctx.Done():
		}
		s.endAll(context.Cause(ctx))
		s.pumps.Wait()
		s.rtsp.Close()
		<-failed
		return nil
	}
}

func (s *Server) start() error {
	c := s.opt.Config
	s.rtsp = &gortsplib.Server{
		Handler:     &handler{s},
		RTSPAddress: c.Listen,
		TLSConfig:   s.opt.TLS,
		ReadTimeout: c.ReadTimeout, WriteTimeout: c.WriteTimeout,
		WriteQueueSize: writeQueuePackets,
		AuthMethods:    []auth.VerifyMethod{auth.VerifyMethodBasic},
		// The library writes nanoseconds where RFC 3550 has a binary fraction, up to 0.77 s off. We send our own.
		DisableRTCPSenderReports: true,
		Listen:                   s.listen,
	}
	if s.opt.Passwords != nil {
		s.rtsp.AuthMethods = append(s.rtsp.AuthMethods, auth.VerifyMethodDigestMD5)
	}
	if c.Listen == "" {
		s.rtsp.RTSPAddress = s.opt.Listener.Addr().String()
	}
	if c.UDPListen != "" {
		rtcp, err := rtcpAddress(c.UDPListen)
		if err != nil {
			return fmt.Errorf("rtsp server: udp_listen %q: %w", c.UDPListen, err)
		}
		s.rtsp.UDPRTPAddress, s.rtsp.UDPRTCPAddress = c.UDPListen, rtcp
	}
	if err := s.rtsp.Start(); err != nil {
		return hint.New(fmt.Errorf("rtsp server: listen on %s and UDP %s: %w", c.Listen, c.UDPListen, err),
			"another program holds the port: stop it, or set rtsp.listen and rtsp.udp_listen to free ports")
	}
	return nil
}

// listen is the library's net.Listen, with our limits.
func (s *Server) listen(network, address string) (net.Listener, error) {
	inner := s.opt.Listener
	if inner == nil {
		var err error
		if inner, err = net.Listen(network, address); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	s.addr = inner.Addr()
	s.mu.Unlock()
	return newListener(inner, s.opt.Config.MaxConnections), nil
}

// Sessions lists the players and publishers, oldest first.
func (s *Server) Sessions() []SessionInfo {
	list := make([]SessionInfo, 0, 8)
	for _, ss := range s.all() {
		list = append(list, ss.info())
	}
	sortSessions(list)
	return list
}

// Session returns one player or publisher.
func (s *Server) Session(id media.SessionID) (SessionInfo, bool) {
	s.mu.Lock()
	ss, ok := s.sessions[id]
	s.mu.Unlock()
	if !ok {
		return SessionInfo{}, false
	}
	return ss.info(), true
}

// ErrKicked is why a session ended that a person closed.
var ErrKicked = errors.New("closed by the operator")

// Kick ends a session; false when there is none of that ID.
func (s *Server) Kick(id media.SessionID) bool {
	s.mu.Lock()
	ss, ok := s.sessions[id]
	s.mu.Unlock()
	if ok {
		ss.end(ErrKicked)
	}
	return ok
}

func (s *Server) all() []session {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]session, 0, len(s.sessions))
	for _, ss := range s.sessions {
		list = append(list, ss)
	}
	return list
}

// add registers a session under a new ID; false when the server is stopping.
func (s *Server) add(id media.SessionID, ss session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.sessions[id] = ss
	return true
}

func (s *Server) remove(id media.SessionID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, id)
}

func (s *Server) endAll(reason error) {
	s.mu.Lock()
	s.stopping = true
	s.mu.Unlock()
	for _, ss := range s.all() {
		ss.end(reason)
	}
}

// newSessionID returns an ID that is not the secret one of the RTSP Session header.
func newSessionID() media.SessionID { return media.SessionID(uuid.NewString()) }
