//go:build cgo && !nolibav

package libav

/*
#include "native.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"vantage/internal/hint"
	"vantage/media"
)

// Muxer writes units into a media file, whose kind its name's ending says: .mp4, .mkv, .webm, .ts, or raw .h264, .h265, .obu, .ivf.
type Muxer struct {
	path    string
	format  *astiav.FormatContext
	file    *astiav.IOContext
	streams []*muxed
	packet  *astiav.Packet
	guard   guard
}

// muxed is one stream of a Muxer.
type muxed struct {
	track       *media.Track
	stream      *astiav.Stream
	outOfBand   bool  // parameter sets are in the header and left out of the packets
	lastDTS     int64 // in the track's clock rate
	duration    int64 // of a picture, likewise; 0 when unknown
	initialized bool
}

// CreateMuxer creates the file for units of the tracks, which need their Params by now where the codec has any.
func CreateMuxer(path string, tracks ...*media.Track) (*Muxer, error) {
	C.vantage_log_init()
	format, err := astiav.AllocOutputFormatContext(nil, "", "file:"+path)
	if err != nil {
		return nil, hint.New(fmt.Errorf("libav: create %s: %w", path, err), "let the name end in .mp4, .mkv, .webm, .ts, .h264 or .h265")
	}
	m := &Muxer{path: path, format: format, packet: newPacket()}
	m.guard = arm(m)
	if err := m.start(tracks); err != nil {
		m.free()
		return nil, fmt.Errorf("libav: create %s: %w", path, err)
	}
	return m, nil
}

func (m *Muxer) start(tracks []*media.Track) error {
	if len(tracks) == 0 {
		return errors.New("no tracks")
	}
	raw := m.format.OutputFormat().Flags().Has(astiav.IOFormatFlagNotimestamps) // raw streams repeat parameter sets in band
	for _, t := range tracks {
		s := m.format.NewStream(nil)
		if s == nil {
			return errors.New("out of memory")
		}
		s.SetTimeBase(astiav.NewRational(1, t.ClockRate))
		if t.FrameRate > 0 {
			s.SetAvgFrameRate(rational(t.FrameRate))
		}
		if err := describe(s.CodecParameters(), t); err != nil {
			return err
		}
		ms := &muxed{track: t, stream: s, outOfBand: !raw && len(t.Params) > 0 && (t.Codec == media.H264 || t.Codec == media.H265)}
		if t.FrameRate > 0 {
			ms.duration = int64(float64(t.ClockRate)/t.FrameRate + 0.5)
		}
		m.streams = append(m.streams, ms)
	}
	file, err := astiav.OpenIOContext("file:"+m.path, astiav.NewIOContextFlags(astiav.IOContextFlagWrite))
	if err != nil {
		return hint.New(err, "check that the directory exists and may be written to")
	}
	m.file = file
	m.format.SetPb(file)
	options := astiav.NewDictionary()
	defer options.Free()
	if err := options.Set("movflags", "+faststart", 0); err != nil { // playable before it is loaded to the end
		return err
	}
	if err := m.format.WriteHeader(options); err != nil {
		return hint.New(err, fmt.Sprintf("the file format may not take %s: .mkv takes everything", codecNames(tracks)))
	}
	return nil
}

func codecNames(tracks []*media.Track) string {
	names := make([]string, len(tracks))
	for i, t := range tracks {
		names[i] = t.Codec.String()
	}
	return strings.Join(names, " and ")
}

// describe fills libav's parameters for a track.
func describe(par *astiav.CodecParameters, t *media.Track) error {
	par.SetCodecID(codecIDs[t.Codec])
	var extradata []byte
	if t.Kind() == media.Video {
		par.SetMediaType(astiav.MediaTypeVideo)
		par.SetWidth(t.WidthPx)
		par.SetHeight(t.HeightPx)
		par.SetPixelFormat(astiav.PixelFormatYuv420P)
		extradata = make([]byte, streamBytes(t.Params))
		extradata = extradata[:writeParts(extradata, t.Codec, t.Params)]
	} else {
		par.SetMediaType(astiav.MediaTypeAudio)
		par.SetSampleRate(t.SampleRate)
		setChannels(par, t.Channels)
		if t.Codec == media.Opus {
			extradata = opusHead(t.Channels)
		} else if len(t.Params) > 0 {
			extradata = t.Params[0]
		}
	}
	if len(extradata) == 0 {
		return nil
	}
	return par.SetExtraData(extradata)
}

func setChannels(par *astiav.CodecParameters, channels int) {
	c := parametersC(par)
	C.av_channel_layout_default(&c.ch_layout, C.int(channels))
}

// Write writes a unit, which is lent. Units of one track come in decoding order.
func (m *Muxer) Write(u *media.Unit) error {
	if m.format == nil {
		return ErrClosed
	}
	i := slices.IndexFunc(m.streams, func(s *muxed) bool { return s.track == u.Track || s.track.ID == u.Track.ID })
	if i < 0 {
		return fmt.Errorf("libav: write %s: no track %q", m.path, u.Track.ID)
	}
	if err := m.write(m.streams[i], i, u); err != nil {
		return fmt.Errorf("libav: write %s: %w", m.path, err)
	}
	return nil
}

func (m *Muxer) write(s *muxed, index int, u *media.Unit) error {
	parts := u.Parts
	if s.outOfBand {
		parts = slices.DeleteFunc(slices.Clone(parts), func(p []byte) bool {
			return len(p) == 0 || kindOfNALU(s.track.Codec, p) == naluParameters
		})
	}
	dts := u.DTS
	if s.initialized && dts <= s.lastDTS {
		return fmt.Errorf("unit at dts %d after one at %d", dts, s.lastDTS)
	}
	s.initialized, s.lastDTS = true, dts
	if err := fillPacket(m.packet, s.track.Codec, parts, u.PTS, dts); err != nil {
		return err
	}
	c := packetC(m.packet)
	c.stream_index = C.int(index)
	c.duration = C.int64_t(s.duration)
	if u.RandomAccess {
		c.flags |= C.AV_PKT_FLAG_KEY
	}
	m.packet.RescaleTs(astiav.NewRational(1, s.track.ClockRate), s.stream.TimeBase())
	return m.format.WriteInterleavedFrame(m.packet) // takes the packet's buffer over
}

// Close completes the file and closes it.
func (m *Muxer) Close() error {
	if m.format == nil {
		return nil
	}
	err := m.format.WriteTrailer()
	if err := errors.Join(err, m.free()); err != nil {
		return fmt.Errorf("libav: complete %s: %w", m.path, err)
	}
	return nil
}

func (m *Muxer) free() (err error) {
	m.guard.disarm()
	if m.file != nil {
		err = m.file.Close()
	}
	m.format.Free()
	m.format = nil
	freePacket(m.packet)
	return err
}

// opusHead is the identification header that containers want (RFC 7845 §5.1).
func opusHead(channels int) []byte {
	const version, preSkip, rate = 1, 312, 48000
	return []byte{
		'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', version, byte(channels),
		preSkip & 0xff, preSkip >> 8, rate & 0xff, rate >> 8 & 0xff, rate >> 16, 0, 0, 0, 0,
	}
}
