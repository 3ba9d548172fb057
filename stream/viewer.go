package stream

import (
	"errors"
	"sync"
	"time"

	"github.com/pion/rtcp"

	"vantage/internal/rtc"
	"vantage/stream/fanout"
)

// maxRTCPBytes is the largest compound packet read.
const maxRTCPBytes = 1500

// viewer is one WHEP session.
type viewer struct {
	server  *Server
	req     *rtc.Request
	opened  *Opened
	session *rtc.Session
	lines   []*line

	mu   sync.Mutex
	seat *fanout.Viewer // nil until connected
	gone bool
}

// connected joins the fan-out. It runs once, on a goroutine of the peer connection.
func (v *viewer) connected() {
	cfg := fanout.ViewerConfig{
		CNAME: string(v.req.Stream), WriteRTCP: v.session.PC.WriteRTCP, OnEnd: v.session.Close,
		Cork: v.session.Cork, Uncork: v.session.Uncork,
		OnFirst: func() { v.server.opt.Metrics.firstPicture.Observe(time.Since(v.req.Received).Seconds()) },
	}
	for _, l := range v.lines {
		s, ok := l.config()
		if !ok {
			continue // the peer turned the section down
		}
		cfg.Streams = append(cfg.Streams, s)
	}
	if len(cfg.Streams) == 0 {
		v.session.Close(errors.New("the peer takes none of the streams"))
		return
	}
	seat, err := v.server.fan.Join(cfg)
	if err != nil {
		v.session.Close(err)
		return
	}
	v.mu.Lock()
	gone := v.gone
	if !gone {
		v.seat = seat
		for _, l := range v.lines {
			v.server.readers.Go(func() { v.readFeedback(l, seat) })
		}
	}
	v.mu.Unlock()
	if gone {
		seat.Close()
	}
}

// readFeedback takes in the receiver's RTCP until the peer connection is closed.
func (v *viewer) readFeedback(l *line, seat *fanout.Viewer) {
	buf := make([]byte, maxRTCPBytes)
	for {
		n, _, err := l.sender.Read(buf)
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buf[:n])
		if err != nil {
			continue // an authenticated peer that speaks a dialect
		}
		seat.HandleRTCP(packets)
	}
}

// closed gives back what the session held.
func (v *viewer) closed(error) {
	v.mu.Lock()
	v.gone = true
	seat := v.seat
	v.mu.Unlock()
	if seat != nil {
		seat.Close()
	}
	v.server.remove(v)
	v.opened.Close()
}

func (v *viewer) info() rtc.SessionInfo {
	i := rtc.SessionInfo{
		ID: v.session.ID(), Kind: "whep", Stream: v.req.Stream, Rendition: v.opened.Rendition, Peer: v.req.Peer,
		State: v.session.State(), Since: v.session.Since(), Codec: v.lines[0].track.Codec,
	}
	v.mu.Lock()
	seat := v.seat
	v.mu.Unlock()
	if seat != nil {
		s := seat.Stats()
		i.Bytes, i.Packets, i.Lost, i.NACKs, i.PLIs, i.RTT = s.Bytes, s.Packets, s.Lost, s.NACKs, s.PLIs, s.RTT
	}
	return i
}
