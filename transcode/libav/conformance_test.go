//go:build cgo && !nolibav

package libav_test

import (
	"testing"

	"vantage/media"
	"vantage/transcode"
	"vantage/transcode/libav"
	"vantage/transcode/transcodetest"
)

func subject(b *transcode.Backend, caps transcode.Caps) transcodetest.Subject {
	delay := b.DelayFrames
	if b.Async {
		delay = 1000 // as long as the machine is busy
	}
	return transcodetest.Subject{
		NewEncoder: func(cfg transcode.EncoderConfig) (transcode.Encoder, error) {
			return libav.NewEncoder(cfg, libav.EncoderOptions{Caps: &caps})
		},
		NewDecoder: func(t *media.Track) (transcode.Decoder, error) {
			return libav.NewDecoder(t, libav.DecoderOptions{})
		},
		Config:      transcode.EncoderConfig{Encoder: b.Name, Codec: b.Codec},
		Caps:        caps,
		DelayFrames: delay,
		Quality:     transcode.CRF(b.Codec, 24),
	}
}

// TestConformance runs the suite with every software encoder and what the table says of it: where that is wrong, it shows here.
func TestConformance(t *testing.T) {
	for i := range transcode.Table {
		b := &transcode.Table[i]
		if b.Device != transcode.CPU {
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			noLeaks(t)
			transcodetest.Run(t, subject(b, b.Caps()))
		})
	}
}
