package fanout

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"vantage/media"
)

// keyFrameRetry is how often a key frame is asked for again while a viewer waits for one: a request may be lost on its way.
const keyFrameRetry = time.Second

// feedKey names a track to watch.
type feedKey struct {
	hub  *media.Hub
	kind media.Kind
}

// feed packetises one track for all of its viewers.
type feed struct {
	fan   *Fan
	key   feedKey
	codec media.Codec
	ring  ring
	users int    // guarded by Fan.mu
	stop  func() // ends run

	// members counts the streams by lane, so that a burst goes only where somebody waits for it.
	members []atomic.Int32

	waiting atomic.Bool // some stream has not started and needs a random-access burst
}

// run packetises until the hub ends, the codec changes, or nobody watches any more.
func (f *feed) run(ctx context.Context) error {
	defer f.ring.drop()
	p, err := newPacketizer(f.codec)
	if err != nil {
		return err
	}
	sub := f.key.hub.SubscribeKind(media.QueueConfig{Edge: "hub-viewer", MaxAge: f.fan.cfg.MaxAge}, f.key.kind)
	defer sub.Close()
	var asked time.Time
	for {
		u, err := sub.Pop(ctx)
		if err != nil {
			return err
		}
		if u.Track.Codec != f.codec {
			err = &CodecError{From: f.codec, To: u.Track.Codec}
			u.Release()
			return err
		}
		now := time.Now()
		b := newBurst()
		err = p.fill(b, u)
		u.Release()
		if err != nil {
			f.fan.metrics.droppedUnits.Inc()
			f.fan.log.Debug("unit not packetised", "hub", f.key.hub.Name(), "err", err)
			b.release()
			continue
		}
		if b.random {
			f.waiting.Store(false)
		} else if now.Sub(asked) >= keyFrameRetry && f.waiting.Load() {
			asked = now
			f.requestKeyFrame()
		}
		f.ring.append(b, now)
		for i, l := range f.fan.lanes {
			if f.members[i].Load() > 0 {
				l.push(f, b)
			}
		}
		b.release()
	}
}

// requestKeyFrame passes a wish upstream, where those of all viewers are merged.
func (f *feed) requestKeyFrame() { f.key.hub.Demand().RequestKeyFrame() }

// CodecError ends the viewers of a stream whose codec changed: what was negotiated cannot carry it.
type CodecError struct{ From, To media.Codec }

func (e *CodecError) Error() string {
	return fmt.Sprintf("the stream changed from %s to %s: join again", e.From, e.To)
}
