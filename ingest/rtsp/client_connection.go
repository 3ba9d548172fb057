package rtsp

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"vantage/ingest"
	"vantage/internal/hint"
)

// listenPause is how long to wait when a UDP port could not be opened.
const listenPause = 20 * time.Millisecond

// connection is one session with the camera, and what is known of it.
type connection struct {
	client *gortsplib.Client
	wanted Transport
	log    *slog.Logger

	login string // the host that may have our credentials; "" without any
	dials int    // of the library's goroutine

	mu     sync.Mutex
	socket net.Conn // the latest
	hung   bool     // up: no other socket is opened

	udp, triedUDP atomic.Bool
	switched      atomic.Bool // from UDP to TCP

	clock sessionClock

	playing    bool // PLAY was answered; of Run's goroutine
	authorized bool // the camera took our credentials; of the library's goroutine, read when it has answered
}

func (c *Client) newConnection(now time.Time) *connection {
	conn := &connection{wanted: c.o.Transport, log: c.o.Log}
	if conn.wanted == Auto && now.Before(c.udpRests) {
		conn.wanted = TCP
		conn.triedUDP.Store(true)
	}
	if c.url.User != nil {
		conn.login = c.url.Hostname()
	}
	conn.client = &gortsplib.Client{
		Scheme: c.url.Scheme, Host: c.url.Host,
		ReadTimeout: max(requestTimeout, c.o.StallAfter+time.Second), WriteTimeout: requestTimeout, InitialUDPReadTimeout: udpPatience,
		UserAgent: "vantage", TLSConfig: c.tls(),
		DialContext: conn.dial, ListenPacket: conn.listen,
		OnTransportSwitch: func(err error) { conn.toTCP(c.o.Log, err) },
		OnDecodeError:     func(err error) { c.o.Log.Debug("packet not understood", "err", err) },
		OnPacketsLost:     func(uint64) {}, // the depacketizer counts
	}
	var asked bool // with credentials
	conn.client.OnRequest = func(r *base.Request) { _, asked = r.Header["Authorization"] }
	conn.client.OnResponse = func(r *base.Response) { conn.authorized = conn.authorized || asked && r.StatusCode == base.StatusOK }
	switch conn.wanted {
	case UDP:
		conn.client.Transport = new(gortsplib.TransportUDP)
	case TCP:
		conn.client.Transport = new(gortsplib.TransportTCP)
	}
	return conn
}

// dial connects to the camera, or where it sends us. The library follows without end, and takes our credentials along.
func (conn *connection) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if conn.dials++; conn.dials > maxDials {
		return nil, hint.New(coded{fmt.Errorf("sent on %d times, last to %s", maxDials-1, address), "redirected", "the camera sends us from place to place"},
			"use the address that it should lead to")
	}
	if host, _, err := net.SplitHostPort(address); err == nil && conn.login != "" && !strings.EqualFold(host, conn.login) {
		return nil, ingest.Permanent(hint.New(coded{fmt.Errorf("sent on to %s, which is not given the password of %s", host, conn.login),
			"redirected", "the camera sends us to another host, which must not see its password"},
			"if that is right, use the address of that host"))
	}
	n, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.hung {
		n.Close()
		return nil, net.ErrClosed
	}
	conn.socket = n
	return n, nil
}

// listen opens a UDP socket. The library would ask for a buffer and, where the system gives less, try other ports for ever; that is
// also why failures, such as too many open files, are slowed down here.
func (conn *connection) listen(network, address string) (net.PacketConn, error) {
	pc, err := net.ListenPacket(network, address)
	if err != nil {
		conn.log.Debug("udp port not opened", "err", err)
		<-time.After(listenPause)
		return nil, err
	}
	if u, ok := pc.(*net.UDPConn); ok {
		if err := u.SetReadBuffer(udpBufferBytes); err != nil {
			conn.log.Debug("udp buffer not enlarged", "err", err)
		}
	}
	return pc, nil
}

// within bounds a step: the library has no deadline for TLS.
func (conn *connection) within(step func() error) error {
	late := make(chan struct{})
	timer := time.AfterFunc(stepTimeout, func() {
		defer close(late)
		conn.hangUp()
	})
	err := step()
	if timer.Stop() {
		return err
	}
	<-late
	return liberrors.ErrClientRequestTimedOut{}
}

// hangUp closes the socket under the library, without manners.
func (conn *connection) hangUp() {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	conn.hung = true
	if conn.socket != nil {
		conn.socket.Close()
	}
}

// close ends the session, politely if the camera reads.
func (conn *connection) close() {
	rude := time.AfterFunc(closePatience, conn.hangUp)
	defer rude.Stop()
	conn.client.Close()
}

func (conn *connection) usesUDP(yes bool) {
	conn.udp.Store(yes)
	if yes {
		conn.triedUDP.Store(true)
	}
}

func (conn *connection) toTCP(log *slog.Logger, reason error) {
	conn.switched.Store(true)
	conn.udp.Store(false)
	log.Warn("no media over UDP, trying TCP", "err", reason)
}

// peer is the camera's address, "" when none was reached.
func (conn *connection) peer() string {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.socket == nil {
		return ""
	}
	return conn.socket.RemoteAddr().String()
}

// transport is how media come, "" when no connection was made.
func (conn *connection) transport() (name string, triedUDP bool) {
	switch {
	case conn.peer() == "":
		return "", false
	case conn.udp.Load():
		return string(UDP), true
	default:
		return string(TCP), conn.triedUDP.Load()
	}
}

// receive passes a track's packets to the depacketizer.
func (conn *connection) receive(d *depacketizer, f format.Format, l *lane, clock *trackClock) {
	conn.client.OnPacketRTCP(l.media, func(pkt rtcp.Packet) {
		if sr, ok := pkt.(*rtcp.SenderReport); ok {
			clock.report(sr)
		}
	})
	conn.client.OnPacketRTP(l.media, f, func(pkt *rtp.Packet) {
		pts, sent := clock.place(pkt.Timestamp, time.Now())
		d.packet(f, pkt, pts, sent)
	})
}
