package media

import "bytes"

// Track describes one elementary stream. It is immutable once published: when the codec parameters change, the
// publisher makes a new Track with the next Epoch (see [Track.Next]) and announces it with SetTracks before the first unit
// that uses it.
type Track struct {
	ID    TrackID
	Codec Codec

	// ClockRate is the number of PTS and DTS ticks per second. All tracks of one stream share the instant 0.
	ClockRate int

	// Epoch counts the changes of codec parameters, from 0.
	Epoch uint32

	// Params are the codec's out-of-band parameters, without start codes: SPS, PPS (H.264); VPS, SPS, PPS (H.265);
	// the sequence header OBU (AV1); the AudioSpecificConfig (AAC, ISO/IEC 14496-3). Empty while unknown, and for
	// codecs that have none.
	Params [][]byte

	// WidthPx and HeightPx are the size of the displayed picture (after cropping); 0 while unknown.
	WidthPx, HeightPx int

	// FrameRate is the nominal number of pictures per second; 0 when unknown or variable.
	FrameRate float64

	// Reordered says that pictures are not in presentation order (B-frames), which WebRTC cannot carry.
	Reordered bool

	// SampleRate in Hz and Channels describe audio.
	SampleRate, Channels int

	// Profile is the codec's profile and level as peers show it, for example "High 4.1"; empty when unknown.
	Profile string
}

// Kind is the kind of the track's codec.
func (t *Track) Kind() Kind { return t.Codec.Kind() }

// Next returns a copy of t with the next Epoch and the given parameters, for the caller to complete before publishing.
func (t *Track) Next(params ...[]byte) *Track {
	n := *t
	n.Epoch++
	n.Params = params
	return &n
}

// SameParams reports whether both tracks would configure a decoder in the same way.
func (t *Track) SameParams(o *Track) bool {
	if t.Codec != o.Codec || t.ClockRate != o.ClockRate || t.SampleRate != o.SampleRate || t.Channels != o.Channels ||
		t.WidthPx != o.WidthPx || t.HeightPx != o.HeightPx || len(t.Params) != len(o.Params) {
		return false
	}
	for i := range t.Params {
		if !bytes.Equal(t.Params[i], o.Params[i]) {
			return false
		}
	}
	return true
}

// TrackOf returns the first track of the kind, or nil.
func TrackOf(tracks []*Track, k Kind) *Track {
	for _, t := range tracks {
		if t.Kind() == k {
			return t
		}
	}
	return nil
}
