package rtsp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"

	"vantage/ingest"
	"vantage/internal/hint"
)

// coded names the kind of an error; it implements [ingest.Coded].
type coded struct {
	error
	code string
}

func (c coded) Code() string  { return c.code }
func (c coded) Unwrap() error { return c.error }

// failed says what was being done to whom, and what a person can do about it. A wrong password is permanent: the one try that
// was made is well below what locks a camera's account.
func (c *Client) failed(doing string, err error) error {
	err = fmt.Errorf("rtsp %s: %s: %w", c.url.Host, doing, err)
	if bad, ok := errors.AsType[liberrors.ErrClientBadStatusCode](err); ok {
		return c.refused(bad.Code, err)
	}
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var dns *net.DNSError
	var other *FingerprintError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &other):
		return ingest.Permanent(hint.New(coded{err, "certificate"}, "if the camera got a new certificate, set its fingerprint; else someone sits in between"))
	case errors.As(err, &unknown), errors.As(err, &name):
		return hint.New(coded{err, "certificate"}, "pin the camera's certificate by its fingerprint; 'vantage stream probe' prints it")
	case errors.As(err, &record):
		return hint.New(err, "the port does not speak TLS: use rtsp://")
	case errors.As(err, &dns):
		return hint.New(err, "check the host name")
	case errors.Is(err, syscall.ECONNREFUSED):
		return hint.New(err, "check the port, and that RTSP is enabled in the camera")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return hint.New(err, "check the address, the camera's power and the network between")
	default:
		return err
	}
}

// refused explains an RTSP status (RFC 2326 §7.1.1).
func (c *Client) refused(code base.StatusCode, err error) error {
	switch code {
	case base.StatusUnauthorized:
		if c.url.User == nil {
			return ingest.Permanent(hint.New(coded{err, "auth_required"}, "the camera wants a user and a password: rtsp://user:password@host/path"))
		}
		return ingest.Permanent(hint.New(coded{err, "auth_wrong"}, "check user and password; it is not tried again, since cameras lock accounts"))
	case base.StatusForbidden:
		return hint.New(err, "the user may not watch this stream, or the camera's sessions are all taken")
	case base.StatusNotFound, base.StatusBadRequest:
		return hint.New(coded{err, "not_found"}, "check the path of the URL; 'vantage discover' asks ONVIF cameras for it")
	case base.StatusUnsupportedTransport:
		return hint.New(coded{err, "transport"}, "set transport to tcp")
	case base.StatusNotEnoughBandwidth:
		return hint.New(err, "the camera's sessions are all taken: end another viewer")
	default:
		return err
	}
}
