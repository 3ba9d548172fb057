// Package store keeps the streams that were added by the API or the console over a restart.
//
//	s, err := store.Open(cfg.StatePath())
//	if err != nil {
//		return err
//	}
//	if err := s.Damage(); err != nil {
//		log.Error("some saved streams are lost", "err", err, "hint", hint.Of(err))
//	}
//	err = s.Put("gate-north", json.RawMessage(`{"source":{"url":"rtsp://192.0.2.7/1"}}`))
//
// The file holds each stream as the JSON document that was given, so that it is read again onto the defaults of the day. It
// is replaced whole: written beside, flushed to the disk, renamed. A crash at any point leaves the old file or the new
// one. It may hold camera passwords and is readable by its owner only.
//
// # Ownership
//
// Documents are copied in and out.
//
// # Goroutines
//
// The package starts none. A [Streams] is safe for concurrent use; one process at a time uses a directory.
//
// # Standards
//
// JSON (RFC 8259); atomic replacement by rename (POSIX.1-2017).
package store
