package rtsp

import (
	"context"
	"errors"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"

	"vantage/ingest"
)

// Refusals that begin here and not in the registrar or the catalogue.
var (
	errNotAccepted = errors.New("this server takes no publishers")
	errNotServed   = errors.New("this server serves no players")
	errBadPath     = errors.New("stream names have 1 to 63 characters of a-z, 0-9 and -")
	errStopping    = errors.New("server is shutting down")
)

// refusals maps errors to RTSP status (RFC 2326 §11). A second publisher gets 403 because RTSP 1.0 has no conflict.
var refusals = []struct {
	err    error
	status base.StatusCode
	text   string
	reason string // metrics
}{
	{ingest.ErrUnauthorized, base.StatusUnauthorized, "Unauthorized", "unauthorized"},
	{ingest.ErrUnknownStream, base.StatusNotFound, "Stream Not Found", "unknown"},
	{ingest.ErrBusy, base.StatusForbidden, "Stream Already Has A Publisher", "busy"},
	{errBadPath, base.StatusNotFound, "Stream Not Found", "unknown"},
	{errNotAccepted, base.StatusMethodNotAllowed, "Publishing Is Off", "off"},
	{errNotServed, base.StatusMethodNotAllowed, "Playing Is Off", "off"},
	{errNoMedia, base.StatusUnsupportedMediaType, "Unsupported Media Type", "codec"},
	{errStopping, base.StatusServiceUnavailable, "Server Is Shutting Down", "stopping"},
	{context.DeadlineExceeded, base.StatusServiceUnavailable, "Stream Not Ready", "timeout"},
}

// refuse returns the response for an error, and the error with which the library handles it: it closes the connection after
// wrong credentials, and challenges where there were none.
func (s *Server) refuse(conn *gortsplib.ServerConn, req *base.Request, err error) (*base.Response, error) {
	res := &base.Response{StatusCode: base.StatusInternalServerError, StatusMessage: "Internal Server Error"}
	reason := "internal"
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			res.StatusCode, res.StatusMessage, reason = r.status, r.text, r.reason
			break
		}
	}
	s.opt.Metrics.refuse(reason)
	s.log.Debug("rtsp request refused", "method", string(req.Method), "peer", conn.NetConn().RemoteAddr().String(), "err", err)
	if res.StatusCode == base.StatusUnauthorized {
		// The library makes the nonce of its challenge on the first verification.
		conn.VerifyCredentials(req, "-", "-")
		return res, liberrors.ErrServerAuth{}
	}
	return res, nil
}
