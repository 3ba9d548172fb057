package bitstream

import (
	"bytes"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/vp9"

	"vantage/media"
)

// vp9SizeEnd is the number of bits up to the end of frame_size in a key frame, by profile: a byte of flags, the start
// code, color_config and the size (§6.2).
var vp9SizeEnd = [...]int{68, 71, 69, 73}

// vp9Parser inspects VP9. There is no reordering: a superframe shows one picture.
type vp9Parser struct {
	header        [10]byte // beginning of the last key frame, which is parsed again only when it changes
	width, height int
	profile       uint8
}

func (*vp9Parser) configure([][]byte) {}

func (p *vp9Parser) describe(t *media.Track) {
	if p.width > 0 {
		t.WidthPx, t.HeightPx, t.Profile = p.width, p.height, fmt.Sprintf("Profile %d", p.profile)
	}
}

// inspect reads the uncompressed header (VP9 §6.2) of the unit's first frame.
func (p *vp9Parser) inspect(parts [][]byte, f *findings) error {
	b, err := whole(parts, f)
	if err != nil {
		return err
	}
	if p.width > 0 && p.sameHeader(b) {
		f.random = true
		return nil
	}
	var h vp9.Header
	if err := h.Unmarshal(b); err != nil {
		return fmt.Errorf("frame header: %w", err)
	}
	if h.NonKeyFrame || h.ShowExistingFrame {
		return nil
	}
	width, height := h.Width(), h.Height()
	if !plausibleSize(width, height) {
		return fmt.Errorf("key frame of size %dx%d", width, height)
	}
	f.random = true
	f.changed = width != p.width || height != p.height || h.Profile != p.profile
	p.width, p.height, p.profile = width, height, h.Profile
	copy(p.header[:], b)
	return nil
}

// sameHeader reports whether b begins as the last key frame did, up to its size.
func (p *vp9Parser) sameHeader(b []byte) bool {
	if len(b) < len(p.header) {
		return false
	}
	n := vp9SizeEnd[p.profile]
	rest := byte(0xff) << (8 - n%8)
	return bytes.Equal(b[:n/8], p.header[:n/8]) && (b[n/8]^p.header[n/8])&rest == 0
}
