package worker

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"sync"
	"time"

	"vantage/media"
)

// MaxMessageBytes bounds one message: an access unit of an 8K intra picture fits several times.
const MaxMessageBytes = 32 << 20

// writeTimeout is how long a peer may not read before it counts as hung.
const writeTimeout = 3 * time.Second

// messageType is the byte after a message's length.
type messageType byte

const (
	msgHello    messageType = iota + 1 // parent: helloBody
	msgTracks                          // both: tracksBody
	msgUnit                            // both: binary
	msgActive                          // parent: []string
	msgRequest                         // parent: requestBody
	msgEnd                             // parent: the input has ended; child: all is flushed
	msgStats                           // child: pipeline.Stats
	msgPlan                            // child: roi.Plan
	msgKey                             // child: the decoder needs a random-access unit
	msgFault                           // child: faultBody, before it gives up
	msgSnapshot                        // parent: snapshotBody; child: the width asked for (u32) and the JPEG
)

// protocolVersion changes when messages do; parent and child are the same binary but for an upgrade under way.
const protocolVersion = 1

// inputIndex is the output index of what flows from parent to child.
const inputIndex = 0

type tracksBody struct {
	Index  uint8 // how units name the output; inputIndex towards the child
	Output string
	Tracks []*media.Track
}

// parseTracks reads a tracks message. Whatever state its sender is in, the tracks can be used.
func parseTracks(b []byte) (tracksBody, error) {
	var body tracksBody
	if err := json.Unmarshal(b, &body); err != nil {
		return body, fmt.Errorf("tracks message: %w", err)
	}
	if len(body.Tracks) > math.MaxUint8 {
		return body, fmt.Errorf("tracks message with %d tracks", len(body.Tracks))
	}
	for _, t := range body.Tracks {
		if t == nil || t.Kind() == 0 || t.ClockRate <= 0 {
			return body, errors.New("tracks message with a track without codec or clock rate")
		}
	}
	return body, nil
}

type requestBody struct {
	Output  string
	Request media.Request
}

type snapshotBody struct{ WidthPx int }

// snapshotHeaderBytes is what precedes the JPEG in the child's answer.
const snapshotHeaderBytes = 4

type faultBody struct{ Error, Hint string }

// conn frames messages on a stream socket. Writes are safe for concurrent use; one goroutine reads.
type conn struct {
	c net.Conn
	r *bufio.Reader

	mu  sync.Mutex
	w   *bufio.Writer
	buf []byte // read buffer, reused
}

func newConn(c net.Conn) *conn {
	return &conn{c: c, r: bufio.NewReaderSize(c, 256<<10), w: bufio.NewWriterSize(c, 256<<10)}
}

func (c *conn) sendJSON(t messageType, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("worker message %d: %w", t, err)
	}
	return c.send(t, b)
}

// send writes one message whose payload is the concatenation of the pieces.
func (c *conn) send(t messageType, pieces ...[]byte) error {
	n := 1
	for _, p := range pieces {
		n += len(p)
	}
	if n > MaxMessageBytes {
		return fmt.Errorf("worker message of %d bytes, at most %d", n, MaxMessageBytes)
	}
	var head [5]byte
	binary.BigEndian.PutUint32(head[:], uint32(n))
	head[4] = byte(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, _ = c.w.Write(head[:]) // bufio keeps the first error for Flush
	for _, p := range pieces {
		_, _ = c.w.Write(p)
	}
	return c.w.Flush()
}

// receive reads one message; the payload is valid until the next call. A zero timeout waits without end.
func (c *conn) receive(timeout time.Duration) (messageType, []byte, error) {
	deadline := time.Time{}
	if timeout > 0 {
		deadline = time.Now().Add(timeout)
	}
	if err := c.c.SetReadDeadline(deadline); err != nil {
		return 0, nil, err
	}
	t, payload, err := readMessage(c.r, c.buf)
	if cap(payload) > cap(c.buf) {
		c.buf = payload
	}
	return t, payload, err
}

// readMessage reads one message into buf, or into a larger buffer where it does not fit.
func readMessage(r io.Reader, buf []byte) (messageType, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:4]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[:4])
	if n < 1 || n > MaxMessageBytes {
		return 0, nil, fmt.Errorf("worker message of %d bytes, want 1 to %d", n, MaxMessageBytes)
	}
	if _, err := io.ReadFull(r, head[4:]); err != nil {
		return 0, nil, noEOF(err)
	}
	if cap(buf) < int(n-1) {
		buf = make([]byte, n-1)
	}
	buf = buf[:n-1]
	if _, err := io.ReadFull(r, buf); err != nil {
		return 0, nil, noEOF(err)
	}
	return messageType(head[4]), buf, nil
}

// noEOF tells a message cut short from a clean end.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
