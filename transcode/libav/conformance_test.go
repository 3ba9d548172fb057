//go:build cgo && !nolibav

package libav_test

import (
	"testing"

	"vantage/media"
	"vantage/transcode"
	"vantage/transcode/libav"
	"vantage/transcode/transcodetest"
)

func subject(encoder string, codec media.Codec, caps transcode.Caps) transcodetest.Subject {
	return transcodetest.Subject{
		NewEncoder: func(cfg transcode.EncoderConfig) (transcode.Encoder, error) {
			return libav.NewEncoder(cfg, libav.EncoderOptions{})
		},
		NewDecoder: func(t *media.Track) (transcode.Decoder, error) {
			return libav.NewDecoder(t, libav.DecoderOptions{})
		},
		Config: transcode.EncoderConfig{Encoder: encoder, Codec: codec},
		Caps:   caps,
	}
}

func TestConformance(t *testing.T) {
	for i := range transcode.Table {
		b := &transcode.Table[i]
		if b.Device != transcode.CPU {
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			noLeaks(t)
			transcodetest.Run(t, subject(b.Name, b.Codec, transcode.Caps{ROI: true, Bitrate: true, ForceIDR: true}))
		})
	}
}
