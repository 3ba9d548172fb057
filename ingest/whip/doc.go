// Package whip takes publishers in over WebRTC: browsers, OBS, GStreamer, and whatever else speaks WHIP.
//
//	server, err := whip.New(whip.Options{Config: whip.Default(), Engine: engine, Registrar: registrar, Log: log})
//	mux.Handle("/whip/", server.Handler())
//	err = server.Run(ctx)
//
// A POST claims the stream's name with the [ingest.Registrar] and answers with the codecs of the offer that Vantage carries, in the
// publisher's order. Then, per track: RTP is put in order in a buffer that is bounded in time and asks for what is missing, depacketised,
// inspected (random access, changed parameters) and published. After a picture that could not be completed, video is held back up to
// the next random-access picture, which is asked for at once: viewers get a short freeze and never a smeared picture.
//
// # Time
//
// Tracks begin at one zero by arrival. Sender reports then tell how the publisher's tracks lie to each other, and audio is moved to
// fit video. Captured is the publisher's clock by the same reports, where that clock agrees with ours.
//
// # Ownership
//
// The publication of a session is closed once, with the reason of its end.
//
// # Goroutines
//
// A session runs one goroutine for the demand of its viewers, and two for each track: packets and reports. Run waits for all of them.
//
// # Standards
//
// RFC 9725 (WHIP), RFC 3550 (RTP, RTCP), RFC 4585 (NACK, PLI), the payload formats of [vantage/stream/fanout], and
// draft-alvestrand-rmcat-remb (REMB) and draft-holmer-rmcat-transport-wide-cc-extensions (TWCC) for the sender's bandwidth estimate.
package whip
