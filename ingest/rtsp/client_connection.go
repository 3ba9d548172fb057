package rtsp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
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
	"vantage/media"
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

	triedUDP bool // before, in vain
	clock    sessionClock

	// Over UDP without TLS. The sockets are of the library's goroutine until SETUP has been answered.
	sockets   []*net.UDPConn
	readers   []*udpReader
	reading   sync.WaitGroup
	patience  time.Duration // for the first packet
	silence   time.Duration // between packets
	lastUDP   atomic.Int64  // nanoseconds after began
	began     time.Time
	cameByUDP atomic.Bool
	gaveUp    atomic.Bool

	authorized bool // the camera took our credentials; of the library's goroutine, read when it has answered
}

// newConnection returns a connection that is not made yet. The transport is UDP or TCP.
func (c *Client) newConnection(t Transport, triedUDP bool) *connection {
	silence := max(requestTimeout, c.o.StallAfter+time.Second)
	conn := &connection{wanted: t, triedUDP: triedUDP, log: c.o.Log, silence: silence, patience: silence}
	if c.o.Transport == Auto {
		conn.patience = udpPatience
	}
	if c.url.User != nil {
		conn.login = c.url.Hostname()
	}
	conn.client = &gortsplib.Client{
		Scheme: c.url.Scheme, Host: c.url.Host, Transport: new(gortsplib.TransportTCP),
		ReadTimeout: silence, WriteTimeout: requestTimeout,
		UserAgent: "vantage", TLSConfig: c.tls(),
		DialContext: conn.dial, ListenPacket: conn.listen,
		OnTransportSwitch: func(error) {}, // is not left to the library
		OnDecodeError:     func(err error) { c.o.Log.Debug("packet not understood", "err", err) },
		OnPacketsLost:     func(uint64) {}, // the depacketizer counts
	}
	if t == UDP {
		conn.client.Transport = new(gortsplib.TransportUDP)
		if conn.readsUDP() {
			conn.client.InitialUDPReadTimeout = math.MaxInt64 // it does not see our packets
		}
	}
	var asked bool // with credentials
	conn.client.OnRequest = func(r *base.Request) {
		_, asked = r.Header["Authorization"]
		if r.Method == base.Play {
			for _, reader := range conn.readers {
				reader.silenceLibrary()
			}
		}
	}
	conn.client.OnResponse = func(r *base.Response) { conn.authorized = conn.authorized || asked && r.StatusCode == base.StatusOK }
	return conn
}

// readsUDP reports whether we read the packets, and not the library. It does where they are encrypted.
func (conn *connection) readsUDP() bool { return conn.wanted == UDP && conn.client.Scheme == "rtsp" }

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
		conn.sockets = append(conn.sockets, u)
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

// setUp asks for a track, whose packets go to the depacketizer from PLAY on.
func (conn *connection) setUp(baseURL *base.URL, d *depacketizer, f format.Format) error {
	l := d.lanes[f]
	var answer *base.Response
	err := conn.within(func() (err error) {
		answer, err = conn.client.Setup(baseURL, l.media, 0, 0)
		return err
	})
	if err != nil {
		return err
	}
	clock := conn.clock.track(f.ClockRate(), l.track.Kind() == media.Audio)
	deliver := func(pkt *rtp.Packet, now time.Time) {
		pts, sent := clock.place(pkt.Timestamp, now)
		d.packet(f, pkt, pts, sent)
	}
	conn.client.OnPacketRTP(l.media, f, func(pkt *rtp.Packet) { deliver(pkt, time.Now()) })
	report := clock.report
	if conn.readsUDP() {
		if len(conn.sockets) < 2 {
			return errors.New("no UDP socket was opened")
		}
		// The last two are those of the track: of RTP and of RTCP.
		r, err := newUDPReader(conn.sockets[len(conn.sockets)-2], conn.remote(), answer, f, func(pkt rtcp.Packet) {
			_ = conn.client.WritePacketRTCP(l.media, pkt) // fails when the session ends
		})
		if err != nil {
			return err
		}
		r.deliver = deliver
		conn.readers = append(conn.readers, r)
		report = func(sr *rtcp.SenderReport) {
			clock.report(sr)
			r.reports.ProcessSenderReport(sr, time.Now())
		}
	}
	conn.client.OnPacketRTCP(l.media, func(pkt rtcp.Packet) {
		if sr, ok := pkt.(*rtcp.SenderReport); ok {
			report(sr)
		}
	})
	return nil
}

// startReaders reads over UDP.
func (conn *connection) startReaders() {
	conn.began = time.Now()
	for _, r := range conn.readers {
		conn.reading.Go(func() { r.run(conn.alive) })
	}
}

// closeReaders ends what startReaders began, and what it might have.
func (conn *connection) closeReaders() {
	for _, r := range conn.readers {
		r.close()
	}
	conn.reading.Wait()
}

// alive takes note of a packet and ends the session when none comes; the readers call it.
func (conn *connection) alive(came bool) bool {
	since := time.Since(conn.began)
	if came {
		conn.cameByUDP.Store(true)
		conn.lastUDP.Store(int64(since))
		return true
	}
	limit := conn.patience
	if conn.cameByUDP.Load() {
		limit = conn.silence
	}
	if since-time.Duration(conn.lastUDP.Load()) < limit {
		return true
	}
	conn.gaveUp.Store(true)
	conn.close()
	return false
}

// wait returns why the session ended.
func (conn *connection) wait() error {
	err := conn.client.Wait()
	if conn.gaveUp.Load() {
		return liberrors.ErrClientUDPTimeout{}
	}
	return err
}

// noUDP reports whether a session failed because of UDP, so that TCP is worth a try.
func (conn *connection) noUDP(err error) bool {
	if conn.wanted != UDP || err == nil || conn.cameByUDP.Load() {
		return false
	}
	if bad, ok := errors.AsType[liberrors.ErrClientBadStatusCode](err); ok {
		return bad.Code == base.StatusUnsupportedTransport
	}
	_, requested := errors.AsType[liberrors.ErrClientServerRequestedTCP](err)
	_, portless := errors.AsType[liberrors.ErrClientServerPortsNotProvided](err)
	return requested || portless || conn.gaveUp.Load()
}

// remote is the camera's address, nil when none was reached.
func (conn *connection) remote() net.Addr {
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if conn.socket == nil {
		return nil
	}
	return conn.socket.RemoteAddr()
}

// transport is how media come, "" when no connection was made.
func (conn *connection) transport() (name string, triedUDP bool) {
	if conn.remote() == nil {
		return "", false
	}
	return string(conn.wanted), conn.triedUDP || conn.wanted == UDP
}
