package worker

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"vantage/internal/hint"
	"vantage/internal/pipeline"
	"vantage/media"
	"vantage/roi"
)

// Bounds of the child.
const (
	statsInterval = time.Second
	helloTimeout  = 10 * time.Second

	// inputAge is the hub → decoder bound: older units are dropped up to a random-access unit. A decoder catches up several times
	// faster than real time and the frame queues behind it skip what is late, while a drop here stands until the next
	// IDR, which most cameras send when they like: so the bound is for a decoder that cannot keep up, not for a hiccup.
	inputAge = time.Second
)

type helloBody struct {
	Version  int
	Pipeline pipeline.Config
}

// Backends makes the constructors of the stages for a configuration.
type Backends func(c pipeline.Config, log *slog.Logger) pipeline.Backends

// child is the worker process's side of one connection.
type child struct {
	conn  *conn
	log   *slog.Logger
	graph *pipeline.Graph
	input *media.Queue
	outs  map[string]*wirePublisher // fixed after the hello

	tracks []*media.Track // of the input; the reader's alone
}

// Serve runs the child's side on c until the parent ends it, and returns nil when the input ended and all was flushed, or the parent went away. The
// caller exits the process then.
func Serve(ctx context.Context, c net.Conn, backends Backends, log *slog.Logger) error {
	defer c.Close()
	w := &child{conn: newConn(c), log: log}
	hello, err := w.hello()
	if err != nil {
		return err
	}
	w.outs = map[string]*wirePublisher{pipeline.AudioOutput: w.publisher(1, pipeline.AudioOutput)}
	for i, r := range hello.Pipeline.Renditions {
		w.outs[r.Name] = w.publisher(uint8(i+2), r.Name)
	}
	needKey := func() { _ = w.conn.send(msgKey) } // a dead parent is noticed by the reader
	w.input = media.NewQueue(media.QueueConfig{Edge: "worker-decoder", MaxAge: inputAge}, needKey)
	w.graph = pipeline.New(hello.Pipeline, backends(hello.Pipeline, log), func(name string) media.Publisher { return w.outs[name] }, pipeline.Hooks{
		Plan:    func(p *roi.Plan) { _ = w.conn.sendJSON(msgPlan, p) },
		Corrupt: func(error) { needKey() },
	}, log)

	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer c.Close() // unblocks the reader
	defer cancel(nil)
	wg.Go(func() {
		cancel(w.read()) // the parent is gone or talks nonsense: nothing is worth flushing
	})
	wg.Go(func() { w.heartbeat(ctx) })
	err = w.graph.Run(ctx, w.input)
	w.input.Close(nil)
	w.input.Drain()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		_ = w.conn.sendJSON(msgFault, faultBody{err.Error(), hint.Of(err)})
		return err
	}
	return w.conn.send(msgEnd)
}

func (w *child) hello() (helloBody, error) {
	t, b, err := w.conn.receive(helloTimeout)
	if err != nil {
		return helloBody{}, fmt.Errorf("worker: read configuration: %w", err)
	}
	var h helloBody
	if t != msgHello {
		return h, fmt.Errorf("worker: message %d before the configuration", t)
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return h, fmt.Errorf("worker: parse configuration: %w", err)
	}
	if h.Version != protocolVersion {
		return h, hint.New(fmt.Errorf("worker: parent speaks protocol %d, this binary %d", h.Version, protocolVersion),
			"restart the server: its binary was replaced while it ran")
	}
	return h, nil
}

// read takes messages until the connection ends.
func (w *child) read() error {
	for {
		t, b, err := w.conn.receive(0)
		if err != nil {
			return err
		}
		if err := w.message(t, b); err != nil {
			return fmt.Errorf("worker: message %d: %w", t, err)
		}
	}
}

func (w *child) message(t messageType, b []byte) error {
	switch t {
	case msgUnit:
		u, err := parseUnit(b, func(_, i uint8) *media.Track {
			if int(i) < len(w.tracks) {
				return w.tracks[i]
			}
			return nil
		})
		if err != nil || u == nil {
			return err
		}
		w.input.Push(u)
		u.Release()
		return nil
	case msgTracks:
		body, err := parseTracks(b)
		if err != nil {
			return err
		}
		w.tracks = body.Tracks
		return nil
	case msgActive:
		var names []string
		if err := json.Unmarshal(b, &names); err != nil {
			return err
		}
		w.graph.SetActive(names)
		return nil
	case msgRequest:
		var body requestBody
		if err := json.Unmarshal(b, &body); err != nil {
			return err
		}
		if p := w.outs[body.Output]; p != nil {
			p.request(body.Request)
		}
		return nil
	case msgSnapshot:
		var body snapshotBody
		if err := json.Unmarshal(b, &body); err != nil {
			return err
		}
		w.graph.Snapshot(body.WidthPx, func(jpeg []byte) {
			var head [snapshotHeaderBytes]byte
			binary.BigEndian.PutUint32(head[:], uint32(body.WidthPx))
			_ = w.conn.send(msgSnapshot, head[:], jpeg)
		})
		return nil
	case msgEnd:
		w.input.Close(io.EOF)
		return nil
	default:
		return errors.New("unknown type")
	}
}

func (w *child) heartbeat(ctx context.Context) {
	tick := time.NewTicker(statsInterval)
	defer tick.Stop()
	for {
		if err := w.conn.sendJSON(msgStats, w.graph.Stats()); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (w *child) publisher(index uint8, name string) *wirePublisher {
	return &wirePublisher{conn: w.conn, index: index, name: name, demand: media.NewDemand()}
}

// wirePublisher is an output of the child: what is published goes to the parent.
type wirePublisher struct {
	conn   *conn
	index  uint8
	name   string
	demand *media.Demand

	mu     sync.Mutex
	tracks []*media.Track
}

// SetTracks implements [media.Publisher].
func (p *wirePublisher) SetTracks(tracks []*media.Track) {
	p.mu.Lock()
	p.tracks = append([]*media.Track(nil), tracks...)
	p.mu.Unlock()
	_ = p.conn.sendJSON(msgTracks, tracksBody{p.index, p.name, tracks}) // a dead parent is noticed by the reader
}

// Publish implements [media.Publisher].
func (p *wirePublisher) Publish(u *media.Unit) {
	p.mu.Lock()
	tracks := p.tracks
	p.mu.Unlock()
	for i, t := range tracks {
		if t == u.Track {
			_ = p.conn.sendUnit(p.index, uint8(i), u)
			return
		}
	}
}

// Demand implements [media.Publisher].
func (p *wirePublisher) Demand() *media.Demand { return p.demand }

func (p *wirePublisher) request(r media.Request) {
	if r.KeyFrame {
		p.demand.RequestKeyFrame()
	}
	if r.BitrateBPS != 0 {
		p.demand.SetBitrate(max(r.BitrateBPS, 0))
	}
}
