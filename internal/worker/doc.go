// Package worker is the process boundary around the pipeline of one stream.
//
// Go cannot recover from a fault inside libav or a model runtime, so decode, detect and encode run in a child of the same
// binary ('vantage worker'). Encoded units and region plans cross a Unix socket pair; pictures never do. A child's death costs its
// stream less than a second and the other streams nothing; after too many deaths a circuit breaker hands the source's own
// units to the viewers where they can take them, and tries again later.
//
// The parent's side is [Stream], the child's is [Serve]:
//
//	s := worker.New(worker.Options{Stream: id, Pipeline: cfg, Source: hub, Outputs: outputs, Start: worker.Command(worker.Self)})
//	s.SetActive([]string{"roi"})
//	err := s.Run(ctx)
//
// # Protocol
//
// A message is a 32-bit big-endian length of what follows, a type byte and a payload: JSON, or the binary layout of unit.go. The first message from the
// parent is the configuration. The child sends its statistics every second, which is also its heartbeat; the parent kills a
// child that says nothing for HeartbeatTimeout. End of file on either side ends the child.
//
// # Ownership
//
// Units are copied into the socket and out of it (kilobytes each); no reference crosses.
//
// # Goroutines
//
// Constructors start none. Stream.Run and Serve return when all that they started has ended.
package worker
