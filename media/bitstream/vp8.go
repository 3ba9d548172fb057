package bitstream

import (
	"errors"
	"fmt"

	"vantage/media"
)

// vp8Parser inspects VP8. There is no reordering: frames that are not shown are references only.
type vp8Parser struct {
	width, height int
	version       byte
}

func (*vp8Parser) configure([][]byte) {}

func (p *vp8Parser) describe(t *media.Track) {
	if p.width > 0 {
		t.WidthPx, t.HeightPx, t.Profile = p.width, p.height, fmt.Sprintf("Profile %d", p.version)
	}
}

// inspect reads the uncompressed data chunk (RFC 6386 §9.1).
func (p *vp8Parser) inspect(parts [][]byte, f *findings) error {
	b, err := whole(parts, f)
	if err != nil {
		return err
	}
	if len(b) < 3 {
		return errShort
	}
	if b[0]&0x01 != 0 {
		return nil // an interframe
	}
	if len(b) < 10 || b[3] != 0x9d || b[4] != 0x01 || b[5] != 0x2a {
		return errors.New("key frame without start code")
	}
	version := b[0] >> 1 & 0x07
	width := (int(b[6]) | int(b[7])<<8) & 0x3fff // the upper two bits ask for scaling
	height := (int(b[8]) | int(b[9])<<8) & 0x3fff
	if version > 3 || !plausibleSize(width, height) {
		return fmt.Errorf("key frame of version %d, size %dx%d", version, width, height)
	}
	f.random = true
	f.changed = width != p.width || height != p.height || version != p.version
	p.width, p.height, p.version = width, height, version
	return nil
}

// whole takes the one part of a unit of a codec that has no NAL units or OBUs.
func whole(parts [][]byte, f *findings) ([]byte, error) {
	for _, part := range parts {
		if len(part) > 0 {
			f.parts = append(f.parts, part)
		}
	}
	switch len(f.parts) {
	case 1:
		return f.parts[0], nil
	case 0:
		return nil, errEmpty
	default:
		return nil, fmt.Errorf("%d parts where one is expected", len(f.parts))
	}
}
