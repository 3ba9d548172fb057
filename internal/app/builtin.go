package app

import (
	"fmt"
	"log/slog"

	"vantage/internal/hint"
	"vantage/internal/pipeline"
	"vantage/media"
	"vantage/roi"
	"vantage/roi/motion"
	"vantage/roi/spectral"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// Detectors is the table of what finds regions, by the name in the configuration.
var Detectors = map[string]func() []roi.Detector{
	"saliency": func() []roi.Detector { return []roi.Detector{motion.New(motion.Options{}), spectral.New()} },
	"motion":   func() []roi.Detector { return []roi.Detector{motion.New(motion.Options{})} },
	"none":     func() []roi.Detector { return nil },
}

// Backends makes the stages of a stream's graph out of libav and the detectors above. It is what 'vantage worker' and
// 'vantage transcode' run.
func Backends(c pipeline.Config, log *slog.Logger) pipeline.Backends {
	return pipeline.Backends{
		Decoder: func(t *media.Track) (transcode.Decoder, error) {
			return libav.NewDecoder(t, libav.DecoderOptions{Log: log})
		},
		Scaler: func(size media.Size, format media.PixelFormat) (transcode.Scaler, error) {
			return libav.NewScaler(libav.ScalerConfig{Size: size, Format: format})
		},
		Encoder: func(e transcode.EncoderConfig) (transcode.Encoder, error) {
			return libav.OpenEncoder(e, c.Probes, libav.EncoderOptions{Log: log})
		},
		Audio: func(in *media.Track, out media.Codec) (transcode.AudioTranscoder, error) {
			return libav.NewAudioTranscoder(in, out)
		},
		Engine: func(rc roi.Config) (*roi.Engine, error) {
			detectors, ok := Detectors[rc.Detector]
			if !ok {
				return nil, hint.New(fmt.Errorf("no detector %q", rc.Detector), "use saliency, motion or none")
			}
			return roi.NewEngine(rc, roi.Options{Stream: string(c.Stream), Log: log}, detectors()...)
		},
	}
}
