package rtc

import (
	"time"

	"vantage/media"
)

// SessionInfo is a snapshot of a session for people and for the API.
type SessionInfo struct {
	ID        media.SessionID
	Kind      string // "whip" or "whep"
	Stream    media.StreamID
	Rendition string // whep
	Peer      string // remote address
	State     string // "connecting", "connected" or "closed"
	Since     time.Time
	Codec     media.Codec // of video where there is one; 0: not known yet

	// Bytes and Packets are of RTP: sent for a viewer, received from a publisher. Lost are packets that the receiver missed, net of
	// duplicates; NACKs the packets asked for again; PLIs the key frames asked for.
	Bytes, Packets uint64
	Lost           int64
	NACKs, PLIs    uint64
	RTT            time.Duration // 0: unknown
}
