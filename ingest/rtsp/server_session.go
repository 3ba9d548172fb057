package rtsp

import (
	"slices"
	"strings"
	"time"

	"vantage/media"
)

// SessionInfo is a snapshot of one player or publisher, for the API.
type SessionInfo struct {
	ID        media.SessionID
	Kind      string // "rtsp-play" or "rtsp-publish"
	Stream    media.StreamID
	Rendition string // of a player
	Peer      string
	Since     time.Time
	Codecs    []media.Codec
	Transport string // "udp" or "tcp"; "" before SETUP
	State     string // "setup", "live", "stalled"

	BytesSent, BytesReceived     uint64 // of RTP
	PacketsSent, PacketsReceived uint64
	PacketsLost                  uint64 // as the receiver counts them: the player by RTCP, we for a publisher
	Dropped                      uint64 // units dropped for a slow player
	KeyFrameRequests             uint64 // PLIs of a player
	RTT                          time.Duration
}

func sortSessions(list []SessionInfo) {
	slices.SortFunc(list, func(a, b SessionInfo) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
}
