package config

import (
	"errors"
	"fmt"
	"path"

	"vantage/internal/hint"
	"vantage/internal/redact"
	"vantage/media"
)

// Grant lets the bearer of a token use some streams.
type Grant struct {
	// Token is the secret itself, of at least 8 characters.
	Token redact.Secret `yaml:"token"`

	// Streams are the names it is good for, where '*' stands for any characters: "gate-*". Default ["*"].
	Streams []string `yaml:"streams"`
}

// minGrantLen is the least length of a grant's token in bytes; cameras' input masks often end at a dozen characters.
const minGrantLen = 8

// DefaultGrant is good for every stream, once it has a token.
func DefaultGrant() Grant { return Grant{Streams: []string{"*"}} }

func (g Grant) covers(s media.StreamID) bool {
	for _, pattern := range g.Streams {
		if ok, err := path.Match(pattern, string(s)); ok && err == nil {
			return true
		}
	}
	return false
}

func (g Grant) problems() []error {
	var errs []error
	if n := len(g.Token); n < minGrantLen {
		errs = append(errs, hint.New(fmt.Errorf("token: has %d characters, and needs %d", n, minGrantLen),
			"make one with 'openssl rand -hex 16', and keep it in ${NAME} or token_file"))
	}
	if len(g.Streams) == 0 {
		errs = append(errs, hint.New(errors.New("streams: is empty, so the token is good for nothing"), `write ["*"] for every stream`))
	}
	for i, pattern := range g.Streams {
		if _, err := path.Match(pattern, ""); err != nil {
			errs = append(errs, hint.New(fmt.Errorf("streams[%d]: %q is no pattern", i, pattern), "use names in which '*' stands for any characters"))
		}
	}
	return errs
}
