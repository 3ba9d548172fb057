package fake_test

import (
	"testing"

	"vantage/media"
	"vantage/transcode"
	"vantage/transcode/fake"
	"vantage/transcode/transcodetest"
)

func TestConformance(t *testing.T) {
	transcodetest.Run(t, transcodetest.Subject{
		NewEncoder: func(cfg transcode.EncoderConfig) (transcode.Encoder, error) { return fake.NewEncoder(cfg) },
		NewDecoder: func(t *media.Track) (transcode.Decoder, error) { return fake.NewDecoder(t) },
		Config:     transcode.EncoderConfig{Encoder: fake.Name, Codec: media.H264},
		Caps:       transcode.Caps{ROI: true, Bitrate: true, ForceIDR: true},
	})
}
