package onvif

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/net/ipv4"

	"vantage/internal/hint"
)

// DefaultDiscoverTimeout is how long Discover waits for answers when DiscoverConfig.Timeout is 0.
const DefaultDiscoverTimeout = 3 * time.Second

// maxCameras bounds what one Discover returns.
const maxCameras = 1024

// repeatAfter is when a probe is sent again, since datagrams get lost (SOAP-over-UDP, UDP_MAX_DELAY).
const repeatAfter = 250 * time.Millisecond

// Group is where cameras listen for probes (WS-Discovery §2.4).
var Group = netip.MustParseAddrPort("239.255.255.250:3702")

// DiscoverConfig says where to look for cameras, and for how long.
type DiscoverConfig struct {
	// Timeout is how long answers are waited for; 0 means DefaultDiscoverTimeout.
	Timeout time.Duration

	// Interfaces are the names of the network interfaces to ask on; empty means all that are up and can multicast.
	Interfaces []string

	// Hosts are asked directly, as HOST or HOST:PORT: multicast does not cross routers.
	Hosts []string

	// HostsOnly asks nobody but Hosts.
	HostsOnly bool

	// Group is another multicast group and port to ask; zero means Group.
	Group netip.AddrPort

	// Log gets debug lines; nil discards them.
	Log *slog.Logger
}

// Discover asks the networks around for cameras and returns those that answered, ordered by address. It takes Timeout, or
// less when ctx ends. An error says that nobody could be asked; that nobody answered is no error.
func Discover(ctx context.Context, cfg DiscoverConfig) ([]Camera, error) {
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultDiscoverTimeout
	}
	if !cfg.Group.IsValid() {
		cfg.Group = Group
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	askers, err := openAskers(ctx, cfg)
	if len(askers) == 0 {
		if err == nil {
			err = errors.New("no network interface can multicast")
		}
		return nil, hint.New(fmt.Errorf("onvif: discover: %w", err),
			"name the camera's host, or check the network interfaces with 'ip address'")
	}
	if err != nil {
		cfg.Log.Debug("onvif: some networks cannot be asked", "err", err)
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	found := findings{cameras: map[string]Camera{}}
	var wg sync.WaitGroup
	for _, a := range askers {
		wg.Go(func() { a.run(ctx, &found, cfg.Log) })
	}
	wg.Wait()
	return found.sorted(), nil
}

// findings gathers what all askers heard.
type findings struct {
	mu      sync.Mutex
	cameras map[string]Camera // by address and endpoint reference
}

// add takes a camera; one that answers twice, or over two networks, is one camera. The endpoint reference alone does not
// tell cameras apart, though it should: cheap ones of one make all have the same.
func (f *findings) add(m match) {
	key := m.Address + " " + m.endpoint
	f.mu.Lock()
	defer f.mu.Unlock()
	old, known := f.cameras[key]
	if !known {
		if len(f.cameras) < maxCameras {
			f.cameras[key] = m.Camera
		}
		return
	}
	for _, x := range m.XAddrs {
		if !slices.Contains(old.XAddrs, x) && len(old.XAddrs) < maxXAddrs {
			old.XAddrs = append(old.XAddrs, x)
		}
	}
	f.cameras[key] = old
}

func (f *findings) sorted() []Camera {
	list := make([]Camera, 0, len(f.cameras))
	for _, c := range f.cameras {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b Camera) int {
		x, _ := netip.ParseAddr(a.Address)
		y, _ := netip.ParseAddr(b.Address)
		if c := x.Compare(y); c != 0 {
			return c
		}
		return strings.Compare(a.Name+a.XAddrs[0], b.Name+b.XAddrs[0])
	})
	return list
}

// asker sends the probes from one socket and reads their answers.
type asker struct {
	conn *net.UDPConn
	to   []netip.AddrPort
	ids  []string
}

// openAskers opens a socket for each network and one for all hosts. Errors of single ones are joined.
func openAskers(ctx context.Context, cfg DiscoverConfig) (askers []*asker, err error) {
	var errs []error
	if !cfg.HostsOnly {
		list, err := multicastInterfaces(cfg.Interfaces)
		errs = append(errs, err)
		for _, ifi := range list {
			conn, err := multicastSocket(ifi.Interface, ifi.addr)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			askers = append(askers, &asker{conn: conn, to: []netip.AddrPort{cfg.Group}})
		}
	}
	var hosts []netip.AddrPort
	for _, h := range cfg.Hosts {
		addr, err := resolve(ctx, h, cfg.Group.Port())
		errs = append(errs, err)
		if err == nil {
			hosts = append(hosts, addr)
		}
	}
	if len(hosts) > 0 {
		conn, err := net.ListenUDP("udp", nil)
		errs = append(errs, err)
		if err == nil {
			askers = append(askers, &asker{conn: conn, to: hosts})
		}
	}
	return askers, errors.Join(errs...)
}

type addressedInterface struct {
	*net.Interface
	addr netip.Addr // its first IPv4 address
}

func multicastInterfaces(names []string) (list []addressedInterface, err error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	missing := slices.Clone(names)
	for _, ifi := range all {
		named := slices.Contains(names, ifi.Name)
		missing = slices.DeleteFunc(missing, func(n string) bool { return n == ifi.Name })
		if ifi.Flags&net.FlagUp == 0 || !named && (len(names) > 0 || ifi.Flags&net.FlagMulticast == 0) {
			continue
		}
		addrs, err := ifi.Addrs()
		if err != nil {
			continue // it went away
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
				list = append(list, addressedInterface{&ifi, p.Addr()})
				break
			}
		}
	}
	if len(missing) > 0 {
		err = hint.New(fmt.Errorf("no network interface %s", strings.Join(missing, ", ")), "'ip address' lists them")
	}
	return list, err
}

func multicastSocket(ifi *net.Interface, addr netip.Addr) (*net.UDPConn, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, 0)))
	if err != nil {
		return nil, fmt.Errorf("interface %s: %w", ifi.Name, err)
	}
	p := ipv4.NewPacketConn(conn)
	// A camera on this machine, as tests and demonstrations have it, hears the probe only by loopback.
	err = errors.Join(p.SetMulticastInterface(ifi), p.SetMulticastLoopback(true), p.SetMulticastTTL(1))
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("interface %s: %w", ifi.Name, err)
	}
	return conn, nil
}

// resolve finds the address of HOST or HOST:PORT.
func resolve(ctx context.Context, host string, port uint16) (netip.AddrPort, error) {
	if ap, err := netip.ParseAddrPort(host); err == nil {
		return ap, nil
	}
	if name, p, err := net.SplitHostPort(host); err == nil {
		n, err := net.DefaultResolver.LookupPort(ctx, "udp", p)
		if err != nil {
			return netip.AddrPort{}, fmt.Errorf("host %s: %w", host, err)
		}
		host, port = name, uint16(n)
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", strings.Trim(host, "[]"))
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("host %s: %w", host, err)
	}
	return netip.AddrPortFrom(addrs[0].Unmap(), port), nil
}

// maxReadErrors is how many failing reads in a row end an asker: the interface is gone.
const maxReadErrors = 16

// run sends the probes twice and reads answers until ctx ends.
func (a *asker) run(ctx context.Context, found *findings, log *slog.Logger) {
	defer func() { _ = a.conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = a.conn.SetReadDeadline(time.Unix(1, 0)) })()
	var probes [][]byte
	for _, t := range probeTypes {
		id := uuid.NewString()
		a.ids = append(a.ids, id)
		probes = append(probes, probe(id, t.namespace, t.name))
	}
	a.send(probes, log)
	_ = a.conn.SetReadDeadline(time.Now().Add(repeatAfter))
	buf := make([]byte, MaxDatagramBytes)
	for failed, repeated := 0, false; ctx.Err() == nil && failed < maxReadErrors; {
		n, from, err := a.conn.ReadFromUDPAddrPort(buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && !repeated:
			a.send(probes, log)
			repeated = true
			_ = a.conn.SetReadDeadline(time.Time{})
			if ctx.Err() != nil {
				return // it ended before the deadline was lifted
			}
		case err != nil:
			failed++
		default:
			failed = 0
			a.receive(buf[:n], from, found, log)
		}
	}
}

func (a *asker) send(probes [][]byte, log *slog.Logger) {
	for _, to := range a.to {
		for _, p := range probes {
			if _, err := a.conn.WriteToUDPAddrPort(p, to); err != nil {
				log.Debug("onvif: probe", "peer", to, "err", err)
			}
		}
	}
}

func (a *asker) receive(b []byte, from netip.AddrPort, found *findings, log *slog.Logger) {
	matches, err := parseMatches(b, from.Addr(), a.ids)
	if err != nil {
		log.Debug("onvif: answer to a probe", "peer", from, "err", err)
		return
	}
	for _, m := range matches {
		found.add(m)
	}
}
