package ingest

import (
	"context"
	"errors"
	"time"

	"vantage/media"
)

// Source brings one stream in: a camera, a file, a generator. Run connects, announces the tracks, publishes units and
// returns when the connection ends or ctx is cancelled; all that it started has ended by then. A nil error means the source came
// to its natural end. The supervisor calls Run again after an error, unless it is [Permanent].
type Source interface {
	Run(ctx context.Context, pub media.Publisher) error
}

// State is where a stream's source stands.
type State string

// The states of a source.
const (
	Idle       State = "idle"       // on demand, and nobody watches; or no publisher has come yet
	Connecting State = "connecting" // trying to reach the source
	Live       State = "live"       // units arrive
	Stalled    State = "stalled"    // connected, but nothing arrives
	Retrying   State = "retrying"   // waiting for the next attempt
	Failed     State = "failed"     // given up: a person must act
	Ended      State = "ended"      // stopped, or at its natural end
)

// Status is a snapshot of a source for people and for the API. It is immutable.
type Status struct {
	State    State
	Since    time.Time // of State
	Err      error     // of the last failure; nil when Live
	Attempts int       // that failed since it was last Live for some seconds
	NextTry  time.Time // when Retrying
	Peer     string    // remote address, "" when unknown
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error that trying again would not mend and might make worse (a wrong password locks accounts).
func Permanent(err error) error { return permanent{err} }

// IsPermanent reports whether err was marked by [Permanent].
func IsPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p)
}

// PublishRequest is a peer's wish to publish a stream (WHIP POST, RTSP ANNOUNCE).
type PublishRequest struct {
	Stream media.StreamID
	Token  string // bearer token (WHIP) or password (RTSP); "" when none was given
	User   string // RTSP user; ""
	Peer   string // remote address
	Via    string // "whip" or "rtsp"
}

// Publication is a claimed stream. Close gives the name back, with the reason.
type Publication interface {
	media.Publisher
	Close(reason error)
}

// Registrar gives stream names to publishers that come to us; internal/app implements it. At most one publisher holds a name. Errors
// are ready for the peer: ErrUnauthorized, ErrBusy, ErrUnknownStream, possibly wrapped with a hint.
type Registrar interface {
	Publish(ctx context.Context, r PublishRequest) (Publication, error)
}

// Why a publisher or a player is refused.
var (
	ErrUnauthorized  = errors.New("wrong or missing credentials")
	ErrBusy          = errors.New("stream already has a publisher")
	ErrUnknownStream = errors.New("no such stream")
)
