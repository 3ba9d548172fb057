package ingest

// Peered is the optional ability of a [Source] to name its peer.
type Peered interface {
	// Peer is the remote address of the present connection, "" without one.
	Peer() string
}

// Link is what a source may tell of its connection.
type Link struct {
	Transport     string // of the media: "udp" or "tcp"
	TriedUDP      bool   // before
	Packets, Lost uint64 // of media, received and not received
	Dropped       uint64 // units that were damaged
}

// Linked is the optional ability of a [Source] to tell of its connection.
type Linked interface{ Link() Link }

// Coded is the optional ability of an error to name its kind for programs: "auth_required", "auth_wrong", "not_found",
// "certificate", "transport", "no_media".
type Coded interface{ Code() string }
