package stream

import (
	"context"

	"vantage/media"
)

// OpenRequest is a viewer's wish.
type OpenRequest struct {
	Stream    media.StreamID
	Rendition string        // "" lets the catalogue choose: the source as it is where the viewer can take it
	Codecs    []media.Codec // what the viewer can decode, best first
	Token     string        // bearer token, "" when none
	Peer      string        // remote address
}

// Opened is what a viewer watches. The hubs go on over reconnects of the source. Close is called once when the viewer leaves.
type Opened struct {
	Rendition string
	Video     *media.Hub // nil: none
	Audio     *media.Hub // nil: none; may be the same hub as Video
	Close     func()
}

// Catalog finds streams; internal/app implements it. Open may start an on-demand source or a transcoder and waits, until ctx ends,
// for its tracks to be known.
type Catalog interface {
	Open(ctx context.Context, r OpenRequest) (*Opened, error)
}
