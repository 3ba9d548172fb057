package fake

import (
	"fmt"
	"image"

	"vantage/media"
	"vantage/transcode"
)

// Scaler picks the nearest samples. It implements [transcode.Scaler].
type Scaler struct {
	size   media.Size
	format media.PixelFormat
	closed bool
}

var _ transcode.Scaler = (*Scaler)(nil)

// NewScaler returns a scaler to I420 or Gray8 of the size; zero keeps the size of each picture.
func NewScaler(size media.Size, format media.PixelFormat) (*Scaler, error) {
	if format != media.I420 && format != media.Gray8 {
		return nil, fmt.Errorf("fake: scale to %v", format)
	}
	return &Scaler{size: size, format: format}, nil
}

// Scale implements [transcode.Scaler].
func (s *Scaler) Scale(f *media.Frame) (*media.Frame, error) {
	if s.closed {
		return nil, errClosed
	}
	if f.Format != media.I420 && f.Format != s.format {
		return nil, fmt.Errorf("fake: scale from %v to %v", f.Format, s.format)
	}
	size := s.size
	if size.IsZero() {
		size = media.Size{WidthPx: f.WidthPx, HeightPx: f.HeightPx}
	}
	if f.Format == s.format && size == (media.Size{WidthPx: f.WidthPx, HeightPx: f.HeightPx}) {
		return f.Derive(), nil
	}
	out := media.NewFrame(s.format, size.WidthPx, size.HeightPx)
	for p := range out.Planes {
		sw, sh, dw, dh := f.WidthPx, f.HeightPx, size.WidthPx, size.HeightPx
		if p > 0 {
			sw, sh, dw, dh = (sw+1)/2, (sh+1)/2, (dw+1)/2, (dh+1)/2
		}
		for y := range dh {
			src, dst := f.Planes[p][y*sh/dh*f.Strides[p]:], out.Planes[p][y*out.Strides[p]:]
			for x := range dw {
				dst[x] = src[x*sw/dw]
			}
		}
	}
	out.FullRange = f.FullRange
	out.PTS, out.ClockRate, out.Captured, out.Arrived = f.PTS, f.ClockRate, f.Captured, f.Arrived
	out.Regions = media.ScaleRegions(nil, f.Regions, image.Pt(f.WidthPx, f.HeightPx), image.Pt(size.WidthPx, size.HeightPx))
	return out, nil
}

// Close ends the scaler's use.
func (s *Scaler) Close() error {
	s.closed = true
	return nil
}
