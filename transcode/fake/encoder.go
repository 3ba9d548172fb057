package fake

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"math"
	"sync/atomic"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// Name is the encoder's name in configurations.
const Name = "fake"

var errClosed = errors.New("fake: closed")

// Encoder implements [transcode.Encoder].
type Encoder struct {
	cfg    transcode.EncoderConfig
	track  *media.Track
	rate   rateControl
	before *media.Frame // the picture as the decoder has it
	qps    []byte       // by block
	body   []byte
	packed bytes.Buffer
	pack   *flate.Writer

	sinceIDR int
	lastPTS  int64
	forceKey atomic.Bool
	target   atomic.Int64
	closed   bool
}

var _ transcode.Encoder = (*Encoder)(nil)

// NewEncoder returns an encoder whose units claim to be of the codec H.264. Only size and rates of cfg matter.
func NewEncoder(cfg transcode.EncoderConfig) (*Encoder, error) {
	if cfg.WidthPx < blockPx || cfg.HeightPx < blockPx || cfg.WidthPx > maxSide || cfg.HeightPx > maxSide {
		return nil, hint.New(fmt.Errorf("fake: picture size %dx%d", cfg.WidthPx, cfg.HeightPx),
			fmt.Sprintf("use sides of %d to %d pixels", blockPx, maxSide))
	}
	if cfg.FrameRate <= 0 || cfg.ClockRate <= 0 {
		return nil, hint.New(fmt.Errorf("fake: frame rate %g, clock rate %d", cfg.FrameRate, cfg.ClockRate), "set both")
	}
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	e := &Encoder{
		cfg: cfg, pack: w, rate: newRateControl(cfg), lastPTS: math.MinInt64,
		track: &media.Track{
			ID: cfg.TrackID, Codec: media.H264, ClockRate: cfg.ClockRate, Epoch: cfg.Epoch, Params: [][]byte{sps(cfg.WidthPx, cfg.HeightPx), {nalPPS}},
			WidthPx: cfg.WidthPx, HeightPx: cfg.HeightPx, FrameRate: cfg.FrameRate, Profile: "Fake 1.0",
		},
	}
	cols, rows := grid(cfg.WidthPx, cfg.HeightPx)
	e.qps = make([]byte, cols*rows)
	return e, nil
}

// Encode implements [transcode.Encoder].
func (e *Encoder) Encode(f *media.Frame, emit func(*media.Unit)) error {
	switch {
	case e.closed:
		return errClosed
	case f == nil:
		return nil // nothing is held back
	case f.WidthPx != e.cfg.WidthPx || f.HeightPx != e.cfg.HeightPx:
		return fmt.Errorf("fake: picture of %dx%d in a stream of %dx%d: %w", f.WidthPx, f.HeightPx, e.cfg.WidthPx, e.cfg.HeightPx, transcode.ErrPictureSize)
	case f.Format != media.I420:
		return fmt.Errorf("fake: a picture in %v", f.Format)
	}
	pts := f.PTS
	if f.ClockRate > 0 {
		pts = media.Rescale(pts, f.ClockRate, e.cfg.ClockRate)
	}
	if pts <= e.lastPTS {
		return fmt.Errorf("fake: picture at pts %d after one at %d", pts, e.lastPTS)
	}
	e.lastPTS = pts
	if bps := int(e.target.Swap(0)); bps != 0 {
		e.rate.request(bps)
	}
	key := e.forceKey.Swap(false) || e.before == nil || e.sinceIDR >= e.gop()
	u, err := e.encode(f, key)
	if err != nil {
		return err
	}
	u.PTS, u.DTS, u.Captured, u.Arrived = pts, pts, f.Captured, f.Arrived
	e.rate.spent(u.Size()*8, key)
	emit(u)
	u.Release()
	return nil
}

func (e *Encoder) gop() int {
	if e.cfg.GOPFrames > 0 {
		return e.cfg.GOPFrames
	}
	return max(1, int(2*e.cfg.FrameRate))
}

// encode makes the unit of a picture, and keeps the picture as the decoder will have it.
func (e *Encoder) encode(f *media.Frame, key bool) (*media.Unit, error) {
	if key {
		e.sinceIDR = 0
	}
	qp := e.rate.qp()
	e.quantisers(f, qp)
	after := media.NewFrame(media.I420, f.WidthPx, f.HeightPx)
	e.body = append(e.body[:0], e.qps...)
	before := e.before
	if key {
		before = nil
	}
	for _, p := range planes(after) {
		e.body = code(e.body, p, f, before, after, e.qps)
	}
	if e.before != nil {
		e.before.Release()
	}
	e.before = after
	e.packed.Reset()
	if err := pack(&e.packed, e.pack, e.body); err != nil {
		return nil, err
	}
	u := media.NewUnit(e.track, e.packed.Len())
	u.RandomAccess = key
	header := [sliceHeader]byte{nalSlice, 0, 0, byte(qp)}
	if key {
		header[0] = nalIDR
		for _, p := range e.track.Params {
			u.Append(p)
		}
	}
	binary.BigEndian.PutUint16(header[1:], uint16(e.sinceIDR))
	u.AppendN(header[:], e.packed.Bytes())
	e.sinceIDR++
	return u, nil
}

// quantisers sets the QP of every block by the picture's regions; the first match wins.
func (e *Encoder) quantisers(f *media.Frame, base int) {
	cols, _ := grid(f.WidthPx, f.HeightPx)
	for i := range e.qps {
		block := image.Rect(0, 0, blockPx, blockPx).Add(image.Pt(i%cols*blockPx, i/cols*blockPx))
		e.qps[i] = byte(base)
		if !e.cfg.ROI {
			continue
		}
		for _, r := range f.Regions {
			if r.Rect.Overlaps(block) {
				e.qps[i] = byte(min(max(base+int(math.Round(float64(r.QOffset)*maxQP)), 0), maxQP))
				break
			}
		}
	}
}

// predictionOf returns the plane of the picture before; nil for an intra picture.
func predictionOf(before *media.Frame, p plane) []byte {
	if before == nil {
		return nil
	}
	return before.Planes[p.index]
}

// code appends the quantised residual of a plane, a byte a coefficient, and writes what the decoder will see into after.
func code(dst []byte, p plane, f, before, after *media.Frame, qps []byte) []byte {
	pix, prediction := f.Planes[p.index], predictionOf(before, p)
	for y := 0; y < p.heightPx; y += side {
		for x := 0; x < p.widthPx; x += side {
			var b block
			for dy := range min(side, p.heightPx-y) {
				for dx := range min(side, p.widthPx-x) {
					at := (y+dy)*p.stride + x + dx
					b[dy*side+dx] = int(pix[(y+dy)*f.Strides[p.index]+x+dx]) - p.predict(prediction, at)
				}
			}
			s := p.step(qps, x, y)
			b.hadamard()
			b.quantise(s)
			for _, q := range b {
				dst = append(dst, byte(int8(q)))
			}
			b.dequantise(s)
			b.reconstruct(p, after.Planes[p.index], prediction, x, y)
		}
	}
	return dst
}

// Request implements [transcode.Encoder].
func (e *Encoder) Request(r media.Request) error {
	if r.KeyFrame {
		e.forceKey.Store(true)
	}
	if r.BitrateBPS != 0 {
		e.target.Store(int64(r.BitrateBPS))
	}
	return nil
}

// Track implements [transcode.Encoder].
func (e *Encoder) Track() *media.Track { return e.track }

// Caps implements [transcode.Encoder].
func (e *Encoder) Caps() transcode.Caps {
	return transcode.Caps{Encoder: Name, ROI: true, Bitrate: true, ForceIDR: true, Formats: []media.PixelFormat{media.I420}}
}

// Close releases what the encoder holds.
func (e *Encoder) Close() error {
	e.closed = true
	if e.before != nil {
		e.before.Release()
		e.before = nil
	}
	return nil
}
