package api

// ProbeRequest asks for a look at a source.
type ProbeRequest struct {
	URL         string `json:"url" minLength:"1" maxLength:"2048" doc:"rtsp:// or rtsps://, with user name and password where needed"`
	Transport   string `json:"transport,omitempty" enum:"auto,udp,tcp" doc:"of the media. Default auto"`
	Fingerprint string `json:"fingerprint,omitempty" maxLength:"128" doc:"SHA-256 of the certificate in hex, for rtsps:// with a self-signed one"`
	Duration    Span   `json:"duration,omitempty" doc:"how long media is looked at, 1s to 30s. Default 5s" example:"5s"`
}
