package worker

import (
	"context"
	"sync"
	"time"

	"vantage/media"
)

// passthrough publishes the source's own units on every active output whose viewers can take them, for as long as
// the circuit is open.
func (s *Stream) passthrough(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for _, r := range s.o.Pipeline().Renditions {
		if hub := s.o.Outputs[r.Name]; hub != nil {
			wg.Go(func() { relayKeyFrames(ctx, hub, s.o.Source) })
		}
	}
	sub := s.o.Source.SubscribeKind(media.QueueConfig{Edge: "hub-passthrough", MaxAge: inputAge}, media.Video)
	defer sub.Close()
	var from *media.Track
	outs := map[*media.Hub]*media.Track{}
	for {
		u, err := sub.Pop(ctx)
		if err != nil {
			if ctx.Err() == nil {
				<-ctx.Done() // the source has ended; the circuit stays open
			}
			return
		}
		if u.Track != from {
			from = u.Track
			outs = s.passthroughTracks(from)
		}
		for hub, t := range outs {
			p := u.Derive()
			p.Track = t
			hub.Publish(p)
			p.Release()
		}
		u.Release()
	}
}

// relayKeyFrames passes the viewers' wishes for key frames of one output on to the source. Their bitrate has nobody to hear it: a source
// is not ours to slow.
func relayKeyFrames(ctx context.Context, from, to *media.Hub) {
	for {
		select {
		case <-from.Demand().C():
		case <-ctx.Done():
			return
		}
		if r, ok := from.Demand().Take(); ok && r.KeyFrame {
			to.Demand().RequestKeyFrame()
		}
	}
}

// passthroughTracks announces the source's track on the outputs that have its codec.
func (s *Stream) passthroughTracks(from *media.Track) map[*media.Hub]*media.Track {
	outs := map[*media.Hub]*media.Track{}
	if from.Reordered {
		return outs // no WebRTC viewer could show it
	}
	for _, r := range s.o.Pipeline().Renditions {
		if hub := s.o.Outputs[r.Name]; hub != nil && r.Codec == from.Codec {
			outs[hub] = announce(hub, []*media.Track{from})[0]
		}
	}
	return outs
}
