package rtsp

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"vantage/internal/hint"
)

// FingerprintError says that a camera's certificate is not the pinned one.
type FingerprintError struct {
	Got string // SHA-256 in hex
}

func (e *FingerprintError) Error() string { return "the certificate's SHA-256 is " + e.Got }

// parseFingerprint reads a SHA-256 in hex, with or without colons, in any case.
func parseFingerprint(s string) ([]byte, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, ":", ""))
	if err != nil || len(b) != sha256.Size {
		return nil, hint.New(fmt.Errorf("rtsp: fingerprint %q", s),
			"give the SHA-256 of the certificate as 64 hex digits; 'vantage stream probe URL' prints it")
	}
	return b, nil
}

// tls is the configuration for rtsps://; a pinned certificate needs neither a known issuer nor a matching name.
func (c *Client) tls() *tls.Config {
	if c.o.Fingerprint == "" {
		return nil
	}
	want, _ := parseFingerprint(c.o.Fingerprint) // checked by NewClient
	return &tls.Config{
		InsecureSkipVerify: true, // VerifyConnection does it
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return errors.New("the camera sent no certificate")
			}
			got := sha256.Sum256(s.PeerCertificates[0].Raw)
			if subtle.ConstantTimeCompare(got[:], want) != 1 {
				return &FingerprintError{hex.EncodeToString(got[:])}
			}
			return nil
		},
	}
}
