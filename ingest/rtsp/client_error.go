package rtsp

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"

	"vantage/ingest"
	"vantage/internal/hint"
	"vantage/internal/redact"
)

// coded names the kind of an error and says it in plain words; it implements [ingest.Coded] and [ingest.Explained].
type coded struct {
	error
	code, plain string
}

func (c coded) Code() string    { return c.code }
func (c coded) Explain() string { return c.plain }
func (c coded) Unwrap() error   { return c.error }

// untrusted is the refusal of a certificate that could be pinned; it implements [ingest.Certified].
type untrusted struct {
	coded
	sum string
}

func (u untrusted) Fingerprint() string { return u.sum }

// quiet is an error of the library without the secrets that it may quote: the address, or what the camera sent back of it.
type quiet struct {
	error
	text string
}

func (q quiet) Error() string { return q.text }
func (q quiet) Unwrap() error { return q.error }

// minMaskedBytes is the shortest password that is looked for outside addresses; shorter ones occur in words by chance, and masking those
// would give them away.
const minMaskedBytes = 4

// quiet takes the credentials out of an error's text.
func (c *Client) quiet(err error) error {
	text := redact.Text(err.Error())
	if c.url.User != nil {
		if password, ok := c.url.User.Password(); ok && len(password) >= minMaskedBytes {
			text = strings.ReplaceAll(text, password, redact.Mask)
			_, escaped, _ := strings.Cut(c.url.User.String(), ":")
			text = strings.ReplaceAll(text, escaped, redact.Mask)
		}
	}
	if text == err.Error() {
		return err
	}
	return quiet{err, text}
}

// failed says what was being done to whom, and what a person can do about it. A wrong password is permanent: the one try that
// was made is well below what locks a camera's account.
func (c *Client) failed(conn *connection, doing string, err error) error {
	err = fmt.Errorf("rtsp %s: %s: %w", c.url.Host, doing, c.quiet(err))
	if bad, ok := errors.AsType[liberrors.ErrClientBadStatusCode](err); ok {
		return c.refused(conn, bad.Code, err)
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return unverified(bad, err)
	}
	if other, ok := errors.AsType[*FingerprintError](err); ok {
		return ingest.Permanent(hint.New(untrusted{coded{err, "certificate", "the camera's certificate is not the pinned one"}, other.Got},
			"if the camera got a new certificate, set its fingerprint; else someone sits in between"))
	}
	if _, ok := errors.AsType[liberrors.ErrClientAuthSetup](err); ok {
		return ingest.Permanent(hint.New(coded{err, "auth_unknown", "the camera asks for a kind of login that RTSP does not have"},
			"set the camera's RTSP authentication to digest"))
	}
	if _, ok := errors.AsType[liberrors.ErrClientUDPTimeout](err); ok {
		return hint.New(coded{err, "transport", "nothing comes over UDP"}, "set transport to tcp, or open UDP between the camera and here")
	}
	if _, ok := errors.AsType[liberrors.ErrClientRequestTimedOut](err); ok {
		return hint.New(coded{err, "timeout", "the camera takes connections and does not answer"}, "check the port, and restart the camera")
	}
	if remedy := c.remedy(err); remedy != "" {
		return hint.New(err, remedy)
	}
	return err
}

// remedy is what helps against failures of the network; "" when nothing is known to.
func (c *Client) remedy(err error) string {
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &record):
		return "the port does not speak TLS: use rtsp://"
	case errors.As(err, &alert):
		return "update the camera's firmware: it does not know TLS 1.2"
	case errors.As(err, &dns):
		return "check the host name"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "check the port, and that RTSP is enabled in the camera"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "check the address, the camera's power and the network between"
	case (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)) && c.url.Scheme == "rtsp":
		return "check the port: it may want TLS (rtsps://), or all of the camera's sessions are taken"
	default:
		return ""
	}
}

// unverified explains a certificate that is not trusted, and names it so that it can be pinned.
func unverified(bad *tls.CertificateVerificationError, err error) error {
	u := untrusted{coded: coded{err, "certificate", "the camera's certificate is not trusted"}}
	if len(bad.UnverifiedCertificates) == 0 {
		return u
	}
	sum := sha256.Sum256(bad.UnverifiedCertificates[0].Raw)
	u.sum = hex.EncodeToString(sum[:])
	return hint.New(u, "if the camera is yours, pin its certificate by the fingerprint "+u.sum)
}

// refused explains an RTSP status (RFC 2326 §7.1.1).
func (c *Client) refused(conn *connection, code base.StatusCode, err error) error {
	answers := fmt.Sprintf("the camera answers %d %s", code, base.StatusMessages[code])
	switch code {
	case base.StatusUnauthorized:
		if c.url.User == nil {
			return ingest.Permanent(hint.New(coded{err, "auth_required", "the camera wants a user and a password"},
				"write them into the address: rtsp://user:password@host/path"))
		}
		if conn.authorized { // its nonce has aged, or its account is locked for a while: they are right all the same
			return hint.New(coded{err, "auth_expired", "the camera took the user and the password, and then refused them"},
				"wait some minutes: it may have locked the account")
		}
		return ingest.Permanent(hint.New(coded{err, "auth_wrong", "the camera refuses the user or the password"},
			"check user and password; they are not tried again, since cameras lock accounts"))
	case base.StatusForbidden:
		return hint.New(coded{err, "forbidden", answers + " to this user"}, "the user may not watch this stream, or the camera's sessions are all taken")
	case base.StatusNotFound, base.StatusBadRequest:
		return hint.New(coded{err, "not_found", answers + " for this path"}, "check the path of the URL; 'vantage discover' asks ONVIF cameras for it")
	case base.StatusUnsupportedTransport:
		return hint.New(coded{err, "transport", answers + ": it does not send media this way"}, "set transport to tcp")
	case base.StatusNotEnoughBandwidth, base.StatusServiceUnavailable:
		return hint.New(coded{err, "busy", answers}, "the camera's sessions are all taken: end another viewer")
	default:
		return coded{err, "refused_request", answers}
	}
}
