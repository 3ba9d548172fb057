package rtsp

import (
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpav1"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph264"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph265"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpmjpeg"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpmpeg4audio"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpvp8"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpvp9"
	"github.com/pion/rtp"

	"vantage/media"
	"vantage/media/bitstream"
)

// aacFrame is how many samples an AAC access unit holds (ISO/IEC 14496-3; 960 is not used by cameras).
const aacFrame = 1024

// opusClockRate is that of all Opus in RTP (RFC 7587 §4.1).
const opusClockRate = 48000

// g711SampleRate is the only one that viewers can take (RFC 3551 §4.5.14).
const g711SampleRate = 8000

// newLane returns the track and the packet decoder of a format; an error for one that Vantage does not carry.
func newLane(m *description.Media, f format.Format) (*lane, error) {
	l := &lane{media: m}
	if aac, ok := f.(*format.MPEG4Audio); ok && (aac.Config == nil || aac.Config.SampleRate <= 0) {
		return nil, errors.New("MPEG-4 audio without a configuration") // a sample rate of 0 can be written in it
	}
	t := &media.Track{ID: "video", ClockRate: f.ClockRate()}
	var err error
	switch f := f.(type) {
	case *format.H264:
		t.Codec = media.H264
		sps, pps := f.SafeParams()
		t.Params = params(sps, pps)
		l.decode, err = assembled(t.Codec, func() (partsDecoder, error) { return f.CreateDecoder() })
	case *format.H265:
		t.Codec = media.H265
		vps, sps, pps := f.SafeParams()
		t.Params = params(vps, sps, pps)
		l.decode, err = assembled(t.Codec, func() (partsDecoder, error) { return f.CreateDecoder() })
	case *format.AV1:
		t.Codec = media.AV1
		l.decode, err = assembled(t.Codec, func() (partsDecoder, error) { return f.CreateDecoder() })
	case *format.VP8:
		t.Codec = media.VP8
		l.decode, err = inOnePiece(f.CreateDecoder())
	case *format.VP9:
		t.Codec = media.VP9
		l.decode, err = inOnePiece(f.CreateDecoder())
	case *format.MJPEG:
		t.Codec = media.MJPEG
		l.decode, err = inOnePiece(f.CreateDecoder())
	case *format.Opus:
		t.ID, t.Codec, t.SampleRate, t.Channels = "audio", media.Opus, opusClockRate, f.ChannelCount
		l.decode, err = inOnePiece(f.CreateDecoder())
	case *format.MPEG4Audio:
		err = l.aac(t, f)
	case *format.G711:
		if f.SampleRate != g711SampleRate || f.ChannelCount != 1 {
			return nil, fmt.Errorf("G.711 of %d Hz with %d channels is not carried", f.SampleRate, f.ChannelCount)
		}
		t.ID, t.Codec, t.SampleRate, t.Channels = "audio", media.PCMA, f.SampleRate, f.ChannelCount
		if f.MULaw {
			t.Codec = media.PCMU
		}
		l.decode, err = inOnePiece(f.CreateDecoder())
	default:
		err = fmt.Errorf("%s is not carried", f.Codec())
	}
	if err != nil {
		return nil, err
	}
	l.inspect = bitstream.NewInspector(t)
	l.track = l.inspect.Track() // with what the description told: a camera that comes back is known by it
	return l, nil
}

// aac fills in the lane of MPEG-4 audio (RFC 3640), whose packets hold several access units.
func (l *lane) aac(t *media.Track, f *format.MPEG4Audio) error {
	config, err := f.Config.Marshal()
	if err != nil {
		return fmt.Errorf("MPEG-4 audio configuration: %w", err)
	}
	t.ID, t.Codec, t.SampleRate, t.Channels = "audio", media.AAC, f.Config.SampleRate, f.Config.ChannelCount
	t.Params = [][]byte{config}
	l.split = aacFrame * time.Second / time.Duration(f.Config.SampleRate)
	l.decode, err = inParts(f.CreateDecoder())
	return err
}

// params is the list of parameter sets, nil while any is unknown.
func params(sets ...[]byte) [][]byte {
	for _, s := range sets {
		if len(s) == 0 {
			return nil
		}
	}
	return sets
}

// assembled is the decoder of a codec whose units are put together here.
func assembled(codec media.Codec, renew func() (partsDecoder, error)) (unitDecoder, error) {
	a, err := newAssembler(codec, renew)
	return a.decode, err
}

// inParts adapts the library's decoders that return several parts at once.
func inParts(d partsDecoder, err error) (unitDecoder, error) {
	return func(pkt *rtp.Packet, at stamp, _ bool, emit func([][]byte, stamp)) error {
		parts, err := d.Decode(pkt)
		if err != nil {
			return err
		}
		emit(parts, at)
		return nil
	}, err
}

// inOnePiece adapts the library's decoders that return a unit in one piece. They know by themselves when a packet of it is missing.
func inOnePiece[D interface {
	Decode(*rtp.Packet) ([]byte, error)
}](d D, err error) (unitDecoder, error) {
	var one [1][]byte
	return func(pkt *rtp.Packet, at stamp, _ bool, emit func([][]byte, stamp)) error {
		b, err := d.Decode(pkt)
		if err != nil {
			return err
		}
		one[0] = b
		emit(one[:], at)
		return nil
	}, err
}

// needsMore reports whether a decoder's error only says that the unit is not complete, or that we came in the middle of one.
func needsMore(err error) bool {
	for _, e := range [...]error{
		rtph264.ErrMorePacketsNeeded, rtph264.ErrNonStartingPacketAndNoPrevious,
		rtph265.ErrMorePacketsNeeded, rtph265.ErrNonStartingPacketAndNoPrevious,
		rtpav1.ErrMorePacketsNeeded, rtpav1.ErrNonStartingPacketAndNoPrevious,
		rtpvp8.ErrMorePacketsNeeded, rtpvp8.ErrNonStartingPacketAndNoPrevious,
		rtpvp9.ErrMorePacketsNeeded, rtpvp9.ErrNonStartingPacketAndNoPrevious,
		rtpmjpeg.ErrMorePacketsNeeded, rtpmjpeg.ErrNonStartingPacketAndNoPrevious,
		rtpmpeg4audio.ErrMorePacketsNeeded,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
