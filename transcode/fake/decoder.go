package fake

import (
	"encoding/binary"
	"fmt"

	"vantage/media"
	"vantage/transcode"
)

// Decoder implements [transcode.Decoder].
type Decoder struct {
	track   *media.Track
	before  *media.Frame
	number  int // of the next picture since the last IDR
	w, h    int
	waiting bool
	closed  bool
}

var _ transcode.Decoder = (*Decoder)(nil)

// NewDecoder returns a decoder for units of the fake encoder.
func NewDecoder(t *media.Track) (*Decoder, error) {
	if t.Codec != media.H264 {
		return nil, fmt.Errorf("fake: decode %v", t.Codec)
	}
	return &Decoder{track: t, waiting: true}, nil
}

// Decode implements [transcode.Decoder].
func (d *Decoder) Decode(u *media.Unit, emit func(*media.Frame)) error {
	if d.closed {
		return errClosed
	}
	if u == nil {
		return nil
	}
	if u.Track.Epoch != d.track.Epoch || !u.Track.SameParams(d.track) {
		d.track, d.waiting = u.Track, true
	}
	if d.waiting && !u.RandomAccess {
		return nil
	}
	f, err := d.decode(u)
	if err != nil {
		d.waiting = true
		return err
	}
	d.waiting = false
	f.PTS, f.ClockRate, f.Captured, f.Arrived = u.PTS, u.Track.ClockRate, u.Captured, u.Arrived
	if d.before != nil {
		d.before.Release()
	}
	f.Retain()
	d.before = f
	emit(f)
	f.Release()
	return nil
}

// decode returns the picture, owned by the caller.
func (d *Decoder) decode(u *media.Unit) (*media.Frame, error) {
	for _, part := range u.Parts {
		if len(part) == 0 {
			return nil, errSyntax
		}
		switch part[0] {
		case nalSPS:
			var err error
			if d.w, d.h, err = parseSPS(part); err != nil {
				return nil, err
			}
		case nalIDR, nalSlice:
			return d.slice(part)
		}
	}
	return nil, fmt.Errorf("%w: no slice", errSyntax)
}

func (d *Decoder) slice(b []byte) (*media.Frame, error) {
	if len(b) < sliceHeader || d.w == 0 {
		return nil, errSyntax
	}
	before := d.before
	number := int(binary.BigEndian.Uint16(b[1:]))
	switch {
	case b[0] == nalIDR:
		before = nil
	case before == nil, number != d.number, before.WidthPx != d.w, before.HeightPx != d.h:
		return nil, fmt.Errorf("%w: the picture before is lost", errSyntax)
	}
	cols, rows := grid(d.w, d.h)
	f := media.NewFrame(media.I420, d.w, d.h)
	size := cols * rows
	for _, p := range planes(f) {
		size += p.levels()
	}
	body, err := unpack(b[sliceHeader:], size)
	if err != nil {
		f.Release()
		return nil, err
	}
	d.number = number + 1
	qps, rest := body[:cols*rows], body[cols*rows:]
	for _, p := range planes(f) {
		decodePlane(f, p, rest[:p.levels()], before, qps)
		rest = rest[p.levels():]
	}
	return f, nil
}

// decodePlane adds the residual to the prediction.
func decodePlane(f *media.Frame, p plane, levels []byte, before *media.Frame, qps []byte) {
	prediction := predictionOf(before, p)
	for y := 0; y < p.heightPx; y += side {
		for x := 0; x < p.widthPx; x += side {
			var b block
			for i, q := range levels[:len(b)] {
				b[i] = int(int8(q))
			}
			levels = levels[len(b):]
			b.dequantise(p.step(qps, x, y))
			b.reconstruct(p, f.Planes[p.index], prediction, x, y)
		}
	}
}

// Close releases what the decoder holds.
func (d *Decoder) Close() error {
	d.closed = true
	if d.before != nil {
		d.before.Release()
		d.before = nil
	}
	return nil
}
