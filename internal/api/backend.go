package api

import (
	"context"
	"encoding/json"
	"time"

	"vantage/ingest/probe"
	"vantage/internal/config"
	"vantage/media"
)

// Backend is what the API is answered from; internal/app implements its parts. All methods are called by many goroutines
// at once, keep to their context, and return errors ready for people, with hints.
type Backend struct {
	Streams    Streams
	Watcher    Watcher
	Snapshots  Snapshots
	Sessions   Sessions
	Prober     Prober
	Discoverer Discoverer
	Doctor     Doctor
	Reloader   Reloader
}

// Streams are the streams of the server.
type Streams interface {
	// List returns all streams, sorted by name.
	List(ctx context.Context) ([]Stream, error)

	// Get returns one stream, or ingest.ErrUnknownStream.
	Get(ctx context.Context, id media.StreamID) (Stream, error)

	// Put adds a stream, or replaces one that the API added, and saves it. A stream of the configuration file is a conflict. created
	// tells which it was; with mustCreate any existing stream of that name is a conflict.
	Put(ctx context.Context, s Spec, mustCreate bool) (stream Stream, created bool, err error)

	// Delete ends a stream that the API added and forgets it. A stream of the configuration file is a conflict.
	Delete(ctx context.Context, id media.StreamID) error

	// Defaults is what a new stream begins with.
	Defaults() config.Stream
}

// Spec is a stream that a client wants.
type Spec struct {
	ID     media.StreamID
	Stream config.Stream // on the defaults of now, checked

	// Document is what the client sent, compact and without the name. What is saved is this, so that the stream is
	// read onto the defaults of its day after a restart.
	Document json.RawMessage
}

// Watcher tells what happens, as it happens.
type Watcher interface {
	// WatchStreams begins with the state of every stream.
	WatchStreams(ctx context.Context) (Watch[StreamEvent], error)

	// WatchRegions tells the region plans of a stream, and makes the server analyse it while it is open. Plans that the
	// client is too slow for are left out.
	WatchRegions(ctx context.Context, id media.StreamID) (Watch[Plan], error)
}

// Watch is a series of events. One goroutine uses it.
type Watch[T any] interface {
	// Next waits for an event, or until ctx ends. io.EOF says that there will be no more.
	Next(ctx context.Context) (T, error)
	Close()
}

// StreamEvent is a change of a stream: of Removed when that is not empty, else of Stream.
type StreamEvent struct {
	Stream  *Stream
	Removed media.StreamID
}

// Snapshots makes pictures.
type Snapshots interface {
	// Snapshot returns the latest key picture of the stream as JPEG, at most widthPx wide; 0 is as wide as it is.
	Snapshot(ctx context.Context, id media.StreamID, widthPx int) ([]byte, error)
}

// Sessions are the peers that publish and watch.
type Sessions interface {
	// ListSessions returns all sessions, oldest first.
	ListSessions(ctx context.Context) ([]Session, error)

	// EndSession closes one; ErrUnknownSession when there is none of that name.
	EndSession(ctx context.Context, id media.SessionID) error
}

// Prober looks at a source without adding it.
type Prober interface {
	// Probe returns the verdict. A source that cannot be reached is a verdict too; an error says that nothing could be looked
	// at.
	Probe(ctx context.Context, r ProbeRequest) (*probe.Verdict, error)
}

// Discoverer finds cameras.
type Discoverer interface {
	// Discover asks the local network for ONVIF cameras and returns those that answered within the time.
	Discover(ctx context.Context, timeout time.Duration) ([]Camera, error)

	// Profiles asks one camera for its profiles and their addresses.
	Profiles(ctx context.Context, r ProfilesRequest) ([]Profile, error)
}

// Doctor looks at the machine.
type Doctor interface {
	Examine(ctx context.Context) (DoctorReport, error)
}

// Reloader reads the configuration file again.
type Reloader interface {
	// Reload applies what changed, see [NewReloadReport]. A file with mistakes changes nothing; its error is that of config.Load.
	Reload(ctx context.Context) (ReloadReport, error)
}
