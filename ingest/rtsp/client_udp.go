package rtsp

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/headers"
	"github.com/bluenviron/gortsplib/v4/pkg/rtcpreceiver"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

const (
	// maxDatagramBytes is the largest that UDP can carry; some cameras leave it to IP to cut their packets.
	maxDatagramBytes = 65535

	// udpTick is how often a reader looks at the time while nothing comes.
	udpTick = 250 * time.Millisecond

	// reportPeriod is that of receiver reports; some cameras stop when they hear nothing for five seconds and more (RFC 3550 §6.2).
	reportPeriod = 5 * time.Second
)

// udpReader reads the packets of one track from its UDP socket in place of the library, which waits for a missing packet until 64 others
// have come: at 25 packets a second, which is a camera that looks at an empty street, one loss is a silence of two and a half
// seconds. The library goes on to own the socket and RTCP; it stops reading at a deadline that has passed, and we read by a
// descriptor of our own.
type udpReader struct {
	library *net.UDPConn
	conn    *net.UDPConn
	from    netip.AddrPort // where packets may come from
	format  format.Format
	order   reorder
	reports *rtcpreceiver.RTCPReceiver
	deliver func(*rtp.Packet, time.Time)
}

// newUDPReader takes over the socket of a track that was set up with the given answer. write sends a receiver report.
func newUDPReader(library *net.UDPConn, peer net.Addr, answer *base.Response, f format.Format, write func(rtcp.Packet)) (*udpReader, error) {
	from, err := senderOf(peer, answer)
	if err != nil {
		return nil, err
	}
	file, err := library.File()
	if err != nil {
		return nil, fmt.Errorf("take over the UDP socket: %w", err)
	}
	defer file.Close()
	pc, err := net.FilePacketConn(file)
	if err != nil {
		return nil, fmt.Errorf("take over the UDP socket: %w", err)
	}
	ssrc := rand.Uint32()
	r := &udpReader{library: library, conn: pc.(*net.UDPConn), from: from, format: f}
	r.reports = &rtcpreceiver.RTCPReceiver{ClockRate: f.ClockRate(), LocalSSRC: &ssrc, Period: reportPeriod, WritePacketRTCP: write}
	if err := r.reports.Initialize(); err != nil {
		return nil, errors.Join(err, r.conn.Close())
	}
	return r, nil
}

// senderOf is the address that the answer to SETUP says media come from (RFC 2326 §12.39).
func senderOf(peer net.Addr, answer *base.Response) (netip.AddrPort, error) {
	var h headers.Transport
	if err := h.Unmarshal(answer.Header["Transport"]); err != nil {
		return netip.AddrPort{}, fmt.Errorf("transport header: %w", err)
	}
	tcp, ok := peer.(*net.TCPAddr)
	if h.ServerPorts == nil || !ok {
		return netip.AddrPort{}, errors.New("transport header: no server_port")
	}
	ip := tcp.IP
	if h.Source != nil {
		ip = *h.Source
	}
	addr, ok := netip.AddrFromSlice(ip)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("transport header: source %v", ip)
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(h.ServerPorts[0])), nil
}

// silenceLibrary makes the library stop reading the socket, before the camera begins to send.
func (r *udpReader) silenceLibrary() {
	_ = r.library.SetReadDeadline(time.Unix(1, 0)) // fails on a closed socket only, of which it does not read either
}

// run reads until the socket is closed. alive is told of each packet, and asked regularly whether to go on waiting.
func (r *udpReader) run(alive func(came bool) bool) {
	buf := make([]byte, maxDatagramBytes)
	for {
		wake := time.Now().Add(udpTick)
		if d := r.order.deadline(); !d.IsZero() && d.Before(wake) {
			wake = d
		}
		if err := r.conn.SetReadDeadline(wake); err != nil {
			return
		}
		n, from, err := r.conn.ReadFromUDPAddrPort(buf)
		now := time.Now()
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		came := err == nil && r.take(buf[:n], from, now)
		for p := r.order.pop(now); p != nil; p = r.order.pop(now) {
			_, _, _ = r.reports.ProcessPacket2(p, now, true) // of another SSRC: not reported on
			r.deliver(p, now)
		}
		if !alive(came) {
			return
		}
	}
}

// take puts a datagram in its place, and reports whether it is a packet of the track.
func (r *udpReader) take(b []byte, from netip.AddrPort, now time.Time) bool {
	if from.Port() != r.from.Port() || from.Addr().Unmap().WithZone("") != r.from.Addr() {
		return false
	}
	p := new(rtp.Packet)
	if err := p.Unmarshal(bytes.Clone(b)); err != nil || p.PayloadType != r.format.PayloadType() {
		return false
	}
	r.order.push(p, now)
	return true
}

func (r *udpReader) close() {
	r.conn.Close()
	r.reports.Close()
}
