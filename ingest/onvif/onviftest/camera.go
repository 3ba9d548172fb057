package onviftest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/net/ipv4"
	"golang.org/x/sync/errgroup"
)

// Camera is one camera. Listen makes it.
type Camera struct {
	cfg      Config
	uuid     string
	http     net.Listener
	udp      []*net.UDPConn
	nonces   sync.Map // nonces of tokens that were used, and of HTTP challenges that were given
	syncs    atomic.Int64
	refusals atomic.Int64
}

// Listen opens the camera's sockets.
func Listen(cfg Config) (c *Camera, err error) {
	if cfg.HTTPListen == "" {
		cfg.HTTPListen = "127.0.0.1:0"
	}
	if cfg.ProbeListen == "" {
		cfg.ProbeListen = "127.0.0.1:0"
	}
	c = &Camera{cfg: cfg, uuid: uuid.NewString()}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.http, err = net.Listen("tcp", cfg.HTTPListen); err != nil {
		return nil, fmt.Errorf("onviftest: %w", err)
	}
	addr, err := net.ResolveUDPAddr("udp4", cfg.ProbeListen)
	if err != nil {
		return nil, fmt.Errorf("onviftest: %w", err)
	}
	conn, err := net.ListenUDP("udp4", addr)
	if err != nil {
		return nil, fmt.Errorf("onviftest: %w", err)
	}
	c.udp = append(c.udp, conn)
	if cfg.Group.IsValid() {
		conn, err := c.joinGroup()
		if err != nil {
			return nil, fmt.Errorf("onviftest: join %s: %w", cfg.Group, err)
		}
		c.udp = append(c.udp, conn)
	}
	return c, nil
}

func (c *Camera) joinGroup() (*net.UDPConn, error) {
	ifi, err := net.InterfaceByName(c.cfg.Interface)
	if err != nil {
		return nil, err
	}
	group := net.UDPAddrFromAddrPort(c.cfg.Group)
	conn, err := net.ListenMulticastUDP("udp4", ifi, group) // shares the port with other cameras
	if err != nil {
		return nil, err
	}
	// Answers to probes on the loopback interface must not leave by another.
	if err := ipv4.NewPacketConn(conn).SetMulticastInterface(ifi); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// XAddr is the address of the device service.
func (c *Camera) XAddr() string { return "http://" + c.http.Addr().String() + "/onvif/device_service" }

// ProbeAddr is where probes sent to the camera alone are answered, as HOST:PORT.
func (c *Camera) ProbeAddr() string { return c.udp[0].LocalAddr().String() }

// KeyFramesAsked counts the calls of SetSynchronizationPoint.
func (c *Camera) KeyFramesAsked() int { return int(c.syncs.Load()) }

// Refusals counts the requests with a wrong password, by which a real camera locks its accounts.
func (c *Camera) Refusals() int { return int(c.refusals.Load()) }

// Run answers until ctx ends.
func (c *Camera) Run(ctx context.Context) error {
	server := &http.Server{Handler: c, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	g, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() {
		_ = server.Close()
		c.close()
	})()
	g.Go(func() error {
		if err := server.Serve(c.http); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	for _, conn := range c.udp {
		g.Go(func() error { return c.answerProbes(conn) })
	}
	return g.Wait()
}

func (c *Camera) close() {
	if c.http != nil {
		_ = c.http.Close()
	}
	for _, conn := range c.udp {
		_ = conn.Close()
	}
}

func (c *Camera) now() time.Time { return time.Now().Add(c.cfg.Quirks.ClockOffset).UTC() }
