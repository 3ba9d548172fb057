package rtsp

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
)

// sendBufferBytes bounds what the kernel holds for a slow TCP player, whose age we cannot see.
const sendBufferBytes = 256 << 10

// listener bounds the number of connections and the time that an idle one may stay.
type listener struct {
	net.Listener
	slots chan struct{}
	done  chan struct{}
	once  sync.Once
}

func newListener(inner net.Listener, most int) *listener {
	return &listener{Listener: inner, slots: make(chan struct{}, most), done: make(chan struct{})}
}

// Accept waits for a slot before it accepts, so that more peers queue in the kernel and not in our memory.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(sendBufferBytes) // a hint to the kernel
	}
	return &serverConn{Conn: c, release: func() { <-l.slots }}, nil
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

// serverConn closes itself when a peer that neither plays nor publishes stays silent.
type serverConn struct {
	net.Conn
	busy    atomic.Bool // plays or publishes
	once    sync.Once
	release func()
}

// Read implements [net.Conn]. The library sets a deadline for publishers and clears it for all others, who get ours.
func (c *serverConn) Read(b []byte) (int, error) {
	if !c.busy.Load() {
		_ = c.Conn.SetReadDeadline(time.Now().Add(idleTimeout))
	}
	return c.Conn.Read(b)
}

// setBusy says that the peer plays or publishes, whose silence others judge.
func (c *serverConn) setBusy() {
	c.busy.Store(true)
	_ = c.Conn.SetReadDeadline(time.Time{})
}

func (c *serverConn) Close() error {
	c.once.Do(c.release)
	return c.Conn.Close()
}

// busyConn finds our connection under the library's, which TLS may wrap.
func busyConn(c net.Conn) *serverConn {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = t.NetConn()
	}
	sc, _ := c.(*serverConn)
	return sc
}

// setBusy says that the peer of a connection plays or publishes.
func setBusy(c *gortsplib.ServerConn) {
	if b := busyConn(c.NetConn()); b != nil {
		b.setBusy()
	}
}
