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
// # Ownership
//
// Units are made from packets with one copy and lent to the publisher; a player's queue retains what it keeps.
//
// # Goroutines
//
// Constructors start none. gortsplib reads each connection on its own goroutines, and over UDP each track on one; packets of one
// track come in order. The server adds one for each player. All have ended when Run returns.
//
// # Standards
//
// RFC 2326 (RTSP 1.0), RFC 3550 (RTP, RTCP), RFC 6184, 7798, 7741, 9628, 2435, 7587, 3640 (payloads), RFC 7616 (Digest), AV1 RTP specification.
package rtsp
