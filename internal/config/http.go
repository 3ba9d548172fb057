package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"

	"vantage/internal/hint"
	"vantage/internal/redact"
)

// HTTP is the listener of the console, of WHIP and WHEP, and of the API.
type HTTP struct {
	// Listen is HOST:PORT; without a host it is every address of the machine. Default "127.0.0.1:8080".
	Listen string `yaml:"listen"`

	// AdminToken lets other machines change, add and probe streams, as "Authorization: Bearer TOKEN"; without one only this
	// machine may. At least 16 characters. Default empty.
	AdminToken redact.Secret `yaml:"admin_token"`

	// AllowedOrigins are the web sites whose pages may use WHIP, WHEP and the API, such as "https://wall.example"; "*" is
	// all of them, and safe, since only tokens give rights that other machines do not have. Default ["*"].
	AllowedOrigins []string `yaml:"allowed_origins"`
}

// minTokenLen is the least length of a token, in bytes: what can be guessed is no token.
const minTokenLen = 16

// Validate reports every field that has a value it may not have.
func (h HTTP) Validate() error {
	errs := []error{checkListen("listen", h.Listen, false)}
	if n := len(h.AdminToken); n > 0 && n < minTokenLen {
		errs = append(errs, hint.New(fmt.Errorf("admin_token: has %d characters, and needs %d", n, minTokenLen),
			"make one with 'openssl rand -hex 16'"))
	}
	if len(h.AllowedOrigins) == 0 {
		errs = append(errs, hint.New(errors.New("allowed_origins: is empty"), `write ["*"] for all, or the one site that may`))
	}
	for i, o := range h.AllowedOrigins {
		u, err := url.Parse(o)
		if o != "*" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil) {
			errs = append(errs, hint.New(fmt.Errorf("allowed_origins[%d]: %q is no web origin", i, redact.URL(o)),
				"write scheme and host, such as https://wall.example, or *"))
		}
	}
	return errors.Join(errs...)
}

// Origins is AllowedOrigins, or nil for all of them.
func (h HTTP) Origins() []string {
	if slices.Contains(h.AllowedOrigins, "*") {
		return nil
	}
	return h.AllowedOrigins
}
