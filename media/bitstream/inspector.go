package bitstream

import (
	"errors"
	"fmt"

	"vantage/media"
)

// Info is what Inspect found in one access unit.
type Info struct {
	// RandomAccess is that of [media.Unit]. It is false for an IDR whose first slice or parameter sets are missing.
	RandomAccess bool

	// Track is the track from this unit on, with the next Epoch, when its parameters changed or were learnt since the
	// caller last heard of it; nil otherwise.
	Track *media.Track

	// Parts are what a [media.Unit] carries: without delimiters, padding and NAL units that no decoder reads, and with
	// parameter sets in front of a random-access picture that came without. Empty when nothing is worth keeping.
	Parts [][]byte
}

// parser is the part of an Inspector that knows the codec.
type parser interface {
	// configure reads out-of-band parameters. What it cannot read, it ignores, for the stream may carry better ones.
	configure(params [][]byte)

	// inspect looks at one access unit and leaves its findings in f. After an error the parser is as it was before.
	inspect(parts [][]byte, f *findings) error

	// describe writes what is known into t, whose ID, Codec and ClockRate it keeps.
	describe(t *media.Track)
}

// findings are what a parser says of one unit.
type findings struct {
	random  bool
	changed bool     // describe has something new to say
	parts   [][]byte // kept parts; its array is reused
}

// errEmpty says that an access unit has no bytes.
var errEmpty = errors.New("empty access unit")

// Inspector looks at the access units of one track, in decoding order.
type Inspector struct {
	track *media.Track
	told  *media.Track // what the caller knows
	codec parser       // nil: unknown codec
	found findings
}

// NewInspector returns an inspector for units of t, beginning with what t.Params say. Parameters that do not parse are
// treated as unknown, because the session descriptions of cameras are often wrong where their streams are right.
func NewInspector(t *media.Track) *Inspector {
	in := &Inspector{track: t, told: t, codec: newParser(t)}
	if in.codec != nil {
		in.codec.configure(t.Params)
		in.update()
	}
	return in
}

func newParser(t *media.Track) parser {
	switch t.Codec {
	case media.H264:
		return &nalParser{syntax: h264Syntax{}}
	case media.H265:
		return &nalParser{syntax: h265Syntax{}}
	case media.AV1:
		return &av1Parser{}
	case media.VP8:
		return &vp8Parser{}
	case media.VP9:
		return &vp9Parser{}
	case media.MJPEG:
		return &jpegParser{}
	case media.Opus:
		return opusParser{}
	case media.AAC:
		return &aacParser{}
	case media.PCMU, media.PCMA:
		return g711Parser{}
	default:
		return nil
	}
}

// Track returns the track as it is known now. Right after NewInspector that includes what the out-of-band parameters
// told, so a source announces this one rather than what it passed in.
func (in *Inspector) Track() *media.Track {
	in.told = in.track
	return in.track
}

// Inspect looks at one access unit: NAL units without start codes, OBUs, or one part for other codecs. An error names
// the codec and what is wrong; the unit should be dropped, and the inspector goes on with the next one.
func (in *Inspector) Inspect(parts [][]byte) (Info, error) {
	if in.codec == nil {
		return Info{}, fmt.Errorf("inspect: codec %q is not known", in.track.Codec)
	}
	f := &in.found
	f.random, f.changed, f.parts = false, false, f.parts[:0]
	if err := in.codec.inspect(parts, f); err != nil {
		return Info{}, fmt.Errorf("%s: %w", in.track.Codec, err)
	}
	if f.changed {
		in.update()
	}
	info := Info{RandomAccess: f.random, Parts: f.parts}
	if in.told != in.track {
		info.Track, in.told = in.track, in.track
	}
	return info, nil
}

// update makes the next track if the parser knows more than the present one says.
func (in *Inspector) update() {
	next := in.track.Next(in.track.Params...)
	in.codec.describe(next)
	old := in.track
	if next.SameParams(old) && next.Profile == old.Profile && next.FrameRate == old.FrameRate &&
		next.Reordered == old.Reordered {
		return
	}
	in.track = next
}
