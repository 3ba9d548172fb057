package ingest

import "time"

// Peered is the optional ability of a [Source] to name its peer.
type Peered interface {
	// Peer is the remote address of the present connection or, without one, of the last; "" before the first.
	Peer() string
}

// Link is what a source may tell of its connection, the present one or the last. The counts are of all connections since the
// source was made.
type Link struct {
	Transport     string // of the media: "udp" or "tcp"; "" before the first connection
	TriedUDP      bool   // before
	Packets, Lost uint64 // of media, received and not received
	Dropped       uint64 // units that were damaged

	// ClockOffset is how far the source's wall clock was ahead of the arrival of what it stamped, when it was last told, however wrong it is:
	// cameras that were never set believe it is 1970. ClockKnown says that it was told at all.
	ClockOffset time.Duration
	ClockKnown  bool
}

// Linked is the optional ability of a [Source] to tell of its connection.
type Linked interface{ Link() Link } // safe for concurrent use
