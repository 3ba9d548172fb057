package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
)

const (
	joinTimeout = 30 * time.Second
	maxAnswer   = 1 << 20
)

// viewer is one WHEP session.
type viewer struct {
	o     options
	creds *credentials

	began     time.Time
	resource  string // URL of the session
	conn      *transport
	dtls      *dtls.Conn
	connected time.Duration // from the POST on
}

func newViewer(o options, creds *credentials) *viewer { return &viewer{o: o, creds: creds} }

// join posts an offer and returns when the DTLS handshake is complete.
func (v *viewer) join(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	socket, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return err
	}
	_ = socket.SetReadBuffer(1 << 20) // best effort
	local := iceCredentials{ufrag: rand.Text()[:8], pwd: rand.Text()}
	v.began = time.Now()
	body, err := v.post(ctx, offer(local, v.creds.fingerprint))
	if err != nil {
		socket.Close()
		return err
	}
	a, err := parseAnswer(body)
	if err != nil {
		socket.Close()
		return err
	}
	v.conn = newTransport(socket, local, a, v.host())
	stop := context.AfterFunc(ctx, func() { _ = v.conn.Close() })
	defer stop()
	if err := v.conn.check(ctx); err != nil {
		_ = v.conn.Close()
		return err
	}
	if v.dtls, err = v.creds.handshake(ctx, v.conn, a.serverIsActive); err != nil {
		_ = v.conn.Close()
		return fmt.Errorf("DTLS: %w", err)
	}
	v.connected = time.Since(v.began)
	go v.conn.keepConsent()
	return nil
}

func (v *viewer) post(ctx context.Context, sdp string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.o.url, strings.NewReader(sdp))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/sdp")
	if v.o.token != "" {
		req.Header.Set("Authorization", "Bearer "+v.o.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("POST %s: %s: %.300s", v.o.url, resp.Status, body)
	}
	location, err := resp.Request.URL.Parse(resp.Header.Get("Location"))
	if err != nil {
		return "", fmt.Errorf("location: %w", err)
	}
	v.resource = location.String()
	return string(body), nil
}

// leave ends the session.
func (v *viewer) leave() {
	if v.resource != "" {
		if req, err := http.NewRequest(http.MethodDelete, v.resource, nil); err == nil {
			if v.o.token != "" {
				req.Header.Set("Authorization", "Bearer "+v.o.token)
			}
			if resp, err := http.DefaultClient.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		}
	}
	if v.conn != nil {
		_ = v.conn.Close()
	}
	if v.dtls != nil {
		_ = v.dtls.Close()
	}
}

// host is the server's address where the URL names one: the candidate to prefer.
func (v *viewer) host() netip.Addr {
	u, err := url.Parse(v.o.url)
	if err != nil {
		return netip.Addr{}
	}
	addr, _ := netip.ParseAddr(u.Hostname())
	return addr
}

func (v *viewer) counts() counts {
	if v.conn == nil || v.connected == 0 {
		return counts{}
	}
	return v.conn.rtp.snapshot()
}

// counts are what a viewer has received.
type counts struct {
	packets, bytes, frames, expected, audio int64
	first                                   time.Time // of video
	frame                                   time.Time // when the first frame was complete
}

// rtpCounter reads the headers of RTP packets. The goroutine that reads the socket writes, others take snapshots.
type rtpCounter struct {
	video uint8 // payload type of video

	started bool
	highest uint64 // extended sequence number
	lowest  uint64
	ts      uint32

	packets, bytes, frames, expected, audio atomic.Int64
	first, frame                            atomic.Pointer[time.Time]
}

// add counts one packet. Frames are counted by their marker, or, where it was lost, by the change of the timestamp.
func (c *rtpCounter) add(b []byte, now time.Time) {
	if len(b) < 12 {
		return
	}
	if b[1]&0x7f != c.video {
		if b[1] < 192 || b[1] > 223 { // not RTCP (RFC 5761 §4)
			c.audio.Add(1)
		}
		return
	}
	seq, ts := uint16(b[2])<<8|uint16(b[3]), uint32(b[4])<<24|uint32(b[5])<<16|uint32(b[6])<<8|uint32(b[7])
	if !c.started {
		c.started, c.lowest, c.highest, c.ts = true, uint64(seq)+1<<16, uint64(seq)+1<<16, ts
		c.first.Store(&now)
	}
	if ext := c.highest + uint64(int64(int16(seq-uint16(c.highest)))); ext > c.highest {
		c.highest = ext
	}
	c.packets.Add(1)
	c.bytes.Add(int64(len(b)))
	c.expected.Store(int64(c.highest - c.lowest + 1))
	if ts != c.ts {
		c.ts = ts
		c.frames.Add(1)
	}
	if b[1]&0x80 != 0 && c.frame.Load() == nil {
		c.frame.Store(&now)
	}
}

func (c *rtpCounter) snapshot() counts {
	s := counts{
		packets: c.packets.Load(), bytes: c.bytes.Load(), frames: c.frames.Load(), expected: c.expected.Load(), audio: c.audio.Load(),
	}
	if t := c.first.Load(); t != nil {
		s.first = *t
	}
	if t := c.frame.Load(); t != nil {
		s.frame = *t
	}
	return s
}

var errNoCandidate = errors.New("no candidate of the server answers")
