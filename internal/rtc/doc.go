// Package rtc is the one place that sets up WebRTC (pion), and holds what WHIP and WHEP share: the reading of offers, the
// HTTP session resource with trickle ICE and ICE restart, and the end of a session.
//
//	engine, err := rtc.Listen(cfg, rtc.Options{Log: log})
//	defer engine.Close()
//	endpoint := rtc.NewEndpoint(rtc.EndpointConfig{
//		Engine: engine, Protocol: "whep",
//		Accept: func(ctx context.Context, r *rtc.Request) (*rtc.Session, error) {
//			s, err := engine.NewSession(r, rtc.SessionConfig{Video: []rtc.OfferedCodec{chosen}})
//			if err != nil {
//				return nil, err
//			}
//			_, err = s.PC.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
//			return s, err
//		},
//	})
//	mux.Handle("/whep/", endpoint)
//
// # Choices
//
// The agent is ICE-lite (RFC 8445 §2.5): it advertises host addresses only and answers checks, so that a join costs no timers, no
// checks of ours and one round trip less, as nomination ends with the peer's own check. What is given up is punching a hole through
// a NAT in front of the server; there, public_addresses and a forwarded port are needed, as for any other server.
//
// We take the passive DTLS role where the peer lets us, because the DTLS server chooses the SRTP profile: that gives AES-GCM, which
// costs a fifth of AES-CM with HMAC-SHA1, also with browsers that list it last. The hello-verify round trip is skipped: ICE has shown
// already that the peer owns its address.
//
// A peer connection's codecs are exactly those of the offer that we can use, with the offer's own payload types and
// parameters; so an answer never holds a codec that the session cannot carry, and no table of payload types is needed.
//
// # Ownership
//
// A Session belongs to the endpoint once Accept has returned it; Close may be called by anyone, more than once.
//
// # Goroutines
//
// An open Engine reads its UDP and TCP ports until Close. A session runs pion's goroutines and ends all of them in Close. Everything
// here is safe for concurrent use.
//
// # Standards
//
// RFC 9725 (WHIP), draft-ietf-wish-whep (WHEP), RFC 8445 (ICE), RFC 6544 (ICE-TCP), RFC 8838 and RFC 8840 (trickle ICE),
// RFC 8839 (ICE in SDP), RFC 8866 (SDP), RFC 9429 (JSEP), RFC 5764 (DTLS-SRTP), RFC 7714 (AES-GCM in SRTP).
package rtc
