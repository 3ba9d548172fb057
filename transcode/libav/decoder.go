//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/asticode/go-astiav"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// maxSkippedUnits is how long a decoder waits for a random-access unit before it tries what comes: some cameras send one IDR
// and refresh the picture by intra blocks from then on. Twenty seconds at 30 pictures a second.
const maxSkippedUnits = 600

// errCorrupt is reported for a picture that libav decoded with concealed errors or missing references.
var errCorrupt = errors.New("the picture is damaged or refers to a lost one")

// Decoder decodes the units of one video track. It follows changes of the track's parameters. It implements
// [transcode.Decoder].
type Decoder struct {
	opt     DecoderOptions
	track   *media.Track
	ctx     *astiav.CodecContext
	packet  *astiav.Packet
	times   stamps
	convert *Scaler // for pixel formats that the kernel has not
	waiting bool    // for a random-access unit
	skipped int
	gaps    bool // lost references are no loss: the track has temporal layers
	closed  bool
	guard   guard
}

var _ transcode.Decoder = (*Decoder)(nil)

// NewDecoder opens a decoder for the track.
func NewDecoder(t *media.Track, opt DecoderOptions) (*Decoder, error) {
	if t.Kind() != media.Video {
		return nil, fmt.Errorf("libav: decode track %q: %v is not a video codec", t.ID, t.Codec)
	}
	opt.Threads = max(opt.Threads, 1)
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	d := &Decoder{opt: opt, packet: newPacket()}
	d.guard = arm(d)
	if err := d.open(t); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Decoder) open(t *media.Track) error {
	codec := astiav.FindDecoder(codecIDs[t.Codec])
	if codec == nil {
		return hint.New(fmt.Errorf("libav: this FFmpeg has no decoder for %v", t.Codec), "install an FFmpeg built with it; 'vantage doctor' lists what it has")
	}
	ctx := astiav.AllocCodecContext(codec)
	// Frame threads would hold back a picture for each thread. Low delay also makes dav1d return every picture at once; where
	// pictures are reordered it would return them in the wrong order.
	ctx.SetThreadType(astiav.ThreadTypeSlice)
	ctx.SetThreadCount(d.opt.Threads)
	if !t.Reordered {
		ctx.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagLowDelay))
	}
	codecContextC(ctx).pkt_timebase = C.AVRational{1, C.int(t.ClockRate)}
	if len(t.Params) > 0 {
		extra := make([]byte, streamBytes(t.Params))
		extra = extra[:writeParts(extra, t.Codec, t.Params)]
		if err := ctx.SetExtraData(extra); err != nil {
			ctx.Free()
			return err
		}
	}
	if err := avError(C.vantage_watch(codecContextC(ctx))); err != nil {
		ctx.Free()
		return err
	}
	if _, err := openCodec(ctx, codec, nil); err != nil {
		freeDecoder(ctx)
		return fmt.Errorf("libav: decode %v: %w", t.Codec, err)
	}
	d.track, d.ctx, d.gaps = t, ctx, gapsAllowed(t)
	d.waiting, d.skipped = true, 0
	return nil
}

// Decode implements [transcode.Decoder].
func (d *Decoder) Decode(u *media.Unit, emit func(*media.Frame)) error {
	if d.closed {
		return ErrClosed
	}
	if u == nil {
		return d.flush(emit)
	}
	if u.Track != d.track && !sameDecoder(u.Track, d.track) {
		if err := d.reopen(u.Track, emit); err != nil {
			return err
		}
	}
	if d.ctx == nil {
		if err := d.open(u.Track); err != nil {
			return err
		}
	}
	if d.waiting && !u.RandomAccess && d.skipped < maxSkippedUnits {
		d.skipped++
		return nil
	}
	d.waiting, d.skipped = false, 0
	if err := fillPacket(d.packet, d.track.Codec, u.Parts, u.PTS, u.DTS); err != nil {
		return d.fail(u.PTS, err)
	}
	d.times.put(u.PTS, u.Captured, u.Arrived)
	err := d.ctx.SendPacket(d.packet)
	d.packet.Unref()
	if err != nil {
		return d.fail(u.PTS, err)
	}
	if err := d.receive(emit); err != nil {
		return d.fail(u.PTS, err)
	}
	return nil
}

// sameDecoder reports whether units of both tracks go through one decoder without a change.
func sameDecoder(a, b *media.Track) bool { return a.Epoch == b.Epoch && a.SameParams(b) }

func (d *Decoder) reopen(t *media.Track, emit func(*media.Frame)) error {
	if t.Kind() != media.Video {
		return fmt.Errorf("libav: decode track %q: %v is not a video codec", t.ID, t.Codec)
	}
	err := d.flush(emit)
	if d.ctx != nil {
		freeDecoder(d.ctx)
		d.ctx = nil
	}
	d.opt.Log.Info("decoder reopened", "track", t.ID, "codec", t.Codec, "epoch", t.Epoch)
	return errors.Join(err, d.open(t))
}

// fail starts the decoder anew, to wait for the next random-access unit. A flush would not do: parameters that damage made up
// would stay, above all a reordering depth, which delays every picture from then on.
func (d *Decoder) fail(pts int64, err error) error {
	err = fmt.Errorf("libav: decode %v unit at pts %d: %w", d.track.Codec, pts, err)
	d.opt.Metrics.DecodeError()
	freeDecoder(d.ctx)
	d.ctx = nil
	return errors.Join(err, d.open(d.track))
}

func (d *Decoder) flush(emit func(*media.Frame)) error {
	if d.ctx == nil {
		return nil
	}
	err := d.ctx.SendPacket(nil)
	if err == nil {
		err = d.receive(emit)
	}
	C.avcodec_flush_buffers(codecContextC(d.ctx))
	d.waiting = true
	if err != nil {
		return fmt.Errorf("libav: flush %v decoder: %w", d.track.Codec, err)
	}
	return nil
}

// receive emits every picture that is ready, up to a damaged one.
func (d *Decoder) receive(emit func(*media.Frame)) error {
	var damage error
	for {
		p := newPicture()
		err := d.ctx.ReceiveFrame(p.av)
		if err != nil {
			p.Free()
			if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
				return damage
			}
			return err
		}
		if d.damaged(p) {
			damage = errCorrupt
		}
		if damage != nil {
			p.Free()
			continue
		}
		f, err := d.wrap(p)
		if err != nil {
			return err
		}
		d.opt.Metrics.Decoded()
		emit(f)
		f.Release()
	}
}

// damaged reports whether libav concealed something in the picture, as far as it noticed.
func (d *Decoder) damaged(p *picture) bool {
	c := p.c()
	lost := C.vantage_losses(codecContextC(d.ctx)) > 0 && !d.gaps
	return lost || c.flags&C.AV_FRAME_FLAG_CORRUPT != 0 || c.decode_error_flags != 0
}

// gapsAllowed reports whether the track may leave pictures out on purpose (temporal layers, H.264 §7.4.2.1.1
// gaps_in_frame_num_value_allowed_flag).
func gapsAllowed(t *media.Track) bool {
	for _, p := range t.Params {
		var sps h264.SPS
		if t.Codec == media.H264 && kindOfNALU(t.Codec, p) == naluParameters && sps.Unmarshal(p) == nil && sps.GapsInFrameNumValueAllowedFlag {
			return true
		}
	}
	return false
}

func freeDecoder(ctx *astiav.CodecContext) {
	C.vantage_unwatch(codecContextC(ctx))
	ctx.Free()
}

// wrap turns p, which it takes over, into a frame.
func (d *Decoder) wrap(p *picture) (*media.Frame, error) {
	c := p.c()
	pts := int64(c.pts)
	if pts == noPTS {
		pts = int64(c.best_effort_timestamp)
	}
	format, full := formatOf(c)
	_, _, planes := layout(format, 1, 1)
	if format == media.RGBA || !p.viewable(planes) {
		if d.convert == nil {
			var err error
			if d.convert, err = NewScaler(ScalerConfig{}); err != nil {
				p.Free()
				return nil, err
			}
		}
		out, err := d.convert.convert(p, full, media.Size{WidthPx: int(c.width), HeightPx: int(c.height)}, full)
		p.Free()
		if err != nil {
			return nil, err
		}
		p, format = out, media.I420
	}
	f := p.frame(format, full)
	f.PTS, f.ClockRate = pts, d.track.ClockRate
	f.Captured, f.Arrived, _ = d.times.take(pts)
	return f, nil
}

// Close frees the decoder. Frames that it emitted stay valid.
func (d *Decoder) Close() error {
	if d.closed {
		return nil
	}
	d.closed = true
	d.guard.disarm()
	if d.ctx != nil {
		freeDecoder(d.ctx)
	}
	freePacket(d.packet)
	if d.convert != nil {
		return d.convert.Close()
	}
	return nil
}

// Track is what the decoder is set up for at present.
func (d *Decoder) Track() *media.Track { return d.track }
