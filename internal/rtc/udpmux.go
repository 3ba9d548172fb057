package rtc

import (
	"fmt"
	"net"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/transport/v5"
)

// udpMux is one socket for all sessions. Where it is bound to all addresses, those are listed anew for each session, so that an
// interface that comes up later (a VPN, a phone's hotspot) is advertised without a restart.
type udpMux struct {
	*ice.UDPMuxDefault
	conn *udpConn // nil on a virtual network
}

// listenUDP opens the port: for both IP versions where the host part is empty and the machine has IPv6.
func listenUDP(addr string, n transport.Net, logs logging.LoggerFactory) (*udpMux, error) {
	local, err := n.ResolveUDPAddr("udp", addr)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", addr, err)
	}
	if local.IP == nil {
		local.IP = net.IPv6unspecified
	}
	conn, err := n.ListenUDP("udp", local)
	if err != nil && local.IP.Equal(net.IPv6unspecified) {
		local.IP = net.IPv4zero
		conn, err = n.ListenUDP("udp4", local)
	}
	if err != nil {
		return nil, err
	}
	// Best effort: the kernel caps the sizes without an error, and a virtual network has none.
	_ = conn.SetReadBuffer(socketBuffer)
	_ = conn.SetWriteBuffer(socketBuffer)
	m := &udpMux{}
	params := ice.UDPMuxParams{UDPConn: conn, Logger: logs.NewLogger("ice-udp"), Net: n}
	if real, ok := conn.(*net.UDPConn); ok {
		m.conn = newUDPConn(real)
		params.UDPConn = m.conn
	}
	m.UDPMuxDefault = ice.NewUDPMuxDefault(params)
	return m, nil
}

// GetListenAddresses leaves out addresses that no browser can use.
func (m *udpMux) GetListenAddresses() []net.Addr {
	var usable []net.Addr
	for _, a := range m.UDPMuxDefault.GetListenAddresses() {
		if u, ok := a.(*net.UDPAddr); ok && !u.IP.IsUnspecified() && !u.IP.IsLinkLocalUnicast() {
			usable = append(usable, a)
		}
	}
	return usable
}
