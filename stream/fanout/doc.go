// Package fanout carries the units of a hub to any number of RTP receivers for little.
//
// An access unit is packetised once per track, into a burst: its RTP payloads, one behind the other, plain. Bursts go into a
// ring, from which lost packets are answered, and to a few lanes. A lane is a goroutine that walks its viewers for each burst;
// what a viewer costs is a header of its own (SSRC, payload type, sequence number, timestamp), encryption and the send.
//
//	fan := fanout.New(fanout.Config{})
//	go fan.Run(ctx)
//	v, err := fan.Join(fanout.ViewerConfig{Streams: streams, WriteRTCP: pc.WriteRTCP, CNAME: "gate-north"})
//	defer v.Close()
//	for {
//		packets, _, err := sender.ReadRTCP()
//		if err != nil {
//			return
//		}
//		v.HandleRTCP(packets)
//	}
//
// A viewer keeps no packets: its sequence number is the packet's index in the ring plus an offset, so that the ring answers
// for all of them. Nor is there a queue per viewer. A send is one call that does not wait for the receiver; what a lane cannot send
// in time is skipped for its viewers, counted, and still answered from the ring when they miss it.
//
// # Ownership
//
// A feed owns the units that it pops and releases each once packetised. Bursts are reference counted: the ring holds one
// reference, each lane that still has to send one more.
//
// # Goroutines
//
// Run starts the lanes and, per watched track, one feed, and returns when all have ended. Join, Close, HandleRTCP and Stats are safe
// for concurrent use. The callbacks of a viewer run on goroutines of the Fan and must not block.
//
// # Standards
//
// RFC 3550 (RTP, sender and receiver reports), RFC 4585 (NACK, PLI), RFC 5104 (FIR), RFC 4588 (RTX), and the payload formats RFC
// 6184 (H.264), RFC 7798 (H.265), RFC 7741 (VP8), RFC 9628 (VP9), AV1 RTP 1.0, RFC 7587 (Opus), RFC 3551 (G.711).
package fanout
