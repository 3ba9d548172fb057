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
	"strconv"

	"github.com/asticode/go-astiav"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"vantage/internal/hint"
	"vantage/media"
)

// Demuxer reads the units of a media file in file order. Streams whose codec the kernel does not carry are left out: see
// [OpenReader] for their pictures.
type Demuxer struct {
	in     *input
	tracks []*media.Track
	byID   []*demuxed // by stream index; nil for streams left out
}

// demuxed is one stream of a Demuxer.
type demuxed struct {
	track      *media.Track
	stream     *astiav.Stream
	lengthSize int   // of NAL units; 0 is Annex B
	nextDTS    int64 // for files without times, such as raw .h264
}

// OpenDemuxer opens a local file.
func OpenDemuxer(path string) (*Demuxer, error) {
	in, err := openInput(path)
	if err != nil {
		return nil, err
	}
	d := &Demuxer{in: in, byID: make([]*demuxed, len(in.streams))}
	var skipped string
	for i, s := range in.streams {
		track, lengthSize := trackOf(s)
		if track == nil {
			skipped += " " + s.CodecParameters().CodecID().String()
			continue
		}
		n := 0
		for _, t := range d.tracks {
			if t.Kind() == track.Kind() {
				n++
			}
		}
		if n > 0 {
			track.ID += media.TrackID("-" + strconv.Itoa(n+1))
		}
		d.tracks = append(d.tracks, track)
		d.byID[i] = &demuxed{track: track, stream: s, lengthSize: lengthSize}
	}
	if len(d.tracks) == 0 {
		d.Close()
		return nil, hint.New(fmt.Errorf("libav: open %s: no stream of a known codec (found:%s)", path, skipped),
			"convert it first, for example: ffmpeg -i IN -c:v libx264 OUT.mp4")
	}
	return d, nil
}

// trackOf describes a stream; nil if the kernel does not carry its codec.
func trackOf(s *astiav.Stream) (t *media.Track, nalLengthSize int) {
	par := s.CodecParameters()
	codec := codecOf(par.CodecID())
	if codec == 0 || attachedPicture(s) {
		return nil, 0
	}
	extradata := par.ExtraData()
	t = &media.Track{
		ID: media.TrackID(codec.Kind().String()), Codec: codec, ClockRate: codec.RTPClockRate(),
		Params: parseExtradata(codec, extradata),
	}
	if codec.Kind() == media.Video {
		t.WidthPx, t.HeightPx = par.Width(), par.Height()
		t.FrameRate = frameRate(s)
		t.Reordered = parametersC(par).video_delay > 0
		t.Profile = profileName(codec, t.Params)
		return t, lengthSize(codec, extradata)
	}
	t.SampleRate, t.Channels = par.SampleRate(), par.Channels()
	if codec == media.Opus {
		t.SampleRate = t.ClockRate
	}
	if t.ClockRate == 0 || codec == media.PCMU || codec == media.PCMA {
		t.ClockRate = t.SampleRate
	}
	if codec == media.AAC && len(t.Params) == 0 {
		// ADTS repeats its parameters with every frame instead.
		asc := mpeg4audio.AudioSpecificConfig{Type: mpeg4audio.ObjectTypeAACLC, SampleRate: t.SampleRate, ChannelCount: t.Channels}
		if b, err := asc.Marshal(); err == nil {
			t.Params = [][]byte{b}
		}
	}
	return t, 0
}

// Tracks are the streams of the file that Next returns units of.
func (d *Demuxer) Tracks() []*media.Track { return d.tracks }

// Next returns the next unit, which the caller owns, or io.EOF at the end. Times count from the file's first.
func (d *Demuxer) Next() (*media.Unit, error) {
	for {
		if d.in.format == nil {
			return nil, ErrClosed
		}
		if err := d.in.next(); err != nil {
			if errors.Is(err, astiav.ErrEof) {
				return nil, io.EOF
			}
			return nil, fmt.Errorf("libav: read %s: %w", d.in.path, err)
		}
		i := d.in.packet.StreamIndex()
		if i >= len(d.byID) || d.byID[i] == nil { // left out, or come up after the file was opened
			continue
		}
		s := d.byID[i]
		d.in.rescale(s.stream, s.track.ClockRate)
		if u := s.unit(d.in.packet); u != nil {
			return u, nil
		}
	}
}

// unit copies a packet into a unit; nil when nothing is left of it (a lone delimiter, a damaged packet).
func (s *demuxed) unit(p *astiav.Packet) *media.Unit {
	c := packetC(p)
	pts, dts := int64(c.pts), int64(c.dts)
	if dts == noPTS {
		dts = s.nextDTS
		if pts != noPTS && !s.track.Reordered {
			dts = pts
		}
	}
	if pts == noPTS {
		pts = dts
	}
	s.nextDTS = dts + s.duration(int64(c.duration))

	b := packetBytes(p)
	key := c.flags&C.AV_PKT_FLAG_KEY != 0
	u := media.NewUnit(s.track, len(b))
	u.PTS, u.DTS = pts, dts
	switch {
	case s.lengthSize > 0:
		appendNALUs(u, s.track, func(add func([]byte)) { splitLengths(b, s.lengthSize, add) })
	case s.track.Codec == media.AAC:
		u.RandomAccess = true
		u.Append(withoutADTS(b))
	default:
		appendParts(u, s.track, b, key)
	}
	if len(u.Parts) == 0 {
		u.Release()
		return nil
	}
	return u
}

// duration is how long a packet lasts, in ticks.
func (s *demuxed) duration(known int64) int64 {
	if known > 0 || s.track.FrameRate == 0 {
		return known
	}
	return int64(float64(s.track.ClockRate)/s.track.FrameRate + 0.5)
}

// Close closes the file. Units returned stay valid.
func (d *Demuxer) Close() error {
	d.in.close()
	return nil
}
