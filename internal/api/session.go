package api

import (
	"errors"
	"time"

	"vantage/media"
)

// ErrUnknownSession says that a session has ended or never was.
var ErrUnknownSession = errors.New("no such session")

// Session is one peer that publishes or watches.
type Session struct {
	ID          media.SessionID `json:"id"`
	Kind        string          `json:"kind" enum:"whep,whip,rtsp-play,rtsp-publish"`
	Stream      media.StreamID  `json:"stream"`
	Rendition   string          `json:"rendition,omitempty"`
	Peer        string          `json:"peer" doc:"its network address"`
	Since       time.Time       `json:"since"`
	Codec       string          `json:"codec,omitempty" doc:"of the picture"`
	BytesSent   uint64          `json:"bytes_sent"`
	PacketsSent uint64          `json:"packets_sent"`
	PacketsLost uint64          `json:"packets_lost" doc:"as the receiver reports them"`
	NACKs       uint64          `json:"nacks" doc:"packets asked for again"`
	PLIs        uint64          `json:"plis" doc:"key pictures asked for"`
	RTTMs       *float64        `json:"rtt_ms,omitempty" doc:"round-trip time in milliseconds, when measured"`
	State       string          `json:"state" example:"connected"`
}
