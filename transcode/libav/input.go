//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"fmt"
	"os"

	"github.com/asticode/go-astiav"

	"vantage/internal/hint"
)

// videoClockRate is the clock rate of all video tracks made here (RFC 3551 §5).
const videoClockRate = 90000

// input is an open media file.
type input struct {
	path    string
	format  *astiav.FormatContext
	streams []*astiav.Stream
	packet  *astiav.Packet
	zero    int64 // of the time line, microseconds
	guard   guard
}

// openInput opens a local file and finds its streams.
func openInput(path string) (*input, error) {
	C.vantage_log_init()
	if _, err := os.Stat(path); err != nil {
		return nil, hint.New(fmt.Errorf("libav: %w", err), "check the file's name and permissions")
	}
	in := &input{path: path, format: astiav.AllocFormatContext()}
	options := astiav.NewDictionary()
	defer options.Free()
	// A playlist inside a file must not make us open connections.
	if err := options.Set("protocol_whitelist", "file", 0); err != nil {
		return nil, err
	}
	if err := in.format.OpenInput("file:"+path, nil, options); err != nil { // frees the context on failure
		return nil, hint.New(fmt.Errorf("libav: open %s: %w", path, err), "is it a media file? 'ffprobe' tells what FFmpeg sees in it")
	}
	if err := in.format.FindStreamInfo(nil); err != nil {
		in.format.CloseInput()
		return nil, fmt.Errorf("libav: open %s: %w", path, err)
	}
	in.streams = in.format.Streams()
	in.packet = newPacket()
	if t := in.format.StartTime(); t != noPTS {
		in.zero = t
	}
	in.guard = arm(in)
	return in, nil
}

// next reads a packet into in.packet, valid until the next call.
func (in *input) next() error {
	in.packet.Unref()
	return in.format.ReadFrame(in.packet)
}

// rescale turns the packet's times into ticks of clockRate from the file's zero. Where the file has none they stay noPTS.
func (in *input) rescale(s *astiav.Stream, clockRate int) {
	c := packetC(in.packet)
	tb := s.TimeBase()
	from, to := C.AVRational{C.int(tb.Num()), C.int(tb.Den())}, C.AVRational{1, C.int(clockRate)}
	zero := C.av_rescale_q(C.int64_t(in.zero), C.AVRational{1, C.AV_TIME_BASE}, to)
	for _, t := range []*C.int64_t{&c.pts, &c.dts} {
		if *t != noPTS {
			*t = C.av_rescale_q(*t, from, to) - zero
		}
	}
	c.duration = C.av_rescale_q(c.duration, from, to)
}

func (in *input) close() {
	if in.format == nil {
		return
	}
	in.guard.disarm()
	freePacket(in.packet)
	in.format.CloseInput()
	in.format = nil
}

// frameRate is the stream's average number of pictures a second; 0 when unknown.
func frameRate(s *astiav.Stream) float64 {
	for _, r := range []astiav.Rational{s.AvgFrameRate(), s.RFrameRate()} {
		if r.Num() > 0 && r.Den() > 0 {
			return float64(r.Num()) / float64(r.Den())
		}
	}
	return 0
}
