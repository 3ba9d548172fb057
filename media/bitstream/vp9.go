package bitstream

import (
	"bytes"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/vp9"

	"vantage/media"
)

// vp9HeaderBytes is enough of a key frame for its size: 10 bytes in profile 3, and one to spare.
const vp9HeaderBytes = 11

// vp9Parser inspects VP9. There is no reordering: a superframe shows one picture.
type vp9Parser struct {
	header        [vp9HeaderBytes]byte // beginning of the last key frame, parsed only when it changes
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
	if p.width > 0 && len(b) >= vp9HeaderBytes && bytes.Equal(b[:vp9HeaderBytes], p.header[:]) {
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
	p.header = [vp9HeaderBytes]byte{}
	copy(p.header[:], b)
	return nil
}
