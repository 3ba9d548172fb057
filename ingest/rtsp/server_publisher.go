package rtsp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vantage/ingest"
	"vantage/media"
)

// stalledAfter is how long a publisher may send nothing before its session is listed as stalled.
const stalledAfter = 2500 * time.Millisecond

var (
	// ErrPublisherLeft is why a publication ends that its publisher ended.
	ErrPublisherLeft = errors.New("publisher left")

	// ErrPublisherSilent is why a publication ends whose publisher sent nothing for ServerConfig.ReadTimeout.
	ErrPublisherSilent = errors.New("publisher sends nothing")
)

// publisher is one peer that publishes.
type publisher struct {
	s         *Server
	id        media.SessionID
	name      media.StreamID
	peer      string
	since     time.Time
	session   *gortsplib.ServerSession
	pub       ingest.Publication
	parts     *depacketizer
	clocks    map[*description.Media]*trackClock
	transport atomic.Value // string

	recording      atomic.Bool
	lastPacket     atomic.Int64 // Unix nanoseconds
	bytes, packets atomic.Uint64
	lost           atomic.Uint64
	videoSSRC      atomic.Uint32

	stop    context.CancelFunc // of relay
	once    sync.Once
	reason  atomic.Pointer[error] // given by us
	relayed chan struct{}
}

// openPublisher claims a stream for a peer that announces it.
func (s *Server) openPublisher(ctx *gortsplib.ServerHandlerOnAnnounceCtx) (*publisher, error) {
	if s.opt.Registrar == nil {
		return nil, errNotAccepted
	}
	name, rendition, ok := parsePath(ctx.Path, ctx.Query)
	if !ok || rendition != "" {
		return nil, errBadPath
	}
	user, password, err := s.credentials(ctx.Conn, ctx.Request, name)
	if err != nil {
		return nil, err
	}
	log := s.log.With("stream", name)
	parts, skipped, err := newDepacketizer(ctx.Description, nil, log)
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", name, err)
	}
	if len(skipped) > 0 {
		log.Warn("formats not carried", "formats", skipped)
	}
	claim, cancel := s.openCtx()
	defer cancel()
	peer := ctx.Conn.NetConn().RemoteAddr().String()
	pub, err := s.opt.Registrar.Publish(claim, ingest.PublishRequest{Stream: name, User: user, Token: password, Peer: peer, Via: "rtsp"})
	if err != nil {
		return nil, err
	}
	parts.pub = pub
	p := &publisher{
		s: s, id: newSessionID(), name: name, peer: peer, since: time.Now(), session: ctx.Session, pub: pub, parts: parts,
		clocks: map[*description.Media]*trackClock{}, stop: func() {}, relayed: make(chan struct{}),
	}
	close(p.relayed)
	if !s.add(p.id, p) {
		pub.Close(errStopping)
		return nil, errStopping
	}
	return p, nil
}

// record runs within RECORD, while the session's media are settled; packets come after it.
func (p *publisher) record() {
	var session sessionClock
	for f, l := range p.parts.lanes {
		clock := session.track(f.ClockRate(), l.track.Kind() == media.Audio)
		p.clocks[l.media] = clock
		p.session.OnPacketRTP(l.media, f, p.receiver(l, f, clock))
	}
	p.session.OnPacketRTCPAny(func(m *description.Media, pkt rtcp.Packet) {
		p.lastPacket.Store(time.Now().UnixNano())
		if sr, ok := pkt.(*rtcp.SenderReport); ok && p.clocks[m] != nil {
			p.clocks[m].report(sr)
		}
	})
	p.lastPacket.Store(time.Now().UnixNano())
	p.parts.announce()
	p.recording.Store(true)
	ctx, stop := context.WithCancel(p.s.ctx)
	p.stop, p.relayed = stop, make(chan struct{})
	p.s.opt.Metrics.publishing(1)
	p.s.log.Info("rtsp publisher started", "stream", p.name, "session", p.id, "peer", p.peer, "transport", p.transport.Load())
	p.s.pumps.Go(func() {
		defer close(p.relayed)
		p.relay(ctx)
	})
}

func (p *publisher) receiver(l *lane, f format.Format, clock *trackClock) func(*rtp.Packet) {
	video := l.track.Kind() == media.Video
	return func(pkt *rtp.Packet) {
		size := pkt.MarshalSize()
		p.lastPacket.Store(time.Now().UnixNano())
		p.bytes.Add(uint64(size))
		p.packets.Add(1)
		p.s.opt.Metrics.receivedBytes(size)
		if video {
			p.videoSSRC.Store(pkt.SSRC)
		}
		pts, sent := clock.place(pkt.Timestamp, time.Now())
		p.parts.packet(f, pkt, pts, sent)
	}
}

// relay passes the subscribers' wishes for key frames on to the publisher, which may know RTCP feedback (RFC 4585 §6.3.1).
func (p *publisher) relay(ctx context.Context) {
	demand := p.pub.Demand()
	for {
		select {
		case <-ctx.Done():
			return
		case <-demand.C():
		}
		r, ok := demand.Take()
		if !ok || !r.KeyFrame {
			continue
		}
		for _, l := range p.parts.lanes {
			if l.media.Type == description.MediaTypeVideo && p.videoSSRC.Load() != 0 {
				// Best effort: a publisher that went away is noticed by others.
				_ = p.session.WritePacketRTCP(l.media, &rtcp.PictureLossIndication{MediaSSRC: p.videoSSRC.Load()})
			}
		}
	}
}

// silence is how long nothing has come.
func (p *publisher) silence() time.Duration {
	return time.Since(time.Unix(0, p.lastPacket.Load()))
}

// endSilent ends the publishers that send nothing. The library would not notice one that still answers over TCP.
func (s *Server) endSilent() {
	for _, ss := range s.all() {
		if p, ok := ss.(*publisher); ok && p.recording.Load() && p.silence() > s.opt.Config.ReadTimeout {
			p.end(ErrPublisherSilent)
		}
	}
}

// end closes the publisher's session; close follows from the library.
func (p *publisher) end(reason error) {
	p.reason.CompareAndSwap(nil, &reason)
	p.session.Close()
}

// close gives the stream back; the library calls it when the session is over.
func (p *publisher) close(reason error) {
	p.once.Do(func() {
		var gone liberrors.ErrServerSessionTornDown
		switch ours := p.reason.Load(); {
		case ours != nil:
			reason = *ours
		case errors.As(reason, &gone):
			reason = ErrPublisherLeft
		default:
			reason = fmt.Errorf("%w: %w", ErrPublisherLeft, reason)
		}
		if p.recording.Load() {
			p.s.opt.Metrics.publishing(-1)
		}
		p.stop()
		<-p.relayed
		p.s.remove(p.id)
		p.pub.Close(reason)
		p.s.log.Info("rtsp publisher ended", "stream", p.name, "session", p.id, "peer", p.peer, "err", reason)
	})
}

func (p *publisher) info() SessionInfo {
	i := SessionInfo{
		ID: p.id, Kind: "rtsp-publish", Stream: p.name, Peer: p.peer, Since: p.since, State: "setup",
		BytesReceived: p.bytes.Load(), PacketsReceived: p.packets.Load(), PacketsLost: p.lost.Load(),
	}
	i.Transport, _ = p.transport.Load().(string)
	if p.recording.Load() {
		i.State = "live"
		if p.silence() > stalledAfter {
			i.State = "stalled"
		}
	}
	p.parts.mu.Lock()
	defer p.parts.mu.Unlock()
	for _, t := range p.parts.tracks {
		i.Codecs = append(i.Codecs, t.Codec)
	}
	return i
}
