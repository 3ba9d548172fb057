package api

// Camera is one that answered on the local network (ONVIF, WS-Discovery).
type Camera struct {
	Name     string   `json:"name"`
	Hardware string   `json:"hardware,omitempty" doc:"its model"`
	Location string   `json:"location,omitempty"`
	Address  string   `json:"address" doc:"its IP address"`
	XAddrs   []string `json:"xaddrs" nullable:"false" doc:"addresses of its device service"`
	Profiles []string `json:"profiles,omitempty" doc:"ONVIF profiles that it claims to conform to, such as Streaming" `
}

// Profile is a media profile of a camera: a picture that it can send.
type Profile struct {
	Token  string  `json:"token"`
	Name   string  `json:"name"`
	Codec  string  `json:"codec"`
	Width  int     `json:"width" doc:"in pixels"`
	Height int     `json:"height" doc:"in pixels"`
	FPS    float64 `json:"fps"`
	URI    string  `json:"uri" doc:"to use as source url; without credentials"`
}

// ProfilesRequest asks a camera for its profiles.
type ProfilesRequest struct {
	XAddr    string `json:"xaddr" format:"uri" maxLength:"2048" doc:"address of the camera's device service, as found by discovery"`
	Username string `json:"username,omitempty" maxLength:"256"`
	Password string `json:"password,omitempty" maxLength:"256"`
}

// DiscoverRequest looks for cameras.
type DiscoverRequest struct {
	Timeout Span `json:"timeout,omitempty" doc:"how long answers are waited for, 500ms to 30s. Default 3s" example:"3s"`
}
