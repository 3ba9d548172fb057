package rtsp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/pion/rtcp"

	"vantage/media"
)

// player is one peer that plays: it has its own queue at the hub and its own library stream, so that a slow peer touches no
// other.
type player struct {
	s         *Server
	id        media.SessionID
	name      media.StreamID
	rendition string // as asked
	peer      string
	since     time.Time
	opened    *Opened
	stream    *gortsplib.ServerStream
	tracks    []*playerTrack
	transport string
	session   *gortsplib.ServerSession // from SETUP on

	playing  atomic.Bool
	overflow atomic.Bool
	bytes    atomic.Uint64
	packets  atomic.Uint64
	lost     atomic.Uint64
	dropped  atomic.Uint64
	plis     atomic.Uint64
	rtt      atomic.Int64

	mu      sync.Mutex
	stop    context.CancelCauseFunc // of the pump that runs
	stopped chan struct{}           // closed when it has ended
	closed  bool
}

// openPlayer finds the stream that a request asks for and makes a player of it, not yet listed.
func (s *Server) openPlayer(conn *gortsplib.ServerConn, req *base.Request, path, query string) (*player, error) {
	if s.opt.Catalog == nil {
		return nil, errNotServed
	}
	name, rendition, ok := parsePath(path, query)
	if !ok {
		return nil, errBadPath
	}
	user, password, err := s.credentials(conn, req, name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.openCtx()
	defer cancel()
	peer := conn.NetConn().RemoteAddr().String()
	opened, err := s.opt.Catalog.Open(ctx, OpenRequest{Stream: name, Rendition: rendition, User: user, Password: password, Peer: peer})
	if err != nil {
		return nil, err
	}
	p := &player{
		s: s, id: newSessionID(), name: name, rendition: rendition, peer: peer, since: time.Now(), opened: opened,
	}
	if err := p.describe(ctx); err != nil {
		p.close(err)
		return nil, fmt.Errorf("play %s: %w", name, err)
	}
	return p, nil
}

// describe waits for the tracks and makes the description of those that RTSP can carry.
func (p *player) describe(ctx context.Context) error {
	desc := &description.Session{Title: string(p.name)}
	for _, part := range []struct {
		hub  *media.Hub
		kind media.Kind
		sdp  description.MediaType
	}{
		{p.opened.Video, media.Video, description.MediaTypeVideo},
		{p.opened.Audio, media.Audio, description.MediaTypeAudio},
	} {
		if part.hub == nil {
			continue
		}
		tracks, err := part.hub.WaitTracks(ctx)
		if err != nil {
			return err
		}
		t := media.TrackOf(tracks, part.kind)
		if t == nil {
			continue
		}
		pack, err := newPacketizer(t)
		if err != nil {
			p.s.log.Warn("track not played", "stream", p.name, "track", t.ID, "err", err)
			continue
		}
		pt := &playerTrack{hub: part.hub, track: t, pack: pack}
		pt.media = &description.Media{Type: part.sdp, Formats: formats(pack.format)}
		p.tracks = append(p.tracks, pt)
		desc.Medias = append(desc.Medias, pt.media)
	}
	if len(p.tracks) == 0 {
		return errNoMedia
	}
	p.stream = &gortsplib.ServerStream{Server: p.s.rtsp, Desc: desc}
	if err := p.stream.Initialize(); err != nil {
		p.stream = nil
		return err
	}
	stats := p.stream.Stats()
	for _, t := range p.tracks {
		t.init(stats.Medias[t.media].Formats[t.pack.format].LocalSSRC)
	}
	return nil
}

// asked reports whether the player was opened for the same request.
func (p *player) asked(name media.StreamID, rendition string) bool {
	return p.name == name && p.rendition == rendition
}

// adopt ties the player to its session.
func (p *player) adopt(ss *gortsplib.ServerSession, transport string) {
	p.session, p.transport = ss, transport
}

// prepare runs within PLAY, while the session's media are settled.
func (p *player) prepare() {
	chosen := map[*description.Media]bool{}
	for _, m := range p.session.SetuppedMedias() {
		chosen[m] = true
	}
	for _, t := range p.tracks {
		t.chosen = chosen[t.media]
	}
	p.session.OnPacketRTCPAny(func(_ *description.Media, pkt rtcp.Packet) { p.feedback(pkt) })
}

// start begins to send; the response to PLAY is on its way.
func (p *player) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.stop != nil {
		return
	}
	ctx, stop := context.WithCancelCause(p.s.ctx)
	p.stop, p.stopped = stop, make(chan struct{})
	p.playing.Store(true)
	p.s.opt.Metrics.playing(1)
	p.s.log.Info("rtsp player started", "stream", p.name, "session", p.id, "peer", p.peer, "transport", p.transport)
	p.s.pumps.Go(func() {
		defer close(p.stopped)
		defer p.s.opt.Metrics.playing(-1)
		defer p.playing.Store(false)
		err := p.pump(ctx)
		if !errors.Is(err, errPaused) {
			p.s.log.Info("rtsp player ended", "stream", p.name, "session", p.id, "peer", p.peer, "err", err)
			p.session.Close()
		}
	})
}

var errPaused = errors.New("paused")

// pause ends the pump and leaves the session.
func (p *player) pause() {
	p.mu.Lock()
	stop, stopped := p.stop, p.stopped
	p.stop = nil
	p.mu.Unlock()
	if stop != nil {
		stop(errPaused)
		<-stopped
	}
}

// end stops the player from outside: the pump drains, says goodbye and closes the session.
func (p *player) end(reason error) {
	p.mu.Lock()
	stop := p.stop
	p.mu.Unlock()
	if stop != nil {
		stop(reason)
		return
	}
	p.session.Close()
}

// close gives everything back; the library calls it when the session is over, or the connection of a player that
// never came to one.
func (p *player) close(reason error) {
	if reason == nil {
		reason = media.ErrClosed
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	stop, stopped := p.stop, p.stopped
	p.mu.Unlock()
	p.s.remove(p.id)
	if stop != nil {
		stop(fmt.Errorf("%w: %w", errSessionOver, reason))
		<-stopped
	}
	if p.stream != nil {
		p.stream.Close()
	}
	if p.opened.Close != nil {
		p.opened.Close()
	}
}

func (p *player) info() SessionInfo {
	i := SessionInfo{
		ID: p.id, Kind: "rtsp-play", Stream: p.name, Rendition: p.opened.Rendition, Peer: p.peer, Since: p.since,
		Transport: p.transport, State: "setup",
		BytesSent: p.bytes.Load(), PacketsSent: p.packets.Load(), PacketsLost: p.lost.Load(),
		Dropped: p.dropped.Load(), KeyFrameRequests: p.plis.Load(), RTT: time.Duration(p.rtt.Load()),
	}
	if p.playing.Load() {
		i.State = "live"
	}
	for _, t := range p.tracks {
		i.Codecs = append(i.Codecs, t.track.Codec)
	}
	return i
}
