package rtsp

import (
	"context"

	"vantage/media"
)

// OpenRequest is a player's wish to watch a stream.
type OpenRequest struct {
	Stream    media.StreamID
	Rendition string // "" lets the catalogue choose: the source as it is
	User      string // "" when the player gave none
	Password  string // as given with Basic, or as proved with Digest
	Peer      string // remote address
}

// Opened is what a player watches. The hubs go on over reconnects of the source. Close is called once when the player leaves.
type Opened struct {
	Rendition string
	Video     *media.Hub // nil: none
	Audio     *media.Hub // nil: none; may be the same hub as Video
	Close     func()
}

// Catalog finds streams for players; internal/app implements it. Open may start an on-demand source or a transcoder
// and waits, until ctx ends, for its tracks to be known. Errors are ingest.ErrUnauthorized, ingest.ErrUnknownStream or
// others, possibly wrapped with a hint.
type Catalog interface {
	Open(ctx context.Context, r OpenRequest) (*Opened, error)
}

// Passwords returns the passwords that a user may prove for a stream by Digest, where the secret itself never crosses the
// wire. The registrar and the catalogue are given the proved password and decide.
type Passwords func(stream media.StreamID, user string) []string
