package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// Bounds of one rendition's encoder.
const (
	reopenAfter      = 2 * time.Second // between attempts to open an encoder that failed
	defaultFrameRate = 30              // assumed while the source's is unknown
	frameClockRate   = 90000
)

// rung is one rendition: its queue, scaler, encoder and the goroutine that drives them.
type rung struct {
	cfg     Rendition
	b       Backends
	pub     media.Publisher
	offline bool
	nominal func() float64
	fatal   func(error)
	log     *slog.Logger
	queue   *frameQueue
	paced   pacer
	done    chan struct{} // closed when run has returned

	// Below: the goroutine of run alone.
	enc      transcode.Encoder
	scaler   transcode.Scaler
	in       shape
	track    *media.Track // as published, with our epoch
	retryAt  time.Time
	interval frameInterval

	mu    sync.Mutex
	stats RenditionStats
}

func newRung(c Rendition, b Backends, pub media.Publisher, offline bool, nominal func() float64, fatal func(error), log *slog.Logger) *rung {
	return &rung{
		cfg: c, b: b, pub: pub, offline: offline, nominal: nominal, fatal: fatal, log: log, queue: newFrameQueue(offline),
		paced: pacer{fps: c.FPS}, done: make(chan struct{}), stats: RenditionStats{State: Starting},
	}
}

// pace reports whether the rendition's frame rate has room for f. It is called in order by the decoder's goroutine.
func (r *rung) pace(f *media.Frame) bool { return r.paced.take(f) }

// shape is what an encoder is opened for.
type shape struct {
	size      media.Size
	format    media.PixelFormat
	fullRange bool
}

func shapeOf(f *media.Frame) shape {
	return shape{media.Size{WidthPx: f.WidthPx, HeightPx: f.HeightPx}, f.Format, f.FullRange}
}

// run encodes until the queue is closed (then it flushes) or ctx ends.
func (r *rung) run(ctx context.Context) {
	defer close(r.done)
	defer r.close()
	defer r.queue.drain()
	for {
		f := r.queue.pop(ctx)
		if f == nil {
			if ctx.Err() == nil {
				r.flush()
			}
			return
		}
		r.encode(f)
		f.Release()
	}
}

// flush has the encoder give what it holds back.
func (r *rung) flush() {
	if r.enc == nil {
		return
	}
	if err := r.enc.Encode(nil, r.emit); err != nil {
		r.fail(fmt.Errorf("flush: %w", err))
	}
}

// encode takes one borrowed picture.
func (r *rung) encode(f *media.Frame) {
	start := time.Now()
	r.interval.observe(f)
	if s := shapeOf(f); s != r.in {
		r.flush()
		r.close()
		r.in = s
	}
	if r.enc == nil && !r.open(f, start) {
		return
	}
	if q, ok := r.pub.Demand().Take(); ok {
		r.request(q)
	}
	picture := f
	if r.scaler != nil {
		scaled, err := r.scaler.Scale(f)
		if err != nil {
			r.fail(fmt.Errorf("scale: %w", err))
			r.close()
			return
		}
		defer scaled.Release()
		picture = scaled
	}
	if err := r.enc.Encode(picture, r.emit); err != nil {
		r.fail(fmt.Errorf("encode: %w", err))
		r.close()
		return
	}
	r.mu.Lock()
	r.stats.EncodeTime += time.Since(start)
	r.mu.Unlock()
}

// request passes the viewers' wishes on, with the bitrate held between the configured bounds.
func (r *rung) request(q media.Request) {
	if q.BitrateBPS != 0 {
		lo, hi := int(r.cfg.Bitrate.Min), int(r.cfg.Bitrate.Max)
		if q.BitrateBPS < 0 {
			q.BitrateBPS = hi // nobody limits it any more
		}
		q.BitrateBPS = max(lo, min(q.BitrateBPS, hi))
	}
	if err := r.enc.Request(q); err != nil {
		r.log.Warn("encoder did not take a request", "err", err)
	}
}

// open makes the scaler and the encoder for pictures like f; it waits reopenAfter between attempts.
func (r *rung) open(f *media.Frame, now time.Time) bool {
	if now.Before(r.retryAt) {
		return false
	}
	size := r.cfg.Size
	if size.IsZero() {
		size = r.in.size
	}
	// Chroma is halved both ways, and every codec here codes even sizes best.
	size.WidthPx, size.HeightPx = max(size.WidthPx&^1, 2), max(size.HeightPx&^1, 2)
	fps := r.interval.rate(r.nominal())
	if r.cfg.FPS > 0 {
		fps = min(fps, r.cfg.FPS)
	}
	enc, err := r.b.Encoder(transcode.EncoderConfig{
		Encoder: r.cfg.Encoder, Codec: r.cfg.Codec, TrackID: "video",
		WidthPx: size.WidthPx, HeightPx: size.HeightPx, FrameRate: fps, ClockRate: frameClockRate,
		Rate:      transcode.RateControl{CRF: transcode.CRF(r.cfg.Codec, r.cfg.CRF), BitrateBPS: r.cfg.TargetBPS, MaxBitrateBPS: int(r.cfg.Bitrate.Max)},
		Preset:    r.cfg.Preset,
		GOPFrames: max(1, int(r.cfg.KeyInterval*fps+0.5)),
		Offline:   r.offline,
		ROI:       r.cfg.ROI,
		FullRange: f.FullRange,
	})
	if err != nil {
		r.fail(fmt.Errorf("open encoder: %w", err))
		return false
	}
	if size != r.in.size || !slices.Contains(enc.Caps().Formats, f.Format) {
		s, err := r.b.Scaler(size, media.I420)
		if err != nil {
			_ = enc.Close()
			r.fail(fmt.Errorf("open scaler: %w", err))
			return false
		}
		r.scaler = s
	}
	r.enc = enc
	r.announce(enc.Track())
	if b := r.pub.Demand().Bitrate(); b > 0 { // wished of the encoder before
		r.request(media.Request{BitrateBPS: b})
	}
	r.mu.Lock()
	r.stats.Encoder, r.stats.WidthPx, r.stats.HeightPx = enc.Caps().Encoder, size.WidthPx, size.HeightPx
	r.mu.Unlock()
	r.log.Info("encoder open", "encoder", enc.Caps().Encoder, "size", size, "fps", fps)
	return true
}

// announce publishes the track, with the next epoch when it differs from the last one.
func (r *rung) announce(t *media.Track) {
	n := *t
	if r.track != nil {
		n.Epoch = r.track.Epoch
		if !r.track.SameParams(t) {
			n.Epoch++
		}
	}
	r.track = &n
	r.pub.SetTracks([]*media.Track{r.track})
}

// emit publishes one borrowed unit of the encoder under the published track.
func (r *rung) emit(u *media.Unit) {
	d := u.Derive()
	d.Track = r.track
	r.mu.Lock()
	r.stats.State, r.stats.Err, r.stats.Hint = Live, "", ""
	r.stats.Frames++
	r.stats.Bytes += uint64(u.Size())
	if u.RandomAccess {
		r.stats.KeyFrames++
	}
	r.mu.Unlock()
	r.pub.Publish(d)
	d.Release()
}

func (r *rung) fail(err error) {
	r.fatal(err)
	r.retryAt = time.Now().Add(reopenAfter)
	r.log.Error("rendition failed", "err", err, "hint", hint.Of(err))
	r.mu.Lock()
	r.stats.State, r.stats.Err, r.stats.Hint = Failed, err.Error(), hint.Of(err)
	r.mu.Unlock()
}

// close frees the encoder and the scaler; the next picture opens new ones.
func (r *rung) close() {
	if r.enc != nil {
		if err := r.enc.Close(); err != nil {
			r.log.Warn("close encoder", "err", err)
		}
		r.enc = nil
	}
	if r.scaler != nil {
		if err := r.scaler.Close(); err != nil {
			r.log.Warn("close scaler", "err", err)
		}
		r.scaler = nil
	}
}

func (r *rung) snapshot() RenditionStats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stats
	s.FramesDropped = r.queue.drops()
	return s
}
