package whip

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"vantage/ingest"
	"vantage/internal/rtc"
	"vantage/media"
	"vantage/media/bitstream"
)

const (
	// announceAfter is how long the first tracks wait for one that was offered and does not come.
	announceAfter = 2 * time.Second

	// unlimitedBPS is told to a publisher when nobody limits its bitrate any more.
	unlimitedBPS = 100_000_000
)

// extensions are the RTP header extensions that we take: which section and layer a packet is of, and what the sender's bandwidth
// estimate needs.
var extensions = []string{sdp.SDESMidURI, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI, sdp.TransportCCURI, sdp.ABSSendTimeURI}

// publisher is one WHIP session.
type publisher struct {
	server  *Server
	req     *rtc.Request
	pub     ingest.Publication
	log     *slog.Logger
	session *rtc.Session
	formats map[uint8]rtc.OfferedCodec // by payload type
	expects map[media.Kind]bool
	timing  timing
	stats   counts

	mu        sync.Mutex // held over SetTracks and Publish, so that a unit never overtakes its track
	tracks    map[media.Kind]*media.Track
	announced bool
	began     time.Time // when the first unit was ready
	ssrcs     map[media.Kind]uint32
	gone      bool
}

// counts are a session's statistics.
type counts struct {
	packets, bytes, lost, nacks, plis atomic.Uint64
}

func newPublisher(s *Server, r *rtc.Request, pub ingest.Publication, video, audio []rtc.OfferedCodec) *publisher {
	p := &publisher{
		server: s, req: r, pub: pub, log: s.log.With("stream", r.Stream),
		formats: make(map[uint8]rtc.OfferedCodec), expects: make(map[media.Kind]bool),
		tracks: make(map[media.Kind]*media.Track), ssrcs: make(map[media.Kind]uint32),
	}
	for _, list := range [][]rtc.OfferedCodec{video, audio} {
		for _, c := range list {
			p.formats[c.PayloadType] = c
			p.expects[c.Codec.Kind()] = true
		}
	}
	if len(audio) > 0 {
		// Publishers send the first format of the answer, so that video need not wait to be announced until there is sound.
		p.tracks[media.Audio] = bitstream.NewInspector(trackOf(audio[0])).Track()
	}
	return p
}

// connect makes the peer connection.
func (p *publisher) connect() error {
	interceptors := &interceptor.Registry{}
	reports, err := report.NewReceiverInterceptor()
	if err != nil {
		return fmt.Errorf("receiver reports: %w", err)
	}
	feedback, err := twcc.NewSenderInterceptor()
	if err != nil {
		return fmt.Errorf("transport-wide feedback: %w", err)
	}
	interceptors.Add(reports)
	interceptors.Add(feedback)
	cfg := rtc.SessionConfig{
		Video: sent(p.req.Offer.Video), Audio: sent(p.req.Offer.Audio), Extensions: extensions, Interceptors: interceptors,
		OnConnected: p.connected, OnClose: p.closed,
	}
	session, err := p.server.opt.Engine.NewSession(p.req, cfg)
	if err != nil {
		return err
	}
	p.session = session
	session.PC.OnTrack(p.receive)
	p.server.mu.Lock()
	p.server.publishers[session.ID()] = p
	n := len(p.server.publishers)
	p.server.mu.Unlock()
	p.server.opt.Metrics.sessions.Set(float64(n))
	return nil
}

// connected begins to pass the viewers' wishes to the publisher.
func (p *publisher) connected() {
	p.start(func() {
		for {
			select {
			case <-p.pub.Demand().C():
				if r, ok := p.pub.Demand().Take(); ok {
					p.demand(r)
				}
			case <-p.session.Done():
				return
			}
		}
	})
}

// start runs a task of the session, which Run waits for. After the end of the session it starts none.
func (p *publisher) start(task func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.gone {
		p.server.tasks.Go(task)
	}
}

// closed gives back what the session held.
func (p *publisher) closed(reason error) {
	p.mu.Lock()
	p.gone = true
	p.mu.Unlock()
	p.server.mu.Lock()
	delete(p.server.publishers, p.session.ID())
	n := len(p.server.publishers)
	p.server.mu.Unlock()
	p.server.opt.Metrics.sessions.Set(float64(n))
	p.pub.Close(reason)
}

// demand passes a wish on: a key frame by PLI, a bitrate by REMB.
func (p *publisher) demand(r media.Request) {
	p.mu.Lock()
	ssrc, ok := p.ssrcs[media.Video]
	p.mu.Unlock()
	if !ok {
		return // it begins with a key frame anyway
	}
	if r.KeyFrame {
		p.requestKeyFrame(ssrc)
	}
	if r.BitrateBPS != 0 {
		bps := r.BitrateBPS
		if bps < 0 {
			bps = unlimitedBPS
		}
		p.write(&rtcp.ReceiverEstimatedMaximumBitrate{Bitrate: float32(bps), SSRCs: []uint32{ssrc}})
	}
}

func (p *publisher) requestKeyFrame(ssrc uint32) {
	p.stats.plis.Add(1)
	p.server.opt.Metrics.plis.Inc()
	p.write(&rtcp.PictureLossIndication{MediaSSRC: ssrc})
}

func (p *publisher) write(packet rtcp.Packet) {
	_ = p.session.PC.WriteRTCP([]rtcp.Packet{packet}) // a peer that has gone is noticed by ICE
}

// receive takes in one track. pion calls it on a goroutine of its own. Of several tracks of a kind (simulcast layers) the first
// is taken.
func (p *publisher) receive(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	kind := media.Audio
	if remote.Kind() == webrtc.RTPCodecTypeVideo {
		kind = media.Video
	}
	p.mu.Lock()
	_, taken := p.ssrcs[kind]
	if !taken {
		p.ssrcs[kind] = uint32(remote.SSRC())
	}
	p.mu.Unlock()
	if taken {
		p.log.Debug("further track ignored", "kind", kind, "rid", remote.RID())
		p.start(func() { drain(remote) })
		return
	}
	r := newReceiver(p, kind, remote)
	p.start(func() { r.readReports(receiver) })
	p.start(r.run)
}

// drain keeps a track that nobody wants from filling memory.
func drain(remote *webrtc.TrackRemote) {
	buf := make([]byte, maxPacketBytes)
	for {
		if _, _, err := remote.Read(buf); err != nil {
			return
		}
	}
}

// publish announces the tracks when they are complete or have changed, and passes the unit on. It reports false for a unit that came
// before the announcement, and is lost.
func (p *publisher) publish(u *media.Unit, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return false
	}
	kind := u.Track.Kind()
	changed := p.tracks[kind] != u.Track
	p.tracks[kind] = u.Track
	if p.began.IsZero() {
		p.began = now
	}
	if !p.announced {
		complete := len(p.tracks) == len(p.expects)
		if !complete && now.Sub(p.began) < announceAfter {
			return false
		}
	}
	if changed || !p.announced {
		p.announced = true
		p.announce()
	}
	p.pub.Publish(u)
	return true
}

// known is the track of the kind that subscribers know or will be told of; nil when there is none.
func (p *publisher) known(k media.Kind) *media.Track {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tracks[k]
}

// announce tells the tracks, video first. The lock is held.
func (p *publisher) announce() {
	var list []*media.Track
	for _, k := range [...]media.Kind{media.Video, media.Audio} {
		if t := p.tracks[k]; t != nil {
			list = append(list, t)
		}
	}
	p.pub.SetTracks(list)
}

func (p *publisher) info() rtc.SessionInfo {
	i := rtc.SessionInfo{
		ID: p.session.ID(), Kind: "whip", Stream: p.req.Stream, Peer: p.req.Peer,
		State: p.session.State(), Since: p.session.Since(),
		Bytes: p.stats.bytes.Load(), Packets: p.stats.packets.Load(), Lost: int64(p.stats.lost.Load()),
		NACKs: p.stats.nacks.Load(), PLIs: p.stats.plis.Load(),
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range [...]media.Kind{media.Audio, media.Video} {
		if t := p.tracks[k]; t != nil {
			i.Codec = t.Codec
		}
	}
	return i
}
