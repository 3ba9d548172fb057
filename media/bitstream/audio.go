package bitstream

import (
	"errors"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/opus"

	"vantage/media"
)

// opusMaxSamples is 120 ms at 48 kHz, the most that a packet may hold (RFC 6716 §3.2.5).
const opusMaxSamples = 5760

// opusParser inspects Opus. Rate and channels of the track are those of the session description: the bandwidth and the
// stereo flag of a packet may change from one to the next and mean nothing to a decoder's set-up.
type opusParser struct{}

func (opusParser) configure([][]byte)    {}
func (opusParser) describe(*media.Track) {}

func (opusParser) inspect(parts [][]byte, f *findings) error {
	b, err := whole(parts, f)
	if err != nil {
		return err
	}
	if n := opus.PacketDuration2(b); n <= 0 || n > opusMaxSamples {
		return fmt.Errorf("packet of %d samples", n)
	}
	f.random = true
	return nil
}

// aacParser inspects raw AAC frames, whose parameters come out of band only.
type aacParser struct {
	config []byte // AudioSpecificConfig; nil while unknown
	asc    mpeg4audio.AudioSpecificConfig
}

func (p *aacParser) configure(params [][]byte) {
	if len(params) != 1 || p.asc.Unmarshal(params[0]) != nil || p.asc.SampleRate == 0 {
		p.asc = mpeg4audio.AudioSpecificConfig{}
		return
	}
	p.config = params[0]
}

func (p *aacParser) describe(t *media.Track) {
	if p.config == nil {
		return
	}
	t.SampleRate, t.Channels, t.Profile = p.asc.SampleRate, p.asc.ChannelCount, "AAC-LC"
	switch p.asc.ExtensionType {
	case mpeg4audio.ObjectTypeSBR:
		t.Profile, t.SampleRate = "HE-AAC", p.asc.ExtensionSampleRate
	case mpeg4audio.ObjectTypePS:
		t.Profile, t.SampleRate, t.Channels = "HE-AAC v2", p.asc.ExtensionSampleRate, 2
	}
}

func (p *aacParser) inspect(parts [][]byte, f *findings) error {
	b, err := whole(parts, f)
	if err != nil {
		return err
	}
	if len(b) > mpeg4audio.MaxAccessUnitSize {
		return fmt.Errorf("frame of %d bytes", len(b))
	}
	f.random = true
	return nil
}

// g711MaxBytes is one second in stereo, far more than any packet.
const g711MaxBytes = 16000

// g711Parser inspects G.711, in which every byte is a sample.
type g711Parser struct{}

func (g711Parser) configure([][]byte)    {}
func (g711Parser) describe(*media.Track) {}

func (g711Parser) inspect(parts [][]byte, f *findings) error {
	b, err := whole(parts, f)
	if err != nil {
		return err
	}
	if len(b) > g711MaxBytes {
		return errors.New("frame longer than a second")
	}
	f.random = true
	return nil
}
