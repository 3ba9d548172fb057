package onvif

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"vantage/internal/hint"
)

// What may be wrong with a camera, for errors.Is.
var (
	// ErrUnauthorized says that the camera refused the user name and password, or wants some.
	ErrUnauthorized = errors.New("the camera refused the user name or password")

	// ErrNotONVIF says that what answers does not speak ONVIF.
	ErrNotONVIF = errors.New("no ONVIF service answers here")

	// ErrNoMedia says that the camera has no media service, or no profile with video.
	ErrNoMedia = errors.New("the camera offers no video profile")
)

// FaultError is a SOAP fault: the camera understood us and says no.
type FaultError struct {
	Code   string // the innermost code without prefix, for example "ActionNotSupported"
	Reason string // for people; as the camera words it
}

func (e *FaultError) Error() string {
	if e.Reason == "" {
		return "the camera answers " + e.Code
	}
	return fmt.Sprintf("the camera answers %s: %s", e.Code, e.Reason)
}

// authFaults are the codes for a refused user; Hikvision and Dahua firmware has its own spellings.
var authFaults = [...]string{"NotAuthorized", "FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken", "FailedCheck"}

func (e *FaultError) unauthorized() bool {
	for _, code := range authFaults {
		if strings.EqualFold(e.Code, code) {
			return true
		}
	}
	return false
}

// noticeableSkew is a difference of clocks at which cameras that check it begin to refuse digests.
const noticeableSkew = 5 * time.Second

// explain adds what was being done to which camera, and the remedy.
func (c *Client) explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("onvif %s: %s: %w", c.base.Host, doing, err)
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case hint.Of(err) != "":
		return err
	case errors.Is(err, ErrUnauthorized) && c.cfg.Username == "":
		return hint.New(err, "give the camera's user name and password")
	case errors.Is(err, ErrUnauthorized):
		remedy := "check the user name and password; many cameras keep ONVIF users apart from those of their web page"
		if skew := c.skew(); skew.Abs() > noticeableSkew {
			remedy += fmt.Sprintf("; the camera's clock is %s off, which some take for a wrong password: let it use NTP", skew.Abs().Round(time.Second))
		}
		return hint.New(err, remedy)
	case errors.Is(err, ErrNotONVIF):
		return hint.New(err, "turn ONVIF on in the camera's settings, or add the stream by its RTSP address")
	case errors.Is(err, ErrNoMedia):
		return hint.New(err, "make a profile with video in the camera's settings, or add the stream by its RTSP address")
	case errors.As(err, &dns):
		return hint.New(err, "check the host name")
	case errors.Is(err, http.ErrSchemeMismatch):
		return hint.New(err, "the port does not speak TLS: use http://")
	case errors.As(err, &certificate):
		return hint.New(err, "the camera's certificate is its own: use its http:// address")
	case errors.Is(err, syscall.ECONNREFUSED):
		return hint.New(err, "check the port, and that ONVIF is turned on in the camera")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return hint.New(err, "check the address, the camera's power and the network between")
	default:
		return err
	}
}
