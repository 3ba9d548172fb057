package rtc

// Config is how WebRTC peers reach us.
type Config struct {
	// UDPListen is the one UDP port of all WebRTC media. Default ":8189".
	UDPListen string `yaml:"udp_listen"`

	// TCPListen is the ICE-TCP port for networks that block UDP (RFC 6544); empty is off. Default ":8189".
	TCPListen string `yaml:"tcp_listen"`

	// PublicAddresses are IPs or host names to advertise beside the local ones: behind NAT, the public address. Default none.
	PublicAddresses []string `yaml:"public_addresses"`

	// ICEServers are handed to WHIP and WHEP clients in Link headers: stun: and turn: URLs. Default none.
	ICEServers []ICEServer `yaml:"ice_servers"`
}

// ICEServer is a STUN or TURN server for clients (RFC 9725 §4.6).
type ICEServer struct {
	// URL is stun:host:port or turn:host:port?transport=udp.
	URL string `yaml:"url"`

	// Username and Credential are for turn: URLs.
	Username   string `yaml:"username"`
	Credential string `yaml:"credential"`
}
