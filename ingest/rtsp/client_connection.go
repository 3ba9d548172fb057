package rtsp

import (
	"context"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// connection is one session with the camera, and what is known of it.
type connection struct {
	client *gortsplib.Client
	socket atomic.Pointer[net.Conn]

	udp, triedUDP atomic.Bool
	switched      atomic.Bool // from UDP to TCP

	authorized bool // the camera took our credentials; of the library's goroutine, read when it has answered
}

func (c *Client) newConnection() *connection {
	conn := &connection{}
	conn.client = &gortsplib.Client{
		Scheme: c.url.Scheme, Host: c.url.Host,
		ReadTimeout: requestTimeout, WriteTimeout: requestTimeout, InitialUDPReadTimeout: udpPatience,
		UDPReadBufferSize: udpBufferBytes, UserAgent: "vantage", TLSConfig: c.tls(),
		DialContext:       conn.dial,
		OnTransportSwitch: func(err error) { conn.toTCP(c.o.Log, err) },
		OnDecodeError:     func(err error) { c.o.Log.Debug("packet not understood", "err", err) },
		OnPacketsLost:     func(uint64) {}, // the depacketizer counts
	}
	var asked bool // with credentials
	conn.client.OnRequest = func(r *base.Request) { _, asked = r.Header["Authorization"] }
	conn.client.OnResponse = func(r *base.Response) { conn.authorized = conn.authorized || asked && r.StatusCode == base.StatusOK }
	switch c.o.Transport {
	case UDP:
		conn.client.Transport = new(gortsplib.TransportUDP)
	case TCP:
		conn.client.Transport = new(gortsplib.TransportTCP)
	}
	return conn
}

func (conn *connection) dial(ctx context.Context, network, address string) (net.Conn, error) {
	n, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, address)
	if err == nil {
		conn.socket.Store(&n)
	}
	return n, err
}

// close ends the session, politely if the camera reads.
func (conn *connection) close() {
	rude := time.AfterFunc(closePatience, func() {
		if s := conn.socket.Load(); s != nil {
			(*s).Close()
		}
	})
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
	if s := conn.socket.Load(); s != nil {
		return (*s).RemoteAddr().String()
	}
	return ""
}

// transport is how media come, "" when no connection was made.
func (conn *connection) transport() (name string, triedUDP bool) {
	switch {
	case conn.socket.Load() == nil:
		return "", false
	case conn.udp.Load():
		return string(UDP), true
	default:
		return string(TCP), conn.triedUDP.Load()
	}
}

// receive passes a track's packets to the depacketizer.
func (conn *connection) receive(d *depacketizer, f format.Format, l *lane) {
	clock := &captureClock{rate: f.ClockRate()}
	conn.client.OnPacketRTCP(l.media, func(pkt rtcp.Packet) {
		if sr, ok := pkt.(*rtcp.SenderReport); ok {
			clock.report(sr)
		}
	})
	conn.client.OnPacketRTP(l.media, f, func(pkt *rtp.Packet) {
		pts, ok := conn.client.PacketPTS2(l.media, pkt)
		if !ok {
			return // video that did not begin at a random-access picture has no place on the line yet
		}
		d.packet(f, pkt, pts, clock.at(pkt.Timestamp))
	})
}
