package probe

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"

	"vantage/ingest"
)

// failed turns what kept a source from delivering into the verdict's problem.
func (v *Verdict) failed(err error) {
	code := codeOf(err)
	switch code {
	case "auth_required":
		v.Auth = "required"
	case "auth_wrong":
		v.Auth = "wrong"
	}
	switch code {
	case "dns", "refused", "unreachable", "timeout", "invalid":
	default:
		v.Reachable = true
	}
	v.add(Fail, code, hintOr(err, remedies[code]), "%v", err)
}

// remedies are for errors that bring none.
var remedies = map[string]string{
	"dns":         "check the host name",
	"refused":     "check the port, and that RTSP is enabled in the camera",
	"timeout":     "check the address, the camera's power and the network between",
	"unreachable": "check the address and the network between",
	"no_media":    "check that the camera's stream is enabled and that no firewall drops its packets",
	"failed":      "look at the server's log for the conversation with the camera",
}

func codeOf(err error) string {
	var coded ingest.Coded
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &coded):
		return coded.Code()
	case errors.As(err, &dns):
		return "dns"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "unreachable"
	case errors.Is(err, errNothing):
		return "no_media"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case strings.Contains(err.Error(), "not valid"):
		return "invalid"
	default:
		return "failed"
	}
}
