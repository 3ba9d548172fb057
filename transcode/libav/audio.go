//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"strconv"
	"unsafe"

	"github.com/asticode/go-astiav"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// AudioTranscoder turns the units of one audio track into another codec, resampled as that needs. Its output has no gaps: what
// is missing from the input for less than a second is silence, and clocks that drift apart are brought together by
// resampling. It implements [transcode.AudioTranscoder].
type AudioTranscoder struct {
	in     *media.Track
	out    *media.Track
	dec    *astiav.CodecContext
	enc    *astiav.CodecContext
	packet *astiav.Packet
	pcm    resampler
	clock  audioClock
	frame  int       // samples a unit
	queue  []float32 // interleaved samples that wait for a whole frame
	skip   int64     // samples still to be left out, because the queue is that far ahead of the clock
	times  stamps
	closed bool
	guard  guard
}

var _ transcode.AudioTranscoder = (*AudioTranscoder)(nil)

// audioEncoders are the encoders for the codecs that audio is transcoded to.
var audioEncoders = map[media.Codec]struct {
	name    string
	options map[string]string
	perChan int // bit/s for each channel
}{
	media.Opus: {"libopus", map[string]string{"application": "audio", "frame_duration": "20", "vbr": "on", "compression_level": "5"}, 48_000},
	media.AAC:  {"aac", map[string]string{"aac_coder": "fast"}, 64_000},
}

// audioRate is the sample rate of everything transcoded, in Hz.
const audioRate = 48000

// NewAudioTranscoder transcodes units of in to Opus or AAC at 48 kHz, in mono or stereo.
func NewAudioTranscoder(in *media.Track, out media.Codec) (*AudioTranscoder, error) {
	if in.Kind() != media.Audio {
		return nil, fmt.Errorf("libav: transcode track %q: %v is not an audio codec", in.ID, in.Codec)
	}
	if _, ok := audioEncoders[out]; !ok {
		return nil, hint.New(fmt.Errorf("libav: transcode audio to %v", out), "audio is transcoded to opus or aac")
	}
	channels := min(max(in.Channels, 1), 2)
	a := &AudioTranscoder{packet: newPacket(), pcm: resampler{rate: audioRate, channels: channels}}
	a.guard = arm(a)
	if err := a.openEncoder(in, out, channels); err != nil {
		a.Close()
		return nil, fmt.Errorf("libav: %w", err)
	}
	if err := a.openDecoder(in); err != nil {
		a.Close()
		return nil, fmt.Errorf("libav: %w", err)
	}
	return a, nil
}

func (a *AudioTranscoder) openEncoder(in *media.Track, out media.Codec, channels int) error {
	e := audioEncoders[out]
	codec := astiav.FindEncoderByName(e.name)
	if codec == nil {
		return hint.New(fmt.Errorf("this FFmpeg has no encoder %s", e.name), "install an FFmpeg built with it")
	}
	a.enc = astiav.AllocCodecContext(codec)
	a.enc.SetSampleRate(audioRate)
	a.enc.SetTimeBase(astiav.NewRational(1, audioRate))
	a.enc.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagGlobalHeader))
	c := codecContextC(a.enc)
	C.av_channel_layout_default(&c.ch_layout, C.int(channels))
	c.sample_fmt = C.AV_SAMPLE_FMT_FLT
	if out == media.AAC {
		c.sample_fmt = C.AV_SAMPLE_FMT_FLTP
	}
	options := map[string]string{"b": strconv.Itoa(e.perChan * channels)}
	for k, v := range e.options {
		options[k] = v
	}
	if _, err := openCodec(a.enc, codec, options); err != nil {
		return err
	}
	a.frame = a.enc.FrameSize()
	a.out = &media.Track{ID: in.ID, Codec: out, ClockRate: audioRate, Epoch: in.Epoch, SampleRate: audioRate, Channels: channels}
	if out == media.AAC && c.extradata_size > 0 {
		a.out.Params = parseExtradata(out, unsafe.Slice((*byte)(c.extradata), int(c.extradata_size)))
	}
	return nil
}

func (a *AudioTranscoder) openDecoder(in *media.Track) error {
	ctx, err := openAudioDecoder(in)
	if err != nil {
		return err
	}
	if a.dec != nil {
		a.dec.Free()
	}
	a.dec, a.in = ctx, in
	return nil
}

// openAudioDecoder opens a decoder for the track.
func openAudioDecoder(t *media.Track) (*astiav.CodecContext, error) {
	codec := astiav.FindDecoder(codecIDs[t.Codec])
	if codec == nil {
		return nil, hint.New(fmt.Errorf("this FFmpeg has no decoder for %v", t.Codec), "install an FFmpeg built with it")
	}
	ctx := astiav.AllocCodecContext(codec)
	c := codecContextC(ctx)
	c.sample_rate = C.int(t.SampleRate)
	C.av_channel_layout_default(&c.ch_layout, C.int(max(t.Channels, 1)))
	c.pkt_timebase = C.AVRational{1, C.int(t.ClockRate)}
	if t.Codec == media.AAC && len(t.Params) > 0 {
		if err := ctx.SetExtraData(t.Params[0]); err != nil {
			ctx.Free()
			return nil, err
		}
	}
	if _, err := openCodec(ctx, codec, nil); err != nil {
		ctx.Free()
		return nil, err
	}
	return ctx, nil
}

// Transcode implements [transcode.AudioTranscoder]. A unit that does not decode is an error and becomes silence.
func (a *AudioTranscoder) Transcode(u *media.Unit, emit func(*media.Unit)) error {
	if a.closed {
		return ErrClosed
	}
	if u == nil {
		return a.flush(emit)
	}
	if u.Track != a.in && !sameDecoder(u.Track, a.in) {
		if err := a.openDecoder(u.Track); err != nil {
			return fmt.Errorf("libav: %w", err)
		}
	}
	if err := fillPacket(a.packet, a.in.Codec, u.Parts, u.PTS, u.PTS); err != nil {
		return a.failed(u.PTS, err)
	}
	a.times.put(media.Rescale(u.PTS, a.in.ClockRate, audioRate), u.Captured, u.Arrived)
	err := a.dec.SendPacket(a.packet)
	a.packet.Unref()
	if err == nil {
		err = a.receive(emit)
	}
	return a.failed(u.PTS, err)
}

func (a *AudioTranscoder) failed(pts int64, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("libav: transcode %v unit at pts %d: %w", a.in.Codec, pts, err)
}

// receive takes what the decoder has and encodes it.
func (a *AudioTranscoder) receive(emit func(*media.Unit)) error {
	for {
		p := newPicture()
		err := a.dec.ReceiveFrame(p.av)
		if err == nil {
			err = a.sound(p, emit)
		}
		p.Free()
		if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// sound puts decoded samples where their time says, and encodes whole frames.
func (a *AudioTranscoder) sound(p *picture, emit func(*media.Unit)) error {
	at := a.clock.end + a.pcm.delay() // where untimed sound belongs
	if pts := int64(p.c().pts); pts != noPTS {
		at = media.Rescale(pts, a.in.ClockRate, audioRate)
	}
	switch fix := a.clock.place(at, a.pcm.delay()); {
	case fix.jump:
		if err := a.endFrame(emit); err != nil {
			return err
		}
		a.clock.reset(at - a.pcm.delay())
		a.skip = 0
	case fix.silence > 0:
		a.push(make([]float32, int(fix.silence)*a.pcm.channels))
	case fix.drop > 0:
		a.skip += fix.drop
		a.clock.end -= fix.drop
	case fix.stretch != 0:
		a.pcm.stretch(fix.stretch, audioRate)
	}
	samples, err := a.pcm.convert(p)
	if err != nil {
		return err
	}
	a.push(samples)
	return a.encode(emit)
}

// push queues the next samples of the time line, but for those that are to be left out.
func (a *AudioTranscoder) push(samples []float32) {
	n := int64(len(samples) / a.pcm.channels)
	a.clock.end += n
	left := min(a.skip, n)
	a.skip -= left
	a.queue = append(a.queue, samples[int(left)*a.pcm.channels:]...)
}

// encode encodes the whole frames in the queue.
func (a *AudioTranscoder) encode(emit func(*media.Unit)) error {
	size := a.frame * a.pcm.channels
	done := 0
	for len(a.queue)-done >= size {
		start := a.clock.end + a.skip - int64((len(a.queue)-done)/a.pcm.channels)
		if err := a.encodeFrame(a.queue[done:done+size], start, emit); err != nil {
			return err
		}
		done += size
	}
	a.queue = append(a.queue[:0], a.queue[done:]...)
	return nil
}

// encodeFrame encodes one frame of interleaved samples.
func (a *AudioTranscoder) encodeFrame(samples []float32, pts int64, emit func(*media.Unit)) error {
	p := newPicture()
	defer p.Free()
	c := p.c()
	enc := codecContextC(a.enc)
	c.nb_samples, c.format, c.sample_rate, c.pts = C.int(a.frame), C.int(enc.sample_fmt), audioRate, C.int64_t(pts)
	if err := avError(C.av_channel_layout_copy(&c.ch_layout, &enc.ch_layout)); err != nil {
		return err
	}
	if err := avError(C.av_frame_get_buffer(c, 0)); err != nil {
		return err
	}
	if enc.sample_fmt == C.AV_SAMPLE_FMT_FLT {
		copy(unsafe.Slice((*float32)(unsafe.Pointer(c.data[0])), len(samples)), samples)
	} else {
		for ch := range a.pcm.channels {
			plane := unsafe.Slice((*float32)(unsafe.Pointer(c.data[ch])), a.frame)
			for i := range plane {
				plane[i] = samples[i*a.pcm.channels+ch]
			}
		}
	}
	if err := a.enc.SendFrame(p.av); err != nil {
		return err
	}
	return a.units(emit)
}

// units emits what the encoder has. Its PTS already allow for the encoder's own delay.
func (a *AudioTranscoder) units(emit func(*media.Unit)) error {
	for {
		err := a.enc.ReceivePacket(a.packet)
		if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return nil
		}
		if err != nil {
			return err
		}
		u := media.NewUnit(a.out, a.packet.Size())
		u.Append(packetBytes(a.packet))
		u.PTS = int64(packetC(a.packet).pts)
		u.DTS, u.RandomAccess = u.PTS, true
		u.Captured, u.Arrived = a.times.near(u.PTS, audioRate)
		a.packet.Unref()
		emit(u)
		u.Release()
	}
}

// endFrame fills the last frame with silence and encodes it.
func (a *AudioTranscoder) endFrame(emit func(*media.Unit)) error {
	if len(a.queue) == 0 {
		return nil
	}
	a.push(make([]float32, a.frame*a.pcm.channels-len(a.queue)+int(a.skip)*a.pcm.channels))
	return a.encode(emit)
}

// flush emits everything that is inside. The transcoder goes on with whatever comes next.
func (a *AudioTranscoder) flush(emit func(*media.Unit)) error {
	err := a.dec.SendPacket(nil)
	if err == nil {
		err = a.receive(emit)
	}
	C.avcodec_flush_buffers(codecContextC(a.dec))
	samples, convertErr := a.pcm.convert(nil)
	a.push(samples)
	if err := errors.Join(err, convertErr, a.encode(emit), a.endFrame(emit)); err != nil {
		return fmt.Errorf("libav: flush audio: %w", err)
	}
	return nil
}

// Track implements [transcode.AudioTranscoder].
func (a *AudioTranscoder) Track() *media.Track { return a.out }

// Close frees the transcoder. Units that it emitted stay valid.
func (a *AudioTranscoder) Close() error {
	if a.closed {
		return nil
	}
	a.closed = true
	a.guard.disarm()
	for _, ctx := range []*astiav.CodecContext{a.dec, a.enc} {
		if ctx != nil {
			ctx.Free()
		}
	}
	a.pcm.close()
	freePacket(a.packet)
	return nil
}
