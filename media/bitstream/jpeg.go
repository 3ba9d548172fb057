package bitstream

import (
	"encoding/binary"
	"errors"
	"fmt"

	"vantage/media"
)

var errNoSOF = errors.New("no frame header before the scan")

// jpegParser inspects motion JPEG, where every picture stands alone.
type jpegParser struct{ width, height int }

func (*jpegParser) configure([][]byte) {}

func (p *jpegParser) describe(t *media.Track) {
	if p.width > 0 {
		t.WidthPx, t.HeightPx = p.width, p.height
	}
}

func (p *jpegParser) inspect(parts [][]byte, f *findings) error {
	b, err := whole(parts, f)
	if err != nil {
		return err
	}
	width, height, err := jpegSize(b)
	if err != nil {
		return err
	}
	if !plausibleSize(width, height) {
		return fmt.Errorf("picture size %dx%d", width, height)
	}
	f.random = true
	f.changed = width != p.width || height != p.height
	p.width, p.height = width, height
	return nil
}

// jpegSize walks the marker segments up to the frame header (T.81 §B.2.2).
func jpegSize(b []byte) (width, height int, err error) {
	const soi, sos, eoi = 0xd8, 0xda, 0xd9
	if len(b) < 4 || b[0] != 0xff || b[1] != soi {
		return 0, 0, errors.New("no start of image")
	}
	b = b[2:]
	for len(b) >= 4 {
		if b[0] != 0xff {
			return 0, 0, errors.New("marker expected")
		}
		marker := b[1]
		if marker == 0xff { // fill byte, §B.1.1.2
			b = b[1:]
			continue
		}
		size := int(binary.BigEndian.Uint16(b[2:]))
		if marker == sos || marker == eoi || size < 2 || len(b) < 2+size {
			break
		}
		// SOF0 to SOF15 but DHT (C4), JPG (C8) and DAC (CC)
		if marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc {
			if size < 8 {
				break
			}
			return int(binary.BigEndian.Uint16(b[7:])), int(binary.BigEndian.Uint16(b[5:])), nil
		}
		b = b[2+size:]
	}
	return 0, 0, errNoSOF
}
