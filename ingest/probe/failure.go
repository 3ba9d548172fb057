package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"vantage/ingest"
	"vantage/internal/redact"
)

// Codes of problems that keep a source from delivering, beside those of [ingest.Coded].
const (
	codeDNS         = "dns"
	codeRefused     = "refused"
	codeUnreachable = "unreachable"
	codeTimeout     = "timeout"
	codeInvalid     = "invalid" // the configuration of the source
	codeNoMedia     = "no_media"
	codeFailed      = "failed" // anything else
)

// errNothing is why a source that answered is of no use.
var errNothing = errors.New("no media arrived")

// failed turns what kept a source from delivering into the verdict's problem. otherwise is the code of an error that has none.
func (v *Verdict) failed(err error, otherwise string) {
	code, message := explain(err, otherwise)
	v.Auth = authOf(code, v.Auth)
	switch code {
	case codeDNS, codeRefused, codeUnreachable, codeInvalid:
		v.Reachable = false
	case codeTimeout:
		v.Reachable = v.Peer != ""
	default:
		v.Reachable = true
	}
	var c ingest.Certified
	if errors.As(err, &c) {
		v.Fingerprint = c.Fingerprint()
	}
	v.add(Fail, code, hintOr(err, remedies[code]), "%s", message)
}

func authOf(code, otherwise string) string {
	switch code {
	case "auth_required":
		return "required"
	case "auth_wrong":
		return "wrong"
	default:
		return otherwise
	}
}

// remedies are for errors that bring none.
var remedies = map[string]string{
	codeDNS:         "check the host name",
	codeRefused:     "check the port, and that RTSP is enabled in the camera",
	codeTimeout:     "check the address, the camera's power and the network between",
	codeUnreachable: "check the address and the network between",
	codeNoMedia:     "check that the camera's stream is enabled and that no firewall drops its packets",
	codeFailed:      "look at the server's log for the conversation with the camera",
}

// explain names the kind of an error and says it in plain words, for a person who adds a camera.
func explain(err error, otherwise string) (code, message string) {
	var coded ingest.Coded
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &coded):
		return coded.Code(), plain(err)
	case errors.As(err, &dns):
		return codeDNS, fmt.Sprintf("the host name %q is not known", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return codeRefused, "nothing listens at " + address(err)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return codeUnreachable, "there is no way to " + address(err)
	case errors.Is(err, errNothing):
		return codeNoMedia, "the source answers and sends no pictures"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return codeTimeout, address(err) + " does not answer"
	default:
		return otherwise, plain(err)
	}
}

// plain says an error in its own plain words, or else as it is.
func plain(err error) string {
	var e ingest.Explained
	if errors.As(err, &e) {
		return e.Explain()
	}
	return redact.Text(err.Error())
}

// address is the peer that an error of the network is about.
func address(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Addr != nil {
		return op.Addr.String()
	}
	return "the source"
}
