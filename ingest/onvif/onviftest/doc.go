// Package onviftest is an ONVIF camera without a lens: it answers WS-Discovery probes and the device and media services as
// the standard's messages have it, verifies the digests of its users, and can take on the habits of real cameras. The tests
// of package onvif and the demonstration use it.
//
//	cam, err := onviftest.Listen(onviftest.Config{Name: "Gate", Username: "admin", Password: "pw", Profiles: profiles})
//	go cam.Run(ctx)
//	fmt.Println(cam.XAddr())
//
// It shares no code with package onvif, so that the two do not agree on the same mistake.
//
// # Ownership
//
// Listen opens the sockets, Run closes them when it returns.
//
// # Goroutines
//
// Run starts one for each of its sockets and returns after they have ended.
//
// # Standards
//
// ONVIF Core, Media and Media2 WSDL; WS-Discovery 2005/04; UsernameToken Profile 1.0 §3.1; RFC 7616.
package onviftest
