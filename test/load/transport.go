package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/stun/v4"
	"golang.org/x/net/ipv4"
)

const (
	checkInterval   = 100 * time.Millisecond // between two checks of all candidates while none has answered
	consentInterval = 2 * time.Second
	readBatch       = 16
	packetBytes     = 1600
)

// transport is one UDP socket that speaks the controlling side of ICE, counts RTP, and hands DTLS to the library as a
// net.PacketConn. The library's reader is the goroutine that reads the socket.
type transport struct {
	socket *net.UDPConn
	batch  *ipv4.PacketConn
	local  iceCredentials
	remote iceCredentials
	order  []netip.AddrPort // candidates, best first
	rtp    rtpCounter

	messages []ipv4.Message
	n, next  int // of messages read, and the next to look at

	mu     sync.Mutex
	peer   netip.AddrPort // the candidate that answered first
	closed chan struct{}
	once   sync.Once
}

func newTransport(socket *net.UDPConn, local iceCredentials, a *answer, prefer netip.Addr) *transport {
	t := &transport{
		socket: socket, batch: ipv4.NewPacketConn(socket), local: local, remote: a.ice,
		closed: make(chan struct{}), rtp: rtpCounter{video: a.videoPT},
	}
	for _, c := range a.candidates {
		if c.Addr() == prefer {
			t.order = append(t.order, c)
		}
	}
	if len(t.order) == 0 {
		t.order = a.candidates
	}
	t.messages = make([]ipv4.Message, readBatch)
	for i := range t.messages {
		t.messages[i].Buffers = [][]byte{make([]byte, packetBytes)}
	}
	return t
}

// check sends connectivity checks until one is answered.
func (t *transport) check(ctx context.Context) error {
	buf := make([]byte, packetBytes)
	for {
		for _, c := range t.order {
			if err := t.bind(c); err != nil {
				return err
			}
		}
		_ = t.socket.SetReadDeadline(time.Now().Add(checkInterval))
		for !t.answered() {
			n, from, err := t.socket.ReadFromUDPAddrPort(buf)
			if err != nil {
				break // the deadline
			}
			t.stun(buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
		}
		if t.answered() {
			return t.socket.SetReadDeadline(time.Time{})
		}
		if ctx.Err() != nil {
			return errNoCandidate
		}
	}
}

func (t *transport) answered() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.peer.IsValid()
}

// bind sends a binding request that nominates the pair (RFC 8445 §8.1.1).
func (t *transport) bind(to netip.AddrPort) error {
	m, err := stun.Build(
		stun.BindingRequest, stun.TransactionID, stun.NewUsername(t.remote.ufrag+":"+t.local.ufrag),
		ice.UseCandidate(), ice.AttrControlling(1), ice.PriorityAttr(1<<24|0xffffff),
		stun.NewShortTermIntegrity(t.remote.pwd), stun.Fingerprint,
	)
	if err != nil {
		return fmt.Errorf("binding request: %w", err)
	}
	_, _ = t.socket.WriteToUDPAddrPort(m.Raw, to) // an unreachable candidate is one that does not answer
	return nil
}

// stun handles a STUN message: the answer to a check, or a check of the server's.
func (t *transport) stun(b []byte, from netip.AddrPort) {
	if len(b) == 0 || b[0] > 3 {
		return
	}
	m := &stun.Message{Raw: append([]byte(nil), b...)}
	if m.Decode() != nil {
		return
	}
	switch m.Type {
	case stun.BindingSuccess:
		t.mu.Lock()
		defer t.mu.Unlock()
		if !t.peer.IsValid() {
			t.peer = from
		}
	case stun.BindingRequest:
		reply, err := stun.Build(m, stun.BindingSuccess, &stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())},
			stun.NewShortTermIntegrity(t.local.pwd), stun.Fingerprint)
		if err == nil {
			_, _ = t.socket.WriteToUDPAddrPort(reply.Raw, from)
		}
	}
}

// keepConsent repeats the check until the transport is closed (RFC 7675).
func (t *transport) keepConsent() {
	tick := time.NewTicker(consentInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = t.bind(t.peer)
		case <-t.closed:
			return
		}
	}
}

// ReadFrom implements [net.PacketConn] for DTLS; all else that comes is handled on the way.
func (t *transport) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		if t.next == t.n {
			n, err := t.batch.ReadBatch(t.messages, 0)
			if err != nil {
				return 0, nil, err
			}
			t.n, t.next = n, 0
		}
		now := time.Now()
		for t.next < t.n {
			m := &t.messages[t.next]
			t.next++
			b := m.Buffers[0][:m.N]
			if len(b) == 0 {
				continue
			}
			switch {
			case b[0] >= 128 && b[0] < 192: // RFC 7983 §7
				t.rtp.add(b, now)
			case b[0] >= 20 && b[0] < 64:
				return copy(p, b), m.Addr, nil
			default:
				if from, ok := m.Addr.(*net.UDPAddr); ok {
					t.stun(b, from.AddrPort())
				}
			}
		}
	}
}

// WriteTo implements [net.PacketConn].
func (t *transport) WriteTo(p []byte, _ net.Addr) (int, error) {
	return t.socket.WriteToUDPAddrPort(p, t.peer)
}

// Close implements [net.PacketConn].
func (t *transport) Close() error {
	err := io.ErrClosedPipe
	t.once.Do(func() {
		close(t.closed)
		err = t.socket.Close()
	})
	return err
}

// LocalAddr implements [net.PacketConn].
func (t *transport) LocalAddr() net.Addr { return t.socket.LocalAddr() }

// SetDeadline implements [net.PacketConn]. DTLS sets deadlines only to end a handshake, which Close does here.
func (t *transport) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements [net.PacketConn].
func (t *transport) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements [net.PacketConn].
func (t *transport) SetWriteDeadline(time.Time) error { return nil }
