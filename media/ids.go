package media

// StreamID names a stream or a view in the configuration and in URLs: [a-z0-9-], 1 to 63 characters.
type StreamID string

// TrackID names a track within its stream, for example "video" or "audio".
type TrackID string

// SessionID names one peer's session with us (WHIP, WHEP, RTSP).
type SessionID string

// MaxStreamIDLen is the longest stream name, in bytes: that of a DNS label.
const MaxStreamIDLen = 63

// Valid reports whether the name is 1 to 63 characters of [a-z0-9-] and does not begin or end with '-'.
func (s StreamID) Valid() bool {
	if len(s) == 0 || len(s) > MaxStreamIDLen || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
