// Package rtsp speaks RTSP both ways: [Client] pulls a camera, [Server] takes publishers in and plays streams out.
//
//	camera, err := rtsp.NewClient(rtsp.ClientOptions{URL: "rtsp://user:password@192.0.2.7/1", Log: log})
//	err = camera.Run(ctx, hub) // an ingest.Source: until the connection ends
//
//	server, err := rtsp.NewServer(rtsp.ServerOptions{Config: rtsp.DefaultServerConfig(), Registrar: registrar, Catalog: catalog})
//	err = server.Run(ctx)
//
// Both share the mapping between RTP packets and access units: H.264, H.265, AV1, VP8, VP9, MJPEG; Opus, AAC, G.711.
//
// # Loss
//
// An access unit of which a packet is missing is dropped and counted; those after it are delivered, although their pictures may show
// traces of it until the next random-access unit: with the long groups of pictures of cameras, waiting for that would be a still.
// Over UDP the client waits 60 ms for a packet that is out of order.
//
// # Clocks
//
// Sender reports keep sound and pictures in step, and tell when a unit was captured, unless the sender's wall clock is more than ten
// seconds off.
//
// # Key frames
//
// RTSP cannot ask a camera for one, so a wish for one ends at the client. Publishers are sent a picture loss indication, which some obey.
//
// # Ownership
//
// Units are made from packets with one copy and lent to the publisher; a player's queue retains what it keeps.
//
// # Goroutines
//
// Constructors start none. gortsplib reads each connection on its own goroutines, and over UDP each track is read on one; packets
// of one track come in order. The server adds one for each player. All have ended when Run returns.
//
// # Standards
//
// RFC 2326 (RTSP 1.0), RFC 3550 (RTP, RTCP), RFC 6184, 7798, 7741, 9628, 2435, 7587, 3640 (payloads), RFC 7616 (Digest), AV1 RTP specification.
package rtsp
