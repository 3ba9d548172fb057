package onviftest

import (
	"net/netip"
	"time"
)

// Profile is a media profile of the camera.
type Profile struct {
	Token, Name string
	Encoding    string // as the media service writes it: H264, H265, JPEG
	Width       int
	Height      int
	FPS         int
	URI         string // the answer to GetStreamUri
}

// Config is what a camera is and does. The zero value is a camera without users and profiles on a free port of 127.0.0.1.
type Config struct {
	Name, Hardware, Location string

	// HTTPListen is the address of the services; "" means "127.0.0.1:0".
	HTTPListen string

	// Group is where it listens for probes on Interface; zero means that it is not discoverable by multicast.
	Group     netip.AddrPort
	Interface string

	// ProbeListen is where it listens for probes sent to itself; "" means "127.0.0.1:0".
	ProbeListen string

	// Username and Password are asked for where Username is set.
	Username, Password string

	Profiles []Profile

	Quirks Quirks
}

// Quirks are habits of real cameras.
type Quirks struct {
	ClockOffset   time.Duration // the camera's clock less ours
	HTTPDigest    bool          // refuses WS-Security and asks for an HTTP digest (Axis, newer Hikvision)
	NoServices    bool          // does not know GetServices (profile S of old)
	NoMedia2      bool          // has the first media service only
	BrokenMedia2  bool          // announces the second and answers it with faults
	PlainFaults   bool          // faults as SOAP 1.1, with HTTP status 200
	XAddrHost     string        // tells this host:port in place of the one it is reached at
	RelativeXAddr bool          // tells addresses without scheme and host
	NoRelatesTo   bool          // does not say which probe it answers
}
