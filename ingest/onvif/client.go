package onvif

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"vantage/internal/hint"
	"vantage/internal/redact"
)

// DefaultTimeout bounds one request to a camera when ClientConfig.Timeout is 0. Cheap ones take over a second to list
// their profiles.
const DefaultTimeout = 5 * time.Second

// devicePath is where the device service is (ONVIF Core §5.1.1).
const devicePath = "/onvif/device_service"

// ClientConfig says how to talk to one camera.
type ClientConfig struct {
	// XAddr is the address of the device service, from Discover. A bare host stands for its usual address.
	XAddr string

	// Username and Password are those of the camera's ONVIF user; empty asks without.
	Username string
	Password redact.Secret

	// Timeout bounds each request; 0 means DefaultTimeout.
	Timeout time.Duration

	// TLS is used for https addresses; nil verifies certificates as usual.
	TLS *tls.Config

	// Log gets debug lines; nil discards them.
	Log *slog.Logger
}

// Client asks one camera.
type Client struct {
	cfg  ClientConfig
	base *url.URL // the device service, at the address that we reach
	http *http.Client

	mu       sync.Mutex
	services *services     // nil: not asked yet
	offset   time.Duration // the camera's clock less ours
	digest   bool          // the camera wants HTTP digest
}

// NewClient checks the address. It does not connect.
func NewClient(cfg ClientConfig) (*Client, error) {
	base, err := deviceURL(cfg.XAddr)
	if err != nil {
		return nil, err
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Client{cfg: cfg, base: base, http: &http.Client{
		Timeout: cfg.Timeout,
		Transport: &http.Transport{ // no proxy: cameras are on this network
			DialContext: (&net.Dialer{Timeout: cfg.Timeout}).DialContext, TLSClientConfig: cfg.TLS,
			DisableKeepAlives: true, // many cameras close without saying so
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) >= 3 || r.URL.Hostname() != base.Hostname() {
				return errors.New("redirected elsewhere")
			}
			return nil
		},
	}}, nil
}

// deviceURL reads the address of a device service.
func deviceURL(xaddr string) (*url.URL, error) {
	if !strings.Contains(xaddr, "://") {
		xaddr = "http://" + xaddr
	}
	u, err := redact.SecretURL(xaddr).Parse()
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, hint.New(fmt.Errorf("onvif: %s is no HTTP address", redact.URL(xaddr)), "give it as http://HOST"+devicePath)
	}
	u.User, u.Fragment = nil, ""
	if u.Path == "" || u.Path == "/" {
		u.Path = devicePath
	}
	return u, nil
}

// call sends one request to a service and reads its answer. It tries the password twice at most, once by each kind of
// digest, because cameras lock accounts.
func call[T any](ctx context.Context, c *Client, service *url.URL, op operation, auth bool) (answer T, err error) {
	auth = auth && c.cfg.Username != ""
	c.mu.Lock()
	byHTTP := c.digest
	c.mu.Unlock()
	b, challenges, err := c.post(ctx, service, op, auth && !byHTTP, nil)
	if err != nil {
		return answer, err
	}
	if auth && len(challenges) > 0 {
		ch, err := parseChallenges(challenges)
		if err != nil {
			return answer, fmt.Errorf("%w (%w)", ErrUnauthorized, err)
		}
		if b, challenges, err = c.post(ctx, service, op, false, &ch); err != nil {
			return answer, err
		}
		if len(challenges) == 0 {
			c.mu.Lock()
			c.digest = true
			c.mu.Unlock()
		}
	}
	if len(challenges) > 0 {
		return answer, ErrUnauthorized
	}
	return parseAnswer[T](b)
}

// post sends one HTTP request. challenges are those of a 401, with which the body says nothing.
func (c *Client) post(
	ctx context.Context, service *url.URL, op operation, token bool, ch *challenge,
) (body []byte, challenges []string, err error) {
	security := ""
	if token {
		security = usernameToken(c.cfg.Username, c.cfg.Password.Reveal(), time.Now().Add(c.skew()))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, service.String(), strings.NewReader(op.envelope(security)))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Content-Type", op.contentType())
	r.Header.Set("User-Agent", "vantage")
	if ch != nil {
		ch.authorize(r, c.cfg.Username, c.cfg.Password.Reveal())
	}
	resp, err := c.http.Do(r)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // the address is told already
		}
		if strings.Contains(err.Error(), "malformed HTTP") {
			err = fmt.Errorf("%w (%w)", ErrNotONVIF, err)
		}
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(resp.Body, MaxMessageBytes+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read the answer: %w", err)
	}
	c.cfg.Log.Debug("onvif answer", "peer", c.base.Host, "operation", op.name, "status", resp.StatusCode, "bytes", len(body))
	switch {
	case len(body) > MaxMessageBytes:
		return nil, nil, errTooLarge
	case resp.StatusCode == http.StatusUnauthorized:
		if found := resp.Header.Values("WWW-Authenticate"); len(found) > 0 {
			return nil, found, nil
		}
		return nil, nil, ErrUnauthorized
	case resp.StatusCode == http.StatusForbidden:
		return nil, nil, ErrUnauthorized
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusMethodNotAllowed:
		return nil, nil, fmt.Errorf("%w (HTTP status %d)", ErrNotONVIF, resp.StatusCode)
	}
	return body, nil, nil // faults come with 400 and 500, and from some cameras with 200
}

// skew is the camera's clock less ours, as far as known.
func (c *Client) skew() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}
