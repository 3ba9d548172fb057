package rtsp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"

	"vantage/ingest"
	"vantage/internal/hint"
	"vantage/internal/redact"
	"vantage/media"
)

// The client's patience.
const (
	// dialTimeout bounds one connection attempt: a camera that comes back is to be found again within two seconds.
	dialTimeout = 2 * time.Second

	// requestTimeout bounds the wait for an answer and, unless ClientOptions.StallAfter is longer, for media. Cameras take seconds to
	// answer DESCRIBE.
	requestTimeout = 6 * time.Second

	// stepTimeout bounds a step of setting up: connecting, TLS, and a request that may be asked again with credentials or elsewhere.
	stepTimeout = 10 * time.Second

	// udpPatience is for how long no packet may come over UDP at first before TCP is tried.
	udpPatience = 2 * time.Second

	// udpRestsFor is how long UDP is not tried again after nothing came over it: a camera behind a firewall is to be back in two
	// seconds like any other.
	udpRestsFor = 10 * time.Minute

	// udpBufferBytes is asked of the kernel, for the burst of a key frame. It gives what net.core.rmem_max allows.
	udpBufferBytes = 2 << 20

	// maxDials is how often one session may connect: to the camera, where that sends us, and once more over TCP.
	maxDials = 4

	// closePatience is how long the end of a session (TEARDOWN) may take; a camera that does not read would hold it up.
	closePatience = 500 * time.Millisecond
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

	// StallAfter is for how long the camera may rightly be silent, where that is longer than requestTimeout: one picture a minute.
	StallAfter time.Duration

	Log *slog.Logger
}

// Client pulls one camera. It implements [ingest.Source].
//
// RTSP has no standard way to ask a camera for a key frame, so the subscribers' wishes end here.
type Client struct {
	o      ClientOptions
	url    *base.URL
	counts counts
	stat   atomic.Pointer[connection]

	udpRests time.Time // until when; of Run
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
	// "rtsp://admin:12/34@host/" parses, as port 12 of a host "admin": what belongs to the password would be shown as a host.
	if err != nil || u.Host == "" || u.User == nil && strings.Contains(u.Path+u.RawQuery, "@") && u.Port() != "" {
		return nil, hint.New(coded{fmt.Errorf("rtsp: url %s: not valid", redact.URL(o.URL)), "invalid", "the address is not valid"},
			"write rtsp://user:password@host:554/path, with special characters of user, password and path percent-encoded")
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
	if s := c.stat.Load(); s != nil && s.remote() != nil {
		return s.remote().String()
	}
	return ""
}

// Link implements [ingest.Linked].
func (c *Client) Link() ingest.Link {
	l := ingest.Link{
		TriedUDP: c.o.Transport != TCP, Packets: c.counts.packets.Load(), Lost: c.counts.lost.Load(), Dropped: c.counts.corrupt.Load(),
	}
	if s := c.stat.Load(); s != nil {
		l.Transport, l.TriedUDP = s.transport()
		l.ClockOffset, l.ClockKnown = s.clock.offset()
	}
	return l
}

// Run implements [ingest.Source].
func (c *Client) Run(ctx context.Context, pub media.Publisher) error {
	conn := c.newConnection(c.choose(time.Now()))
	err := c.session(ctx, conn, pub)
	if c.o.Transport != Auto || !conn.noUDP(err) || ctx.Err() != nil {
		return err
	}
	c.o.Log.Warn("no media over UDP, trying TCP", "err", err)
	conn = c.newConnection(TCP, true)
	before := c.counts.packets.Load()
	err = c.session(ctx, conn, pub)
	c.udpRests = time.Time{}
	if c.counts.packets.Load() > before {
		c.udpRests = time.Now().Add(udpRestsFor)
	}
	return err
}

// choose says what to try, and whether UDP was tried in vain not long ago. Over TLS it is TCP: few cameras encrypt media over UDP.
func (c *Client) choose(now time.Time) (t Transport, triedUDP bool) {
	switch {
	case c.o.Transport != Auto:
		return c.o.Transport, false
	case now.Before(c.udpRests):
		return TCP, true
	case c.url.Scheme == "rtsps":
		return TCP, false
	default:
		return UDP, false
	}
}

// session connects and receives until the connection or ctx ends.
func (c *Client) session(ctx context.Context, conn *connection, pub media.Publisher) error {
	c.stat.Store(conn)
	if err := conn.client.Start2(); err != nil {
		return c.failed(conn, "start", err)
	}
	stop := context.AfterFunc(ctx, conn.close)
	err := c.play(conn, pub)
	stop()
	conn.close()
	conn.closeReaders()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// play sets the session up and receives until it ends.
func (c *Client) play(conn *connection, pub media.Publisher) error {
	var desc *description.Session
	err := conn.within(func() (err error) {
		desc, _, err = conn.client.Describe(c.url)
		return err
	})
	if err != nil {
		return c.failed(conn, "describe", err)
	}
	d, skipped, err := newDepacketizer(desc, pub, c.o.Log)
	if err != nil {
		return coded{fmt.Errorf("rtsp %s: %w", c.url.Host, err), "no_media", "the camera " + err.Error()}
	}
	if len(skipped) > 0 {
		c.o.Log.Warn("formats not carried", "formats", skipped)
	}
	d.counts = &c.counts
	for _, f := range d.formats(desc) {
		if err := conn.setUp(desc.BaseURL, d, f); err != nil {
			return c.failed(conn, "set up "+string(d.lanes[f].media.Type), err)
		}
	}
	d.announce()
	if err := conn.within(func() error {
		_, err := conn.client.Play(nil)
		return err
	}); err != nil {
		return c.failed(conn, "play", err)
	}
	conn.startReaders()
	return c.failed(conn, "receive", conn.wait())
}
