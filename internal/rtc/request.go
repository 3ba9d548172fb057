package rtc

import (
	"net/url"
	"time"

	"vantage/media"
)

// Request is a peer's wish for a session: one WHIP or WHEP POST.
type Request struct {
	Stream   media.StreamID // valid by its spelling; nobody has looked it up yet
	Query    url.Values
	Token    string // bearer token, "" when none was given
	Peer     string // remote address
	Received time.Time
	Offer    *Offer
}
