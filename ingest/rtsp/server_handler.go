package rtsp

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/headers"

	"vantage/ingest"
	"vantage/media"
)

var ok200 = base.StatusOK

// handler receives the library's callbacks. Those of one connection come one at a time; those of a session run on the
// session's goroutine while its connection waits for the answer.
type handler struct{ s *Server }

// connState hangs on a connection.
type connState struct {
	described *player // by DESCRIBE, until SETUP adopts it
	starting  *player // by PLAY, until the response goes out
}

func stateOf(c *gortsplib.ServerConn) *connState {
	st, _ := c.UserData().(*connState)
	return st
}

// OnConnOpen implements gortsplib.ServerHandlerOnConnOpen.
func (h *handler) OnConnOpen(ctx *gortsplib.ServerHandlerOnConnOpenCtx) {
	ctx.Conn.SetUserData(&connState{})
}

// OnConnClose implements gortsplib.ServerHandlerOnConnClose.
func (h *handler) OnConnClose(ctx *gortsplib.ServerHandlerOnConnCloseCtx) {
	if p := stateOf(ctx.Conn).described; p != nil {
		p.close(ctx.Error)
	}
}

// OnSessionClose implements gortsplib.ServerHandlerOnSessionClose.
func (h *handler) OnSessionClose(ctx *gortsplib.ServerHandlerOnSessionCloseCtx) {
	switch v := ctx.Session.UserData().(type) {
	case *player:
		v.close(ctx.Error)
	case *publisher:
		v.close(ctx.Error)
	}
}

// OnDescribe implements gortsplib.ServerHandlerOnDescribe.
func (h *handler) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	p, err := h.s.openPlayer(ctx.Conn, ctx.Request, ctx.Path, ctx.Query)
	if err != nil {
		res, err := h.s.refuse(ctx.Conn, ctx.Request, err)
		return res, nil, err
	}
	st := stateOf(ctx.Conn)
	if st.described != nil {
		st.described.close(nil)
	}
	st.described = p
	return &base.Response{StatusCode: ok200}, p.stream, nil
}

// OnSetup implements gortsplib.ServerHandlerOnSetup.
func (h *handler) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	switch v := ctx.Session.UserData().(type) {
	case *publisher:
		v.transport.Store(transportName(ctx.Transport))
		return &base.Response{StatusCode: ok200}, nil, nil
	case *player:
		return &base.Response{StatusCode: ok200}, v.stream, nil
	}
	st := stateOf(ctx.Conn)
	p := st.described
	if stream, rendition, ok := parsePath(ctx.Path, ctx.Query); p != nil && ok && p.asked(stream, rendition) {
		st.described = nil
	} else {
		var err error
		if p, err = h.s.openPlayer(ctx.Conn, ctx.Request, ctx.Path, ctx.Query); err != nil {
			res, err := h.s.refuse(ctx.Conn, ctx.Request, err)
			return res, nil, err
		}
	}
	p.adopt(ctx.Session, transportName(ctx.Transport))
	ctx.Session.SetUserData(p)
	if !h.s.add(p.id, p) {
		res, err := h.s.refuse(ctx.Conn, ctx.Request, errStopping)
		return res, nil, err
	}
	return &base.Response{StatusCode: ok200}, p.stream, nil
}

// OnPlay implements gortsplib.ServerHandlerOnPlay. The pump starts when the response goes out: before, the library drops
// what is written to the session.
func (h *handler) OnPlay(ctx *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	p, ok := ctx.Session.UserData().(*player)
	if !ok {
		return &base.Response{StatusCode: base.StatusMethodNotValidInThisState}, nil
	}
	if ctx.Session.State() != gortsplib.ServerSessionStatePlay {
		p.prepare()
		stateOf(ctx.Conn).starting = p
		setBusy(ctx.Conn)
	}
	return &base.Response{StatusCode: ok200}, nil
}

// OnPause implements gortsplib.ServerHandlerOnPause.
func (h *handler) OnPause(ctx *gortsplib.ServerHandlerOnPauseCtx) (*base.Response, error) {
	p, ok := ctx.Session.UserData().(*player)
	if !ok {
		return &base.Response{StatusCode: base.StatusMethodNotValidInThisState}, nil
	}
	p.pause()
	return &base.Response{StatusCode: ok200}, nil
}

// OnResponse implements gortsplib.ServerHandlerOnResponse.
func (h *handler) OnResponse(conn *gortsplib.ServerConn, res *base.Response) {
	st := stateOf(conn)
	p := st.starting
	if p == nil {
		return
	}
	st.starting = nil
	if res.StatusCode == ok200 {
		p.start()
	}
}

// OnAnnounce implements gortsplib.ServerHandlerOnAnnounce.
func (h *handler) OnAnnounce(ctx *gortsplib.ServerHandlerOnAnnounceCtx) (*base.Response, error) {
	p, err := h.s.openPublisher(ctx)
	if err != nil {
		return h.s.refuse(ctx.Conn, ctx.Request, err)
	}
	ctx.Session.SetUserData(p)
	return &base.Response{StatusCode: ok200}, nil
}

// OnRecord implements gortsplib.ServerHandlerOnRecord.
func (h *handler) OnRecord(ctx *gortsplib.ServerHandlerOnRecordCtx) (*base.Response, error) {
	p, ok := ctx.Session.UserData().(*publisher)
	if !ok {
		return &base.Response{StatusCode: base.StatusMethodNotValidInThisState}, nil
	}
	p.record()
	setBusy(ctx.Conn)
	return &base.Response{StatusCode: ok200}, nil
}

// OnPacketsLost implements gortsplib.ServerHandlerOnPacketsLost.
func (h *handler) OnPacketsLost(ctx *gortsplib.ServerHandlerOnPacketsLostCtx) {
	if p, ok := ctx.Session.UserData().(*publisher); ok {
		p.lost.Add(ctx.Lost)
	}
}

// OnDecodeError implements gortsplib.ServerHandlerOnDecodeError; without it the library prints to the standard logger.
func (h *handler) OnDecodeError(ctx *gortsplib.ServerHandlerOnDecodeErrorCtx) {
	h.s.log.Debug("rtsp packet not understood", "err", ctx.Error)
}

// OnStreamWriteError implements gortsplib.ServerHandlerOnStreamWriteError: a packet did not fit the player's queue.
func (h *handler) OnStreamWriteError(ctx *gortsplib.ServerHandlerOnStreamWriteErrorCtx) {
	if p, ok := ctx.Session.UserData().(*player); ok {
		p.overflow.Store(true)
	}
}

// credentials returns what the peer proved: as given with Basic, looked up and verified with Digest, empty for none.
func (s *Server) credentials(conn *gortsplib.ServerConn, req *base.Request, stream media.StreamID) (user, password string, err error) {
	value := req.Header["Authorization"]
	if len(value) == 0 {
		return "", "", nil
	}
	if user, password, ok := basic(value[0]); ok {
		return user, password, nil
	}
	var a headers.Authorization
	if err := a.Unmarshal(value); err != nil {
		return "", "", errors.Join(ingest.ErrUnauthorized, err)
	}
	if s.opt.Passwords != nil {
		for _, p := range s.opt.Passwords(stream, a.Username) {
			if conn.VerifyCredentials(req, a.Username, p) {
				return a.Username, p, nil
			}
		}
	}
	return "", "", ingest.ErrUnauthorized
}

// basic reads Basic credentials (RFC 7617 §2). The library refuses passwords with a colon.
func basic(header string) (user, password string, ok bool) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "basic") {
		return "", "", false
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(token))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(b), ":")
}

// openCtx bounds a wait for a stream.
func (s *Server) openCtx() (context.Context, context.CancelFunc) {
	return context.WithTimeout(s.ctx, openTimeout)
}

func transportName(t gortsplib.Transport) string {
	if t == gortsplib.TransportTCP {
		return "tcp"
	}
	return "udp"
}
