package rtsp

import (
	"sync/atomic"

	"github.com/bluenviron/gortsplib/v4"
)

type publisher struct {
	transport atomic.Value
	lost      atomic.Uint64
}

func (s *Server) openPublisher(ctx *gortsplib.ServerHandlerOnAnnounceCtx) (*publisher, error) {
	return nil, errNotAccepted
}
func (p *publisher) record() error   { return nil }
func (p *publisher) close(err error) {}
func (s *Server) endSilent()         {}
func setBusy(c *gortsplib.ServerConn) {
	if b := busyConn(c.NetConn()); b != nil {
		b.setBusy()
	}
}
