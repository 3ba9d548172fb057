package rtc

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Bounds of one batch, which is one IP packet to the kernel before it is cut.
const (
	maxBatchBytes    = 60000 // below the 65,535 of an IP packet, headers included
	maxBatchSegments = 64    // UDP_MAX_SEGMENTS of Linux up to 6.8
)

// udpConn is the UDP socket of all sessions. Between cork and uncork of a peer, what is sent to it is collected and handed to the kernel in
// one call, which cuts it into packets (UDP_SEGMENT): a third of the cost of a call for each.
type udpConn struct {
	*net.UDPConn
	segments bool // the kernel can cut
	refused  atomic.Bool

	open   atomic.Int32 // entries of corked, so that nobody else looks
	mu     sync.RWMutex
	corked map[netip.AddrPort]*batch
}

func newUDPConn(c *net.UDPConn) *udpConn {
	return &udpConn{UDPConn: c, segments: canSegment(c), corked: make(map[netip.AddrPort]*batch)}
}

// batch collects packets to one peer.
type batch struct {
	mu      sync.Mutex
	to      netip.AddrPort // invalid once uncorked
	buf     []byte
	segment int  // bytes of each packet
	n       int  // packets
	short   bool // the last one is shorter, which ends the batch

	control [4]uint64 // room for the control message, aligned for its header
}

var batchPool = sync.Pool{New: func() any { return &batch{buf: make([]byte, 0, maxBatchBytes)} }}

// cork begins to collect what is sent to the peer, and returns what uncork takes; nil where that brings nothing.
func (c *udpConn) cork(to netip.AddrPort) *batch {
	if !c.segments || c.refused.Load() {
		return nil
	}
	b := batchPool.Get().(*batch)
	b.mu.Lock()
	b.to = to
	b.mu.Unlock()
	c.mu.Lock()
	_, taken := c.corked[to]
	if !taken {
		c.corked[to] = b
		c.open.Add(1)
	}
	c.mu.Unlock()
	if taken { // another session's peer behind the same address: it is not collected
		b.to = netip.AddrPort{}
		batchPool.Put(b)
		return nil
	}
	return b
}

// uncork sends what was collected.
func (c *udpConn) uncork(b *batch) {
	if b == nil {
		return
	}
	c.mu.Lock()
	delete(c.corked, b.to)
	c.open.Add(-1)
	c.mu.Unlock()
	b.mu.Lock()
	_ = c.flush(b) // what cannot be sent is lost on the way, as packets are
	b.to = netip.AddrPort{}
	b.mu.Unlock()
	batchPool.Put(b)
}

// WriteToAddrPort implements [ice.AddrPortReaderWriter].
func (c *udpConn) WriteToAddrPort(p []byte, to netip.AddrPort) (int, error) {
	if c.open.Load() > 0 && len(p) > 0 && p[0] >= 128 && p[0] < 192 { // RTP and RTCP (RFC 7983 §7)
		c.mu.RLock()
		b := c.corked[canonical(to)]
		c.mu.RUnlock()
		if b != nil {
			if ok, err := c.collect(b, p, canonical(to)); ok {
				return len(p), err
			}
		}
	}
	return c.WriteToUDPAddrPort(p, to)
}

// collect adds a packet to the batch and sends what is full. It reports false when the batch has been uncorked meanwhile.
func (c *udpConn) collect(b *batch, p []byte, to netip.AddrPort) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.to != to {
		return false, nil
	}
	var err error
	if b.n > 0 && (b.short || len(p) > b.segment || b.n == maxBatchSegments || len(b.buf)+len(p) > maxBatchBytes) {
		err = c.flush(b)
	}
	if b.n == 0 {
		b.segment = len(p)
	}
	b.buf = append(b.buf, p...)
	b.n++
	b.short = len(p) < b.segment
	return true, err
}

// flush sends the batch and empties it. Its lock is held.
func (c *udpConn) flush(b *batch) error {
	if b.n == 0 {
		return nil
	}
	defer func() { b.buf, b.n, b.short = b.buf[:0], 0, false }()
	if b.n == 1 {
		_, err := c.WriteToUDPAddrPort(b.buf, b.to)
		return err
	}
	if !c.refused.Load() {
		err := c.writeSegments(b)
		if err == nil || !segmentsRefused(err) {
			return err
		}
		c.refused.Store(true) // a device without checksum offload; the plain way from now on
	}
	for rest := b.buf; len(rest) > 0; {
		n := min(b.segment, len(rest))
		if _, err := c.WriteToUDPAddrPort(rest[:n], b.to); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// ReadFromAddrPort implements [ice.AddrPortReaderWriter]. Errors that concern one packet are passed over, because the mux ends with the first
// error that it sees.
func (c *udpConn) ReadFromAddrPort(p []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := c.ReadFromUDPAddrPort(p)
		if err == nil || errors.Is(err, net.ErrClosed) {
			return n, from, err
		}
	}
}

// canonical is the address as all spellings of it are keyed.
func canonical(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
