package fake

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"vantage/media"
)

// NAL unit header bytes, as in H.264.
const (
	nalSPS   = 0x67
	nalPPS   = 0x68
	nalIDR   = 0x65
	nalSlice = 0x41
)

// blockPx is the side of a luma block with its own quantiser.
const blockPx = 16

// maxSide bounds pictures on the way in and out, in pixels.
const maxSide = 4096

// sliceHeader is the length of a slice header: NAL unit type, number of the picture since the last IDR (2 bytes), quantiser.
const sliceHeader = 4

// sps is the sequence parameter set: type, width, height.
func sps(widthPx, heightPx int) []byte {
	b := []byte{nalSPS}
	b = binary.BigEndian.AppendUint16(b, uint16(widthPx))
	return binary.BigEndian.AppendUint16(b, uint16(heightPx))
}

var errSyntax = errors.New("fake: damaged unit")

func parseSPS(b []byte) (widthPx, heightPx int, err error) {
	if len(b) != 5 || b[0] != nalSPS {
		return 0, 0, errSyntax
	}
	w, h := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	if w == 0 || h == 0 || w > maxSide || h > maxSide {
		return 0, 0, fmt.Errorf("%w: picture of %dx%d", errSyntax, w, h)
	}
	return w, h, nil
}

// grid is the number of blocks of a picture.
func grid(widthPx, heightPx int) (cols, rows int) {
	return (widthPx + blockPx - 1) / blockPx, (heightPx + blockPx - 1) / blockPx
}

// maxQP is the coarsest quantiser.
const maxQP = 51

// steps are the quantiser's step sizes by QP.
var steps = func() (s [maxQP + 1]int) {
	for qp := range s {
		s[qp] = max(1, int(math.Round(0.625*math.Pow(2, float64(qp)/6))))
	}
	return s
}()

// grey is the prediction where there is no picture before.
const grey = 128

// plane is one plane of a picture that the codec made.
type plane struct {
	index, stride     int
	widthPx, heightPx int
	shift             int // from the luma's coordinates to the plane's
	blockCols         int // of the luma's quantiser blocks
}

// planes describes a picture in I420.
func planes(f *media.Frame) [3]plane {
	cols, _ := grid(f.WidthPx, f.HeightPx)
	cw, ch := (f.WidthPx+1)/2, (f.HeightPx+1)/2
	return [3]plane{
		{0, f.Strides[0], f.WidthPx, f.HeightPx, 0, cols}, {1, f.Strides[1], cw, ch, 1, cols}, {2, f.Strides[2], cw, ch, 1, cols},
	}
}

// levels is the number of coefficients of the plane, its last blocks filled up.
func (p plane) levels() int {
	up := func(n int) int { return (n + side - 1) / side * side }
	return up(p.widthPx) * up(p.heightPx)
}

// step is the quantiser step at a sample.
func (p plane) step(qps []byte, x, y int) int {
	return steps[min(qps[(y<<p.shift)/blockPx*p.blockCols+(x<<p.shift)/blockPx], maxQP)]
}

// predict is the prediction of the sample at an offset.
func (p plane) predict(prediction []byte, at int) int {
	if prediction == nil {
		return grey
	}
	return int(prediction[at])
}

// pack compresses a slice body; unpack reverses it and returns exactly n bytes.
func pack(dst *bytes.Buffer, w *flate.Writer, body []byte) error {
	w.Reset(dst)
	if _, err := w.Write(body); err != nil {
		return err
	}
	return w.Close()
}

func unpack(src []byte, n int) ([]byte, error) {
	body := make([]byte, n)
	if _, err := io.ReadFull(flate.NewReader(bytes.NewReader(src)), body); err != nil {
		return nil, fmt.Errorf("%w: %w", errSyntax, err)
	}
	return body, nil
}
