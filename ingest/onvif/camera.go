package onvif

// Camera is one that answered a probe.
type Camera struct {
	// Name, Hardware (the model) and Location are as the camera says; Name falls back to Hardware, then to Address.
	Name     string `json:"name"`
	Hardware string `json:"hardware,omitempty"`
	Location string `json:"location,omitempty"`

	// Address is the IP address that the answer came from.
	Address string `json:"address"`

	// XAddrs are the addresses of the camera's device service, the one most likely to work first.
	XAddrs []string `json:"xaddrs"`

	// Profiles are the ONVIF profiles that it claims to conform to: "Streaming" (S), "T", "G".
	Profiles []string `json:"profiles,omitempty"`
}

// Profile is a media profile: a picture that the camera can send.
type Profile struct {
	Token  string  `json:"token"`
	Name   string  `json:"name"`
	Codec  string  `json:"codec"` // as [media.Codec] writes it, else the camera's word in lower case
	Width  int     `json:"width"`
	Height int     `json:"height"`
	FPS    float64 `json:"fps"` // the limit that the encoder is set to; 0 when not told
	URI    string  `json:"uri"` // of the RTSP stream, without credentials
}

// DeviceInformation is what a camera tells of its make.
type DeviceInformation struct {
	Manufacturer string `json:"manufacturer"`
	Model        string `json:"model"`
	Firmware     string `json:"firmware"`
	Serial       string `json:"serial,omitempty"`
}
