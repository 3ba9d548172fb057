//go:build !cgo || nolibav

package libav

import (
	"context"
	"errors"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// Available says whether this binary was built with FFmpeg.
const Available = false

// Version is empty in this build.
func Version() string { return "" }

var errUnavailable = hint.New(errors.New("libav: this binary was built without FFmpeg"),
	"install FFmpeg's development packages and build with CGO_ENABLED=1, or use passthrough")

// Decoder decodes nothing in this build.
type Decoder struct{}

// NewDecoder fails with a hint.
func NewDecoder(*media.Track, DecoderOptions) (*Decoder, error) { return nil, errUnavailable }

// Decode fails.
func (*Decoder) Decode(*media.Unit, func(*media.Frame)) error { return errUnavailable }

// Track returns nil.
func (*Decoder) Track() *media.Track { return nil }

// Close does nothing.
func (*Decoder) Close() error { return nil }

// Encoder encodes nothing in this build.
type Encoder struct{}

// NewEncoder fails with a hint.
func NewEncoder(transcode.EncoderConfig, EncoderOptions) (*Encoder, error) {
	return nil, errUnavailable
}

// Encode fails.
func (*Encoder) Encode(*media.Frame, func(*media.Unit)) error { return errUnavailable }

// Request fails.
func (*Encoder) Request(media.Request) error { return errUnavailable }

// SetCRF fails.
func (*Encoder) SetCRF(float64) error { return errUnavailable }

// Track returns nil.
func (*Encoder) Track() *media.Track { return nil }

// Caps returns none.
func (*Encoder) Caps() transcode.Caps { return transcode.Caps{} }

// Close does nothing.
func (*Encoder) Close() error { return nil }

// Scaler scales nothing in this build.
type Scaler struct{}

// NewScaler fails with a hint.
func NewScaler(ScalerConfig) (*Scaler, error) { return nil, errUnavailable }

// Scale fails.
func (*Scaler) Scale(*media.Frame) (*media.Frame, error) { return nil, errUnavailable }

// Close does nothing.
func (*Scaler) Close() error { return nil }

// Demuxer reads nothing in this build.
type Demuxer struct{}

// OpenDemuxer fails with a hint.
func OpenDemuxer(string) (*Demuxer, error) { return nil, errUnavailable }

// Tracks returns nil.
func (*Demuxer) Tracks() []*media.Track { return nil }

// Next fails.
func (*Demuxer) Next() (*media.Unit, error) { return nil, errUnavailable }

// Close does nothing.
func (*Demuxer) Close() error { return nil }

// Reader reads nothing in this build.
type Reader struct{}

// OpenReader fails with a hint.
func OpenReader(string) (*Reader, error) { return nil, errUnavailable }

// Info tells nothing.
func (*Reader) Info() ReaderInfo { return ReaderInfo{} }

// Next fails.
func (*Reader) Next() (*media.Frame, error) { return nil, errUnavailable }

// Close does nothing.
func (*Reader) Close() error { return nil }

// Muxer writes nothing in this build.
type Muxer struct{}

// CreateMuxer fails with a hint.
func CreateMuxer(string, ...*media.Track) (*Muxer, error) { return nil, errUnavailable }

// Write fails.
func (*Muxer) Write(*media.Unit) error { return errUnavailable }

// Close does nothing.
func (*Muxer) Close() error { return nil }

// AudioTranscoder transcodes nothing in this build.
type AudioTranscoder struct{}

// NewAudioTranscoder fails with a hint.
func NewAudioTranscoder(*media.Track, media.Codec) (*AudioTranscoder, error) {
	return nil, errUnavailable
}

// Transcode fails.
func (*AudioTranscoder) Transcode(*media.Unit, func(*media.Unit)) error { return errUnavailable }

// Track returns nil.
func (*AudioTranscoder) Track() *media.Track { return nil }

// Close does nothing.
func (*AudioTranscoder) Close() error { return nil }

// Probe finds that no encoder works in this build.
func Probe(_ context.Context, name string) transcode.ProbeResult {
	r := transcode.ProbeResult{Encoder: name, Reason: errUnavailable.Error(), Hint: hint.Of(errUnavailable)}
	if b, ok := transcode.BackendByName(name); ok {
		r.Codec, r.Device = b.Codec, b.Device
	}
	return r
}

var (
	_ transcode.AudioTranscoder = (*AudioTranscoder)(nil)
	_ transcode.Decoder         = (*Decoder)(nil)
	_ transcode.Encoder         = (*Encoder)(nil)
	_ transcode.Scaler          = (*Scaler)(nil)
)
