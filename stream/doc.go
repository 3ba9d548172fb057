// Package stream shows streams to browsers: WHEP sessions over WebRTC, for any stream and rendition of a [Catalog].
//
//	server, err := stream.New(stream.Options{Config: stream.Default(), Engine: engine, Catalog: catalog, Log: log})
//	mux.Handle("/whep/", server.Handler())
//	err = server.Run(ctx)
//
// A POST brings the browser's codecs, by which the catalogue chooses what to show. The answer holds exactly the codec that the
// track has, or the POST is refused with a problem that says what to ask for instead: a browser is never left with a black picture. Then
// the session joins a [vantage/stream/fanout.Fan], where access units are packetised once for all viewers.
//
// A change of resolution or parameters passes through, for they travel in the stream. A change of codec ends the session with a
// reason, as nothing that was negotiated fits any more.
//
// # Ownership
//
// What Catalog.Open returned is closed once when the session ends, however that comes about.
//
// # Goroutines
//
// Run owns the senders. A session adds one goroutine per stream, which reads its feedback and ends with it. Everything here is safe
// for concurrent use.
//
// # Standards
//
// draft-ietf-wish-whep (WHEP), RFC 9429 (JSEP), RFC 6184 §8.2.2 (H.264 in offer and answer). See also internal/rtc and fanout.
package stream
