package pipeline

import (
	"vantage/media"
	"vantage/roi"
	"vantage/transcode"
)

// AudioOutput is the name of the output that carries the stream's audio as Opus.
const AudioOutput = "audio"

// Rendition is one rung of the ladder by name.
type Rendition struct {
	Name string

	// TargetBPS is the average bitrate to hold in bit/s; 0 holds the quality of CRF under the cap instead.
	TargetBPS int

	transcode.RenditionConfig
}

// Config says what the graph of one stream makes. It crosses the process boundary as JSON.
type Config struct {
	Stream     media.StreamID
	ROI        roi.Config
	Renditions []Rendition

	// Probes are the encoders measured on this machine; empty while that is not known yet.
	Probes []transcode.ProbeResult

	// FrameRate of the input in pictures per second, where its track does not tell; 0 is unknown. Encoders weigh a picture by how
	// long it is shown, so a wrong one costs quality or bits.
	FrameRate float64

	// Offline keeps every picture: queues block, the analysis is in step with the pictures.
	Offline bool
}

// Backends are the constructors that the graph builds its stages with.
type Backends struct {
	Decoder func(t *media.Track) (transcode.Decoder, error)
	Scaler  func(size media.Size, format media.PixelFormat) (transcode.Scaler, error)
	Encoder func(c transcode.EncoderConfig) (transcode.Encoder, error)
	Audio   func(in *media.Track, out media.Codec) (transcode.AudioTranscoder, error)
	Engine  func(c roi.Config) (*roi.Engine, error)
}

// Outputs gives the publisher of an output by its rendition name or AudioOutput.
type Outputs func(name string) media.Publisher
