// Command load watches one WHEP stream many times over from one process, and says what that costs the server.
//
//	go run ./test/load -url http://127.0.0.1:8080/whep/NAME -n 100 -duration 30s -pid $(pgrep -x vantage)
//	go run ./test/load -url http://127.0.0.1:8889/NAME/whep -n 100 -pid $(pgrep -x mediamtx)       another server
//
// It prints CPU milliseconds per viewer-second, resident memory per viewer, frames per second per viewer, packets lost and the
// times that joining took, as text and, with -json, as JSON.
//
// A viewer is one UDP socket and one goroutine. It speaks as much ICE, DTLS and RTP as a server needs to send: it checks consent every two
// seconds, completes the DTLS handshake, and then counts sequence numbers and timestamps of RTP headers, which SRTP leaves in the
// clear (RFC 3711 §3.1). It decrypts nothing, sends no reports and asks for nothing again, so that several hundred viewers fit
// beside the server on two cores.
//
// # Goroutines
//
// One per viewer reads its socket; the DTLS library adds one each.
//
// # Standards
//
// draft-ietf-wish-whep, RFC 8445 (the controlling side, with the one candidate that answers first), RFC 5764, RFC 3550.
package main
