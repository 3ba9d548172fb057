package bitstream

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/av1"

	"vantage/media"
)

// OBU types that matter here (AV1 §6.2.2).
const (
	obuSequenceHeader       = 1
	obuTemporalDelimiter    = 2
	obuFrameHeader          = 3
	obuFrame                = 6
	obuRedundantFrameHeader = 7
	obuTileList             = 8
	obuPadding              = 15
)

// av1Parser inspects AV1. A temporal unit shows exactly one picture (§7.5), so there is no reordering.
type av1Parser struct {
	header []byte // the sequence header OBU, without extension and size field; nil while unknown
	seq    av1.SequenceHeader
	sized  bool // seq was read as far as the size
}

func (p *av1Parser) configure(params [][]byte) {
	for _, obu := range params {
		if typ, payload, err := splitOBU(obu); err == nil && typ == obuSequenceHeader {
			_, _ = p.learn(payload)
		}
	}
}

func (p *av1Parser) describe(t *media.Track) {
	if p.header == nil {
		return
	}
	t.Params = [][]byte{p.header}
	t.WidthPx, t.HeightPx = 0, 0
	if p.sized {
		t.WidthPx, t.HeightPx = p.seq.Width(), p.seq.Height()
	}
	t.Profile = [...]string{"Main", "High", "Professional"}[p.seq.SeqProfile]
	if len(p.seq.SeqLevelIdx) > 0 {
		level := p.seq.SeqLevelIdx[0]
		t.Profile += fmt.Sprintf(" %d.%d", 2+level/4, level%4)
	}
	if ti := p.seq.TimingInfo; ti != nil && ti.EqualPictureInterval && ti.NumUnitsInDisplayTick > 0 {
		ticks := float64(ti.NumUnitsInDisplayTick) * (float64(ti.NumTicksPerPictureMinus1) + 1)
		if fps := plausibleRate(float64(ti.TimeScale) / ticks); fps > 0 {
			t.FrameRate = fps
		}
	}
}

func (p *av1Parser) inspect(parts [][]byte, f *findings) error {
	var sequence []byte // payload of a sequence header in this unit
	var frame []byte    // payload of the first frame header
	for _, obu := range parts {
		if len(obu) == 0 {
			continue
		}
		typ, payload, err := splitOBU(obu)
		if err != nil {
			return err
		}
		switch typ {
		case obuTemporalDelimiter, obuTileList, obuPadding:
			continue
		case obuSequenceHeader:
			sequence = payload
		case obuFrame, obuFrameHeader, obuRedundantFrameHeader:
			if frame == nil {
				frame = payload
			}
		}
		f.parts = append(f.parts, obu)
	}
	if sequence != nil {
		changed, err := p.learn(sequence)
		if err != nil {
			return err
		}
		f.changed = changed
	}
	f.random = p.header != nil && p.showsKeyFrame(frame)
	if f.random && sequence == nil {
		f.parts = append(f.parts, nil)
		copy(f.parts[1:], f.parts)
		f.parts[0] = p.header
	}
	return nil
}

// showsKeyFrame reads the beginning of uncompressed_header (§5.9.2).
func (p *av1Parser) showsKeyFrame(frame []byte) bool {
	if len(frame) == 0 {
		return false
	}
	if p.seq.ReducedStillPictureHeader {
		return true
	}
	const showExisting, frameType, showFrame = 0x80, 0x60, 0x10
	return frame[0]&(showExisting|frameType) == 0 && frame[0]&showFrame != 0
}

// learn takes the payload of a sequence header and reports whether it is new.
func (p *av1Parser) learn(payload []byte) (changed bool, err error) {
	if p.header != nil && bytes.Equal(p.header[1:], payload) {
		return false, nil
	}
	if len(payload) > maxParameterSetBytes {
		return false, errParameterSets
	}
	header := append([]byte{obuSequenceHeader << 3}, payload...)
	var seq av1.SequenceHeader
	err = seq.Unmarshal(header)
	// The parser gives up where a decoder model follows, before it has come to the size: such streams play all the same,
	// with their size unknown.
	unread := err != nil && (seq.DecoderModelInfoPresentFlag || seq.InitialDisplayDelayPresentFlag)
	if err != nil && !unread {
		return false, fmt.Errorf("sequence header: %w", err)
	}
	if seq.SeqProfile > 2 || !unread && !plausibleSize(seq.Width(), seq.Height()) {
		return false, fmt.Errorf("sequence header: profile %d, size %dx%d", seq.SeqProfile, seq.Width(), seq.Height())
	}
	p.sized = !unread
	p.header, p.seq = header, seq
	return true, nil
}

var errOBU = errors.New("OBU header: forbidden bit or wrong size")

// splitOBU reads obu_header (§5.3.2). Units have no size fields, but one that came with it is understood.
func splitOBU(obu []byte) (typ byte, payload []byte, err error) {
	if len(obu) == 0 || obu[0]&0x80 != 0 {
		return 0, nil, errOBU
	}
	h, rest := obu[0], obu[1:]
	if h&0x04 != 0 { // obu_extension_flag: temporal and spatial layer
		if len(rest) == 0 {
			return 0, nil, errOBU
		}
		rest = rest[1:]
	}
	if h&0x02 != 0 { // obu_has_size_field
		var size av1.LEB128
		n, err := size.Unmarshal(rest)
		if err != nil || uint64(size) > uint64(len(rest)-n) {
			return 0, nil, errOBU
		}
		rest = rest[n : n+int(size)]
	}
	return h >> 3 & 0x0f, rest, nil
}
