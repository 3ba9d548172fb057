package rtc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"vantage/internal/httpx"
	"vantage/media"
)

// ConnectTimeout is how long a peer may take from our answer to the first media packet that can be sent.
const ConnectTimeout = 30 * time.Second

// Why a session ended.
var (
	ErrPeerLeft       = errors.New("the peer left")
	ErrNeverConnected = fmt.Errorf("the peer did not connect within %v", ConnectTimeout)
	ErrConnectionLost = errors.New("the connection to the peer was lost")
	ErrKicked         = errors.New("ended by an administrator")
	ErrShutdown       = errors.New("the server is shutting down")
)

// SessionConfig says what a session carries.
type SessionConfig struct {
	// Video and Audio are the payload formats to answer with, from the offer and best first. None of a kind rejects it.
	Video, Audio []OfferedCodec

	// Extensions are the URIs of RTP header extensions to accept.
	Extensions []string

	// Interceptors may be nil: none.
	Interceptors *interceptor.Registry

	// OnConnected, if set, is called once when media can flow; OnClose once with the reason when the session ends. Neither is called
	// with locks held.
	OnConnected func()
	OnClose     func(reason error)
}

// Session is one peer connection that was made by a POST, and its HTTP resource.
type Session struct {
	// PC is the peer connection. Tracks and handlers are added between NewSession and the end of Accept.
	PC *webrtc.PeerConnection

	id    media.SessionID
	req   *Request
	cfg   SessionConfig
	since time.Time
	done  chan struct{}

	negotiate sync.Mutex // held over an offer and answer

	conn  *udpConn                       // nil on a virtual network
	peer  atomic.Pointer[netip.AddrPort] // where UDP goes to; nil before ICE has chosen, and over TCP
	batch *batch                         // between Cork and Uncork; of their goroutine

	mu        sync.Mutex
	etag      string
	ufrag     string // the peer's, of the present ICE generation
	connected bool
	closed    bool
	reason    error
	timer     *time.Timer
	onEnd     func(*Session) // of the endpoint
}

// NewSession makes the peer connection for a request. Whoever gets an error has nothing to close.
func (e *Engine) NewSession(r *Request, cfg SessionConfig) (*Session, error) {
	m, err := mediaEngine(cfg.Video, cfg.Audio, cfg.Extensions)
	if err != nil {
		return nil, unanswerable(err)
	}
	pc, err := e.newPeer(r.Offer, m, cfg.Interceptors)
	if err != nil {
		return nil, fmt.Errorf("make a peer connection: %w", err)
	}
	s := &Session{
		PC: pc, id: media.SessionID(rand.Text()), req: r, cfg: cfg, since: time.Now(),
		etag: newETag(), ufrag: r.Offer.Ufrag, done: make(chan struct{}), conn: e.udp.conn,
	}
	pc.OnConnectionStateChange(s.stateChanged)
	pc.SCTP().Transport().ICETransport().OnSelectedCandidatePairChange(s.pairChanged)
	return s, nil
}

// Cork begins to collect what is sent to the peer, so that Uncork hands it to the kernel at once where that is possible: the packets of
// one access unit. One goroutine corks and uncorks, and nothing in between blocks.
func (s *Session) Cork() {
	if to := s.peer.Load(); s.conn != nil && to != nil {
		s.batch = s.conn.cork(*to)
	}
}

// Uncork sends what was collected since Cork.
func (s *Session) Uncork() {
	if s.batch != nil {
		s.conn.uncork(s.batch)
		s.batch = nil
	}
}

func (s *Session) pairChanged(p *webrtc.ICECandidatePair) {
	var to *netip.AddrPort
	if p != nil && p.Remote != nil && p.Remote.Protocol == webrtc.ICEProtocolUDP {
		if a, err := netip.ParseAddr(p.Remote.Address); err == nil {
			to = new(canonical(netip.AddrPortFrom(a, p.Remote.Port)))
		}
	}
	s.peer.Store(to)
}

// ID is the session's name: 128 random bits, which whoever knows may end the session by.
func (s *Session) ID() media.SessionID { return s.id }

// Request is what the session was made for.
func (s *Session) Request() *Request { return s.req }

// Since is when the session was made.
func (s *Session) Since() time.Time { return s.since }

// Done is closed when the session has ended.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err is why the session ended; nil before.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

// State is "connecting", "connected" or "closed".
func (s *Session) State() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return "closed"
	case s.connected:
		return "connected"
	default:
		return "connecting"
	}
}

// Close ends the session with the reason. It may be called more than once; the first reason stays.
func (s *Session) Close(reason error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed, s.reason = true, reason
	if s.timer != nil {
		s.timer.Stop()
	}
	onEnd := s.onEnd
	s.mu.Unlock()
	if s.cfg.OnClose != nil {
		s.cfg.OnClose(reason)
	}
	_ = s.PC.Close() // what it may report is that the peer has gone before us
	close(s.done)
	if onEnd != nil {
		onEnd(s)
	}
}

// answer negotiates and returns the SDP answer with all candidates.
func (s *Session) answer(ctx context.Context) (string, error) {
	s.negotiate.Lock()
	defer s.negotiate.Unlock()
	if err := s.accept(ctx, s.req.Offer.SDP); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && !s.connected {
		s.timer = time.AfterFunc(ConnectTimeout, func() { s.Close(ErrNeverConnected) })
	}
	return grantReferenceTimes(s.req.Offer.SDP, s.PC.LocalDescription().SDP), nil
}

func (s *Session) accept(ctx context.Context, offer string) error {
	if err := s.PC.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return unanswerable(err)
	}
	answer, err := s.PC.CreateAnswer(nil)
	if err != nil {
		return unanswerable(err)
	}
	gathered := webrtc.GatheringCompletePromise(s.PC)
	if err := s.PC.SetLocalDescription(answer); err != nil {
		return unanswerable(err)
	}
	select {
	case <-gathered:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("gather ICE candidates: %w", context.Cause(ctx))
	}
}

// trickle adds the peer's candidates. What we cannot use is skipped silently (RFC 9725 §4.3.2): a lite agent learns the peer's address from
// its checks anyway.
func (s *Session) trickle(f *Fragment) {
	for _, c := range f.Candidates {
		mid := f.MID
		_ = s.PC.AddICECandidate(webrtc.ICECandidateInit{Candidate: "candidate:" + c, SDPMid: &mid, UsernameFragment: &f.Ufrag})
	}
}

// restart begins a new ICE generation with the peer's credentials and returns ours (RFC 9725 §4.3.3). Only ICE is negotiated anew:
// all else of the offer still applies.
func (s *Session) restart(ctx context.Context, f *Fragment) (*Fragment, string, error) {
	s.negotiate.Lock()
	defer s.negotiate.Unlock()
	if err := s.accept(ctx, reoffer(s.req.Offer.SDP, f)); err != nil {
		return nil, "", err
	}
	s.mu.Lock()
	s.etag, s.ufrag = newETag(), f.Ufrag
	etag := s.etag
	s.mu.Unlock()
	return localFragment(s.PC.LocalDescription().SDP), etag, nil
}

func (s *Session) generation() (etag, ufrag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.etag, s.ufrag
}

func (s *Session) stateChanged(state webrtc.PeerConnectionState) {
	switch state {
	case webrtc.PeerConnectionStateConnected:
		s.mu.Lock()
		first := !s.connected && !s.closed
		s.connected = true
		if s.timer != nil {
			s.timer.Stop()
		}
		s.mu.Unlock()
		if first && s.cfg.OnConnected != nil {
			s.cfg.OnConnected()
		}
	case webrtc.PeerConnectionStateFailed:
		s.Close(ErrConnectionLost)
	case webrtc.PeerConnectionStateClosed:
		s.Close(ErrPeerLeft)
	}
}

// reoffer is the peer's first offer with the ICE credentials and candidates of a restart.
func reoffer(offer string, f *Fragment) string {
	var b strings.Builder
	told := false
	for line := range strings.Lines(offer) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "a=ice-ufrag:"):
			line = "a=ice-ufrag:" + f.Ufrag
		case strings.HasPrefix(line, "a=ice-pwd:"):
			line = "a=ice-pwd:" + f.Pwd
		case strings.HasPrefix(line, "a=candidate:"), line == "a=end-of-candidates", line == "":
			continue
		}
		b.WriteString(line + "\r\n")
		if strings.HasPrefix(line, "a=mid:") && !told { // the first section carries the bundle's transport
			told = true
			for _, c := range f.Candidates {
				b.WriteString("a=candidate:" + c + "\r\n")
			}
		}
	}
	return b.String()
}

// localFragment takes the ICE part out of our own description.
func localFragment(sdp string) *Fragment {
	f := &Fragment{EndOfCandidates: true}
	seen := make(map[string]bool)
	for line := range strings.Lines(sdp) {
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(line, "m="); ok {
			setFirst(&f.MediaLine, rest)
		}
		if a, ok := strings.CutPrefix(line, "a="); ok && !seen[a] {
			seen[a] = true
			_ = f.attribute(a) // our own candidates are never too many
		}
	}
	return f
}

func newETag() string { return `"` + rand.Text() + `"` }

func unanswerable(err error) error {
	p := httpx.Errorf(http.StatusUnprocessableEntity, "the offer cannot be answered: %w", err)
	p.Hint = "send the offer as RTCPeerConnection.createOffer made it"
	return p
}
