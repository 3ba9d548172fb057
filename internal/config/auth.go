package config

import (
	"errors"
	"fmt"

	"vantage/internal/httpx"
	"vantage/media"
)

// Auth says who may publish and play. An empty list lets anybody.
type Auth struct {
	// Publish lists the tokens of which a publisher needs one: as bearer token (WHIP) or as password with any user name
	// (RTSP). Default none: anybody may.
	Publish []Grant `yaml:"publish"`

	// Play lists the tokens of which a viewer needs one: as bearer token (WHEP) or as password with any user name (RTSP).
	// Default none: anybody may.
	Play []Grant `yaml:"play"`
}

// MayPublish reports whether the token, "" when none was given, lets its bearer publish the stream.
func (a Auth) MayPublish(s media.StreamID, token string) bool { return permit(a.Publish, s, token) }

// MayPlay reports whether the token, "" when none was given, lets its bearer watch the stream.
func (a Auth) MayPlay(s media.StreamID, token string) bool { return permit(a.Play, s, token) }

// permit takes the same time for every wrong token of a list.
func permit(grants []Grant, s media.StreamID, token string) bool {
	ok := len(grants) == 0
	for _, g := range grants {
		if httpx.SameToken(token, g.Token.Reveal()) && g.covers(s) {
			ok = true
		}
	}
	return ok
}

// Validate reports every grant that cannot work.
func (a Auth) Validate() error {
	var errs []error
	for _, list := range [...]struct {
		name   string
		grants []Grant
	}{{"publish", a.Publish}, {"play", a.Play}} {
		for i, g := range list.grants {
			for _, err := range g.problems() {
				errs = append(errs, prefixError(fmt.Sprintf("%s[%d].", list.name, i), err))
			}
		}
	}
	return errors.Join(errs...)
}
