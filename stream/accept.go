package stream

import (
	"context"
	"net/http"

	"github.com/pion/webrtc/v4"

	"vantage/internal/httpx"
	"vantage/internal/rtc"
	"vantage/media"
)

// accept makes the session for a POST to /whep/{stream}.
func (s *Server) accept(ctx context.Context, r *rtc.Request) (*rtc.Session, error) {
	session, err := s.open(ctx, r)
	if err != nil {
		s.opt.Metrics.refused(err)
	}
	return session, err
}

func (s *Server) open(ctx context.Context, r *rtc.Request) (*rtc.Session, error) {
	codecs := codecsOf(r.Offer)
	if len(codecs) == 0 {
		return nil, &httpx.Problem{
			Status: http.StatusNotAcceptable, Detail: "the offer receives no codec that we send: " + offered(r.Offer),
			Hint: "offer to receive H264, VP8, VP9, AV1 or H265 video, or Opus or G.711 audio",
		}
	}
	opened, err := s.opt.Catalog.Open(ctx, OpenRequest{
		Stream: r.Stream, Rendition: r.Query.Get("rendition"), Codecs: codecs, Token: r.Token, Peer: r.Peer,
	})
	if err != nil {
		return nil, err
	}
	v := &viewer{server: s, req: r, opened: opened}
	if err := v.plan(ctx); err != nil {
		opened.Close()
		return nil, err
	}
	if err := v.connect(); err != nil {
		return nil, err
	}
	return v.session, nil
}

// plan decides what the session carries.
func (v *viewer) plan(ctx context.Context) error {
	offer := v.req.Offer
	video, err := trackOf(ctx, v.opened.Video, media.Video)
	if err != nil {
		return err
	}
	audio, err := trackOf(ctx, v.opened.Audio, media.Audio)
	if err != nil {
		return err
	}
	if video != nil && offer.Video != nil && offer.Video.Takes {
		c, ok := choose(offer.Video, video)
		if !ok || video.Reordered {
			return undecodable(v.req.Stream, video, offer.Video)
		}
		v.lines = append(v.lines, &line{hub: v.opened.Video, track: video, codec: c})
	}
	if audio != nil {
		if c, ok := choose(offer.Audio, audio); ok {
			v.lines = append(v.lines, &line{hub: v.opened.Audio, track: audio, codec: c})
		}
	}
	switch {
	case len(v.lines) > 0:
		return nil
	case audio != nil && offer.Audio != nil:
		return undecodable(v.req.Stream, audio, offer.Audio)
	default:
		return &httpx.Problem{
			Status: http.StatusNotAcceptable, Detail: "the stream has nothing of what the offer receives",
			Hint: "offer to receive both video and audio",
		}
	}
}

// trackOf waits for the track of the kind; nil when the hub has none of it.
func trackOf(ctx context.Context, h *media.Hub, k media.Kind) (*media.Track, error) {
	if h == nil {
		return nil, nil
	}
	tracks, err := h.WaitTracks(ctx)
	if err != nil {
		return nil, err
	}
	return media.TrackOf(tracks, k), nil
}

// connect makes the peer connection and adds the lines to it. From then on the session's end closes what was opened, also after an error.
func (v *viewer) connect() error {
	cfg := rtc.SessionConfig{OnConnected: v.connected, OnClose: v.closed}
	for _, l := range v.lines {
		if l.track.Kind() == media.Video {
			cfg.Video = []rtc.OfferedCodec{l.codec}
		} else {
			cfg.Audio = []rtc.OfferedCodec{l.codec}
		}
	}
	session, err := v.server.opt.Engine.NewSession(v.req, cfg)
	if err != nil {
		v.opened.Close()
		return err
	}
	v.session = session
	v.server.add(v)
	for _, l := range v.lines {
		l.name = string(v.req.Stream)
		if err = l.addTo(session.PC); err != nil {
			session.Close(err)
			return err
		}
	}
	return nil
}

// addTo adds the line to the peer connection, to send only.
func (l *line) addTo(pc *webrtc.PeerConnection) error {
	t, err := pc.AddTransceiverFromTrack(l, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return err
	}
	l.sender = t.Sender()
	return nil
}

func offered(o *rtc.Offer) string {
	switch {
	case o.Video == nil:
		return "audio " + o.Audio.CodecNames()
	case o.Audio == nil:
		return "video " + o.Video.CodecNames()
	default:
		return "video " + o.Video.CodecNames() + ", audio " + o.Audio.CodecNames()
	}
}
