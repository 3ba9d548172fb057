package app

import (
	"context"
	"slices"
	"time"

	"vantage/ingest/rtsp"
	"vantage/internal/api"
	"vantage/internal/rtc"
	"vantage/media"
)

// sessionsAPI implements api.Sessions over all servers.
type sessionsAPI struct{ *App }

// ListSessions implements [api.Sessions].
func (a sessionsAPI) ListSessions(context.Context) ([]api.Session, error) {
	list := []api.Session{}
	for _, s := range a.whep.Sessions() {
		list = append(list, describeRTC(s))
	}
	for _, s := range a.whip.Sessions() {
		list = append(list, describeRTC(s))
	}
	for _, s := range a.rtsp.Sessions() {
		list = append(list, describeRTSP(s))
	}
	slices.SortFunc(list, func(x, y api.Session) int { return x.Since.Compare(y.Since) })
	return list, nil
}

// EndSession implements [api.Sessions].
func (a sessionsAPI) EndSession(_ context.Context, id media.SessionID) error {
	if a.whep.Kick(id) || a.whip.Kick(id) || a.rtsp.Kick(id) {
		return nil
	}
	return api.ErrUnknownSession
}

// endPublishers ends the sessions that publish a stream.
func (a *App) endPublishers(id media.StreamID) {
	for _, s := range a.whip.Sessions() {
		if s.Stream == id {
			a.whip.Kick(s.ID)
		}
	}
	for _, s := range a.rtsp.Sessions() {
		if s.Stream == id && s.Kind == "rtsp-publish" {
			a.rtsp.Kick(s.ID)
		}
	}
}

func describeRTC(s rtc.SessionInfo) api.Session {
	d := api.Session{
		ID: s.ID, Kind: s.Kind, Stream: s.Stream, Rendition: s.Rendition, Peer: s.Peer, Since: s.Since, State: s.State,
		BytesSent: s.Bytes, PacketsSent: s.Packets, PacketsLost: uint64(max(s.Lost, 0)), NACKs: s.NACKs, PLIs: s.PLIs, RTTMs: millis(s.RTT),
	}
	if s.Codec != 0 {
		d.Codec = s.Codec.String()
	}
	return d
}

func describeRTSP(s rtsp.SessionInfo) api.Session {
	d := api.Session{
		ID: s.ID, Kind: s.Kind, Stream: s.Stream, Rendition: s.Rendition, Peer: s.Peer, Since: s.Since, State: s.State,
		BytesSent: s.BytesSent, PacketsSent: s.PacketsSent, PacketsLost: s.PacketsLost, PLIs: s.KeyFrameRequests, RTTMs: millis(s.RTT),
	}
	for _, c := range s.Codecs {
		if c.Kind() == media.Video {
			d.Codec = c.String()
		}
	}
	return d
}

// millis is a round-trip time for the API; nil when unknown.
func millis(d time.Duration) *float64 {
	if d <= 0 {
		return nil
	}
	ms := float64(d) / float64(time.Millisecond)
	return &ms
}
