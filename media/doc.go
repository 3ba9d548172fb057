// Package media is the kernel of Vantage: the few types that every other package speaks.
//
// A [Track] describes one elementary stream, a [Unit] is one encoded access unit of it, a [Frame] is one decoded
// picture, a [Region] says where in a picture something is and how much it matters. A [Hub] fans the units of one
// publisher out to any number of subscribers, each behind a [Queue] bounded by age; requests for a key frame or
// another bitrate travel the other way and are merged in a [Demand].
//
//	hub := media.NewHub("gate-north/source", media.HubConfig{})
//	hub.SetTracks([]*media.Track{video})
//	sub := hub.Subscribe(media.QueueConfig{Edge: "hub-viewer", MaxAge: 400 * time.Millisecond})
//	defer sub.Close()
//	for {
//		u, err := sub.Pop(ctx)
//		if err != nil {
//			return err
//		}
//		send(u)
//		u.Release()
//	}
//
// # Ownership
//
// Units and frames are reference counted. A pushed or published value is borrowed for the call: who keeps it calls
// Retain. Who pops a value owns one reference and calls Release once. Whatever has been published is immutable; to
// change a header, Derive a new one over the same backing. Misuse (a release too many, a retain of a dead value)
// panics at once, because continuing would show one camera's picture to another camera's viewer.
//
// # Goroutines
//
// The package starts none. Hub, Queue and Demand are safe for concurrent use; Unit and Frame are safe to share once
// published, because they are not written any more.
//
// # Standards
//
// Names follow ISO/IEC 14496-10 (access unit, NAL unit, IDR), AV1 (OBU), RFC 3550 (clock rate) and RFC 7656.
package media
