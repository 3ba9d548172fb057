package transcode

import (
	"errors"

	"vantage/media"
)

// Decoder turns units of one track into pictures, in presentation order. One goroutine uses it. Units whose Track has
// another Epoch reconfigure it.
type Decoder interface {
	// Decode lends u and emits zero or more pictures, each borrowed for the call. nil flushes. A corrupt unit is an
	// error that leaves the decoder usable: it skips to the next random-access unit.
	Decode(u *media.Unit, emit func(*media.Frame)) error
	Close() error
}

// Encoder turns pictures into units of one track. One goroutine uses it, but for Request.
type Encoder interface {
	// Encode lends f, with f.Regions as the plan, and emits units, each borrowed for the call. nil flushes.
	Encode(f *media.Frame, emit func(*media.Unit)) error

	// Request sets the target bitrate or forces an IDR from the next picture on. Cheap, safe between frames from any goroutine.
	Request(r media.Request) error

	// Track is what the units belong to; known after the constructor.
	Track() *media.Track

	Caps() Caps
	Close() error
}

// QualitySetter is an optional ability of an Encoder at constant quality.
type QualitySetter interface {
	// SetCRF changes the constant-quality value, on the codec's scale, from the next picture on and without a key frame. It may be called
	// from any goroutine. The error is errors.ErrUnsupported where the encoder cannot.
	SetCRF(crf float64) error
}

// Scaler changes a picture's size and format. One goroutine uses it.
type Scaler interface {
	// Scale returns a new picture, owned by the caller, with f's header (time line, regions scaled).
	Scale(f *media.Frame) (*media.Frame, error)
	Close() error
}

// AudioTranscoder turns units of one audio codec into another's. One goroutine uses it.
type AudioTranscoder interface {
	Transcode(u *media.Unit, emit func(*media.Unit)) error // nil flushes
	Track() *media.Track
	Close() error
}

// Caps is what an encoder was measured to do by a short encode at start, not what its name promises. What it cannot do itself is
// made up for at a price: regions by a [Prefilter], a bitrate or key frame by starting it anew.
type Caps struct {
	Encoder  string              // table name of the backend in use
	ROI      bool                // regions move bits
	Bitrate  bool                // the bitrate changes live without a key frame
	ForceIDR bool                // a key frame comes when asked
	Formats  []media.PixelFormat // taken without conversion
}

// RateControl is how an encoder spends bits.
type RateControl struct {
	// CRF is the constant-quality target in the codec's scale (0 to 51 for H.264); used when BitrateBPS is 0.
	CRF float64

	// BitrateBPS is the average target in bit/s; 0 means constant quality.
	BitrateBPS int

	// MaxBitrateBPS caps the rate over one VBV buffer, also with CRF; 0 means no cap.
	MaxBitrateBPS int

	// VBV is the buffer in seconds of MaxBitrateBPS; 0 means 1 s live.
	VBVSeconds float64
}

// EncoderConfig opens an encoder.
type EncoderConfig struct {
	Encoder           string // table name: libx264, h264_nvenc, …; "auto" picks the best usable for Codec
	Codec             media.Codec
	TrackID           media.TrackID
	Epoch             uint32 // of the track: one more than that of the encoder that this one replaces
	WidthPx, HeightPx int
	FrameRate         float64 // nominal
	ClockRate         int     // of the frames' PTS; 90000
	Rate              RateControl
	Preset            string // encoder's own; "" is the encoder's live default
	GOPFrames         int    // pictures between random-access units; 0 means 2 s
	Offline           bool   // look-ahead and B-frames are still off; only threads and latency settings differ
	Threads           int    // 0 means as many as the picture rate needs; the encoder's choice offline
	ROI               bool   // pictures will carry regions: opens the encoder so that they move bits
	FullRange         bool   // pictures use the full range 0..255 and the units say so; others are converted
	Options           map[string]string
}

// ErrPictureSize is returned for a picture of another size than the encoder was opened for: the caller opens another encoder,
// whose track has the next Epoch.
var ErrPictureSize = errors.New("picture size changed")
