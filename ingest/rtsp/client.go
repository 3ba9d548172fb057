package rtsp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"

	"vantage/ingest"
	"vantage/internal/hint"
	"vantage/internal/redact"
	"vantage/media"
)

// The client's patience.
const (
	// dialTimeout bounds one connection attempt: a camera that comes back is to be found again within two seconds.
	dialTimeout = 2 * time.Second

	// requestTimeout bounds the wait for an answer and, over TCP, for media. Cameras take seconds to answer DESCRIBE.
	requestTimeout = 6 * time.Second

	// udpPatience is how long no packet may come over UDP before TCP is tried.
	udpPatience = 2 * time.Second

	// udpBufferBytes is asked of the kernel, for the burst of a key frame.
	udpBufferBytes = 2 << 20
)

// Transport is how media come from a camera.
type Transport string

// The transports.
const (
	Auto Transport = "auto" // UDP, then TCP
	UDP  Transport = "udp"
	TCP  Transport = "tcp"
)

// ClientOptions makes a [Client].
type ClientOptions struct {
	URL         string    // rtsp:// or rtsps://, with user and password where needed
	Transport   Transport // empty is Auto
	Fingerprint string    // SHA-256 of the camera's certificate in hex, with or without colons; empty: verified as usual
	Log         *slog.Logger
}

// Client pulls one camera. It implements [ingest.Source].
//
// RTSP has no standard way to ask a camera for a key frame, so the subscribers' wishes end here.
type Client struct {
	o    ClientOptions
	url  *base.URL
	stat atomic.Pointer[connection]
}

// connection is what is known of the present connection.
type connection struct {
	client *gortsplib.Client
	d      *depacketizer
	peer   atomic.Pointer[string]
	udp    atomic.Bool
}

var (
	_ ingest.Source = (*Client)(nil)
	_ ingest.Peered = (*Client)(nil)
	_ ingest.Linked = (*Client)(nil)
)

// NewClient checks the options and connects nothing yet.
func NewClient(o ClientOptions) (*Client, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	u, err := base.ParseURL(o.URL)
	if err != nil {
		return nil, hint.New(fmt.Errorf("rtsp: url %s: not valid", redact.URL(o.URL)),
			"write rtsp://user:password@host:554/path, with special characters of the password percent-encoded")
	}
	switch o.Transport {
	case "":
		o.Transport = Auto
	case Auto, UDP, TCP:
	default:
		return nil, hint.New(fmt.Errorf("rtsp: transport %q", o.Transport), "use auto, udp or tcp")
	}
	if o.Fingerprint != "" {
		if u.Scheme != "rtsps" {
			return nil, hint.New(errors.New("rtsp: a fingerprint without TLS"), "use an rtsps:// URL, or remove the fingerprint")
		}
		if _, err := parseFingerprint(o.Fingerprint); err != nil {
			return nil, err
		}
	}
	return &Client{o: o, url: u}, nil
}

// Peer implements [ingest.Peered].
func (c *Client) Peer() string {
	if s := c.stat.Load(); s != nil {
		if p := s.peer.Load(); p != nil {
			return *p
		}
	}
	return ""
}

// Link implements [ingest.Linked].
func (c *Client) Link() ingest.Link {
	s := c.stat.Load()
	if s == nil {
		return ingest.Link{}
	}
	l := ingest.Link{
		Transport: string(TCP), TriedUDP: c.o.Transport != TCP, Lost: s.d.lost.Load(), Dropped: s.d.corrupt.Load(), Packets: s.d.packets.Load(),
	}
	if s.udp.Load() {
		l.Transport = string(UDP)
	}
	return l
}

// Run implements [ingest.Source].
func (c *Client) Run(ctx context.Context, pub media.Publisher) error {
	conn := &connection{}
	conn.client = &gortsplib.Client{
		Scheme: c.url.Scheme, Host: c.url.Host,
		ReadTimeout: requestTimeout, WriteTimeout: requestTimeout, InitialUDPReadTimeout: udpPatience,
		UDPReadBufferSize: udpBufferBytes, UserAgent: "vantage", TLSConfig: c.tls(),
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			n, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, address)
			if err == nil {
				peer := n.RemoteAddr().String()
				conn.peer.Store(&peer)
			}
			return n, err
		},
		OnTransportSwitch: func(err error) {
			conn.udp.Store(false)
			c.o.Log.Warn("no media over UDP, trying TCP", "err", err)
		},
		OnDecodeError: func(err error) { c.o.Log.Debug("packet not understood", "err", err) },
	}
	switch c.o.Transport {
	case UDP:
		conn.client.Transport = new(gortsplib.TransportUDP)
	case TCP:
		conn.client.Transport = new(gortsplib.TransportTCP)
	}
	conn.udp.Store(c.o.Transport != TCP)
	if err := conn.client.Start2(); err != nil {
		return c.failed("start", err)
	}
	stop := context.AfterFunc(ctx, conn.client.Close)
	defer func() {
		stop()
		conn.client.Close()
		c.stat.Store(nil)
	}()
	err := c.play(conn, pub)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// play sets the session up and receives until it ends.
func (c *Client) play(conn *connection, pub media.Publisher) error {
	desc, _, err := conn.client.Describe(c.url)
	if err != nil {
		return c.failed("describe", err)
	}
	d, skipped, err := newDepacketizer(desc, pub, c.o.Log)
	if err != nil {
		return fmt.Errorf("rtsp %s: %w", c.url.Host, err)
	}
	if len(skipped) > 0 {
		c.o.Log.Warn("formats not carried", "formats", skipped)
	}
	conn.d = d
	for _, m := range d.medias(desc) {
		if _, err := conn.client.Setup(desc.BaseURL, m, 0, 0); err != nil {
			return c.failed("set up "+string(m.Type), err)
		}
	}
	for f, l := range d.lanes {
		conn.client.OnPacketRTP(l.media, f, c.receiver(conn, l, f))
	}
	c.stat.Store(conn)
	d.announce()
	if _, err := conn.client.Play(nil); err != nil {
		return c.failed("play", err)
	}
	return c.failed("receive", conn.client.Wait())
}

func (c *Client) receiver(conn *connection, l *lane, f format.Format) func(*rtp.Packet) {
	return func(pkt *rtp.Packet) {
		pts, ok := conn.client.PacketPTS2(l.media, pkt)
		if !ok {
			return // the other track leads, and no sender report has tied this one to it yet
		}
		sent, _ := conn.client.PacketNTP(l.media, pkt)
		conn.d.packet(f, pkt, pts, sent)
	}
}
