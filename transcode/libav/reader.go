//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"

	"github.com/asticode/go-astiav"

	"vantage/internal/hint"
	"vantage/media"
)

// Reader decodes the video of a media file in any codec that FFmpeg knows, also those that the kernel does not carry as units
// (MPEG-4 Part 2, MPEG-2, raw video).
type Reader struct {
	in     *input
	stream *astiav.Stream
	dec    *Decoder
	info   ReaderInfo
	queue  []*media.Frame // decoded, not returned yet
	first  int64          // PTS of the first picture in the file's time
	last   int64          // PTS of the last picture returned
	ended  bool
}

// OpenReader opens a local file for its first video stream.
func OpenReader(path string) (*Reader, error) {
	in, err := openInput(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{in: in, first: noPTS, last: noPTS}
	for _, s := range in.streams {
		if s.CodecParameters().MediaType() == astiav.MediaTypeVideo && !attachedPicture(s) {
			r.stream = s
			break
		}
	}
	if r.stream == nil {
		r.Close()
		return nil, hint.New(fmt.Errorf("libav: open %s: no video in it", path), "give a file with a video stream")
	}
	if r.dec, err = r.decoder(); err != nil {
		r.Close()
		return nil, err
	}
	r.describe()
	return r, nil
}

// attachedPicture reports whether the stream is cover art.
func attachedPicture(s *astiav.Stream) bool {
	return streamC(s).disposition&C.AV_DISPOSITION_ATTACHED_PIC != 0
}

// decoder opens a decoder with the file's own parameters. Nobody waits for its pictures: it may use all cores by frames.
func (r *Reader) decoder() (*Decoder, error) {
	par := r.stream.CodecParameters()
	codec := astiav.FindDecoder(par.CodecID())
	if codec == nil {
		return nil, hint.New(fmt.Errorf("libav: open %s: no decoder for %v", r.in.path, par.CodecID()), "convert the file first")
	}
	ctx := astiav.AllocCodecContext(codec)
	if err := par.ToCodecContext(ctx); err != nil {
		ctx.Free()
		return nil, fmt.Errorf("libav: open %s: %w", r.in.path, err)
	}
	ctx.SetThreadCount(min(runtime.NumCPU(), 8))
	codecContextC(ctx).pkt_timebase = C.AVRational{1, videoClockRate}
	if _, err := openCodec(ctx, codec, nil); err != nil {
		ctx.Free()
		return nil, fmt.Errorf("libav: open %s: %w", r.in.path, err)
	}
	d := &Decoder{
		opt: DecoderOptions{Log: slog.New(slog.DiscardHandler)}, ctx: ctx, packet: newPacket(),
		track: &media.Track{ID: "video", Codec: codecOf(par.CodecID()), ClockRate: videoClockRate},
	}
	d.guard = arm(d)
	return d, nil
}

// describe fills the info.
func (r *Reader) describe() {
	par := r.stream.CodecParameters()
	r.info = ReaderInfo{
		Codec: C.GoString(C.avcodec_get_name(uint32(par.CodecID()))), WidthPx: par.Width(), HeightPx: par.Height(), FrameRate: frameRate(r.stream),
		Frames: r.stream.NbFrames(),
	}
	if d := r.in.format.Duration(); d > 0 {
		r.info.Duration = media.Duration(d, C.AV_TIME_BASE)
		if r.info.Frames == 0 {
			r.info.Frames = int64(r.info.Duration.Seconds()*r.info.FrameRate + 0.5)
		}
	}
}

// Info tells what the file holds.
func (r *Reader) Info() ReaderInfo { return r.info }

// Next returns the next picture in presentation order, which the caller owns, or io.EOF at the end. PTS counts from the first
// picture, in ticks of 1/90000 s, and always goes on. Damaged pictures are left out.
func (r *Reader) Next() (*media.Frame, error) {
	for len(r.queue) == 0 {
		if r.in.format == nil {
			return nil, ErrClosed
		}
		if r.ended {
			return nil, io.EOF
		}
		if err := r.advance(); err != nil {
			return nil, fmt.Errorf("libav: read %s: %w", r.in.path, err)
		}
	}
	f := r.queue[0]
	r.queue = r.queue[1:]
	return f, nil
}

// advance decodes the next packet of the stream, or flushes at the end.
func (r *Reader) advance() error {
	err := r.in.next()
	switch {
	case errors.Is(err, astiav.ErrEof):
		r.ended = true
		err = r.dec.ctx.SendPacket(nil)
	case err != nil:
		return err
	case r.in.packet.StreamIndex() != r.stream.Index():
		return nil
	default:
		r.in.rescale(r.stream, videoClockRate)
		err = r.dec.ctx.SendPacket(r.in.packet)
	}
	if err == nil {
		err = r.dec.receive(r.keep)
	}
	if errors.Is(err, errCorrupt) || errors.Is(err, astiav.ErrInvaliddata) {
		return nil
	}
	return err
}

// keep queues a picture, with a time after the last one's even where the file has none.
func (r *Reader) keep(f *media.Frame) {
	k := f.Derive()
	if r.first == noPTS {
		r.first = k.PTS
	}
	k.PTS -= r.first
	if f.PTS == noPTS || r.last != noPTS && k.PTS <= r.last {
		k.PTS = 0
		if r.last != noPTS {
			k.PTS = r.last + max(1, int64(videoClockRate/max(r.info.FrameRate, 1)))
		}
	}
	r.last = k.PTS
	r.queue = append(r.queue, k)
}

// Close closes the file. Pictures returned stay valid.
func (r *Reader) Close() error {
	for _, f := range r.queue {
		f.Release()
	}
	r.queue = nil
	r.in.close()
	if r.dec != nil {
		return r.dec.Close()
	}
	return nil
}
