//go:build cgo && !nolibav

package libav

import (
	"testing"

	"vantage/media"
)

// DecodeAudio decodes units of the track, as a player without a container's hints would, to one channel at 48 kHz. The first
// sample's time is that of the first unit.
func DecodeAudio(t *testing.T, track *media.Track, units []*media.Unit) []float32 {
	t.Helper()
	dec, err := openAudioDecoder(track)
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Free()
	packet := newPacket()
	defer freePacket(packet)
	pcm := resampler{rate: audioRate, channels: 1}
	defer pcm.close()
	var samples []float32
	for _, u := range units {
		if err := fillPacket(packet, track.Codec, u.Parts, u.PTS, u.PTS); err != nil {
			t.Fatal(err)
		}
		if err := dec.SendPacket(packet); err != nil {
			t.Fatal(err)
		}
		for {
			p := newPicture()
			if dec.ReceiveFrame(p.av) != nil {
				p.Free()
				break
			}
			s, err := pcm.convert(p)
			p.Free()
			if err != nil {
				t.Fatal(err)
			}
			samples = append(samples, s...)
		}
	}
	return samples
}
