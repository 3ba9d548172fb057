// Package onvif finds cameras on the network and asks them for the addresses of their streams.
//
//	cameras, err := onvif.Discover(ctx, onvif.DiscoverConfig{Timeout: 3 * time.Second})
//	client, err := onvif.NewClient(onvif.ClientConfig{XAddr: cameras[0].XAddrs[0], Username: "admin", Password: pw})
//	profiles, err := client.Profiles(ctx)
//	uri := onvif.WithCredentials(profiles[0].URI, "admin", pw) // for the RTSP client
//
// What a camera says of itself is taken with care: messages are bounded in size and depth, document type declarations are
// refused, and an address that cannot be reached from here is replaced by the one at which the camera was reached.
//
// # Ownership
//
// All results are values of the caller. Passwords leave the process as digests only.
//
// # Goroutines
//
// Discover starts one per network interface and returns after they have ended. A Client starts none; its methods may be
// called concurrently.
//
// # Standards
//
// ONVIF Core (device discovery §7, device service §8), Media and Media2 services; WS-Discovery 2005/04; SOAP 1.2;
// WS-Security UsernameToken Profile 1.0; RFC 7616 (HTTP digest).
package onvif
