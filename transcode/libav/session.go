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
	"runtime"
	"unsafe"

	"github.com/asticode/go-astiav"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// session is one opened codec context of an encoder, from its first picture to its last.
type session struct {
	ctx      *astiav.CodecContext
	backend  *transcode.Backend
	device   *device // nil for encoders on the CPU
	finished bool
}

// openSession opens the encoder of a table row.
func openSession(b *transcode.Backend, cfg transcode.EncoderConfig, log *slog.Logger) (*session, error) {
	codec := astiav.FindEncoderByName(b.Name)
	if codec == nil {
		return nil, hint.New(fmt.Errorf("this FFmpeg has no encoder %s", b.Name), "choose another: 'vantage doctor' lists the encoders")
	}
	s := &session{ctx: astiav.AllocCodecContext(codec), backend: b}
	s.ctx.SetWidth(cfg.WidthPx)
	s.ctx.SetHeight(cfg.HeightPx)
	s.ctx.SetTimeBase(astiav.NewRational(1, cfg.ClockRate))
	s.ctx.SetFramerate(rational(cfg.FrameRate))
	s.ctx.SetThreadCount(b.ThreadsFor(cfg, runtime.NumCPU()))
	// Parameter sets come once, in extradata; they are put in front of every random-access picture here.
	s.ctx.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagGlobalHeader, astiav.CodecContextFlagClosedGop))
	codecContextC(s.ctx).color_range = colorRange(cfg.FullRange)
	if err := s.setFormat(cfg); err != nil {
		s.free()
		return nil, err
	}
	unknown, err := openCodec(s.ctx, codec, b.Options(cfg))
	if err != nil {
		s.free()
		return nil, err
	}
	for _, k := range unknown {
		if _, asked := cfg.Options[k]; asked {
			s.close()
			return nil, hint.New(fmt.Errorf("%s has no option %q", b.Name, k), "run 'ffmpeg -h encoder="+b.Name+"' for its options")
		}
		log.Debug("encoder option unknown to this FFmpeg", "encoder", b.Name, "option", k)
	}
	return s, nil
}

func colorRange(full bool) C.enum_AVColorRange {
	if full {
		return C.AVCOL_RANGE_JPEG
	}
	return C.AVCOL_RANGE_MPEG
}

// setFormat tells the encoder what pictures it is fed with.
func (s *session) setFormat(cfg transcode.EncoderConfig) error {
	if s.backend.Device != transcode.VAAPI {
		s.ctx.SetPixelFormat(astiav.PixelFormat(pixelFormats[inputFormat(s.backend)]))
		return nil
	}
	d, err := openDevice(cfg)
	if err != nil {
		return err
	}
	s.device = d
	d.attach(s.ctx)
	return nil
}

// inputFormat is what the encoder is fed with: I420, which decoders make, if it takes that.
func inputFormat(b *transcode.Backend) media.PixelFormat {
	for _, f := range b.Formats {
		if f == media.I420 {
			return f
		}
	}
	return b.Formats[0]
}

// send gives the encoder a picture, or nil to end.
func (s *session) send(p *picture) error {
	if s.finished {
		return errFinished
	}
	if s.device != nil {
		up, err := s.device.upload(p)
		if err != nil {
			return fmt.Errorf("upload: %w", err)
		}
		defer up.Free()
		p = up
	}
	if err := s.ctx.SendFrame(p.av); err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	return nil
}

var errFinished = errors.New("the stream was flushed")

// finish ends the stream: what is inside comes out, nothing more goes in.
func (s *session) finish() error {
	if s.finished {
		return nil
	}
	s.finished = true
	if err := s.ctx.SendFrame(nil); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	return nil
}

// receive fills p with the next unit; ok is false when there is none yet. The caller unreferences p.
func (s *session) receive(p *astiav.Packet) (ok bool, err error) {
	err = s.ctx.ReceivePacket(p)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, astiav.ErrEof), errors.Is(err, astiav.ErrEagain):
		return false, nil
	default:
		return false, fmt.Errorf("encode: %w", err)
	}
}

// params returns the parameter sets that the units will have.
func (s *session) params() [][]byte {
	c := codecContextC(s.ctx)
	if c.extradata == nil || c.extradata_size <= 0 {
		return nil
	}
	return parseExtradata(s.backend.Codec, unsafe.Slice((*byte)(c.extradata), int(c.extradata_size)))
}

// firstSequenceHeader encodes one picture to learn the sequence header: the one that SVT-AV1 1.4 gives as extradata announces
// other coding tools than it uses.
func firstSequenceHeader(b *transcode.Backend, cfg transcode.EncoderConfig) ([][]byte, error) {
	s, err := openSession(b, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer s.close()
	var pictures pool
	defer pictures.close()
	p, err := pictures.get(inputFormat(b), cfg.WidthPx, cfg.HeightPx)
	if err != nil {
		return nil, err
	}
	defer p.Free()
	p.c().pts = 0
	packet := newPacket()
	defer freePacket(packet)
	if err := s.send(p); err != nil {
		return nil, err
	}
	if err := s.finish(); err != nil {
		return nil, err
	}
	if ok, err := s.receive(packet); !ok {
		return nil, errors.Join(errors.New("no unit from the first picture"), err)
	}
	return parseExtradata(b.Codec, packetBytes(packet)), nil
}

// close frees the session. SVT-AV1 hangs if it is closed before the end of its stream, so it is drained first; it also hangs if there
// was no picture at all, so its sessions are opened with the first.
func (s *session) close() {
	if s.backend.Async && s.finish() == nil {
		p := newPacket()
		for s.ctx.ReceivePacket(p) == nil {
			p.Unref()
		}
		freePacket(p)
	}
	s.free()
}

func (s *session) free() {
	s.ctx.Free()
	if s.device != nil {
		s.device.close()
	}
}

// rational approximates a frame rate; the NTSC rates are exact.
func rational(fps float64) astiav.Rational {
	const ntsc, tolerance = 1001, 1e-2
	for _, den := range []int{1, ntsc} {
		num := fps * float64(den)
		whole := int(num + 0.5)
		if off := num - float64(whole); whole > 0 && off > -tolerance && off < tolerance && (den == 1 || whole%1000 == 0) {
			return astiav.NewRational(whole, den)
		}
	}
	return astiav.NewRational(max(1, int(fps*1000+0.5)), 1000)
}
