package heat

import (
	"fmt"
	"image"

	"vantage/media"
)

// matrix holds the coefficients of a YCbCr conversion, in 1/65536.
type matrix struct{ y, rv, gu, gv, bu int32 }

// The conversions, for limited and full range.
var (
	bt601     = [2]matrix{{76309, 104597, 25675, 53279, 132201}, {65536, 91881, 22553, 46802, 116130}}
	bt709     = [2]matrix{{76309, 117489, 13975, 34925, 138438}, {65536, 103206, 12276, 30679, 121609}}
	hdHeight  = 720
	hdWidth   = 1280
	blackLine = [2]int32{16, 0}
)

// Picture returns f as an RGBA image.
func Picture(f *media.Frame) (*image.RGBA, error) {
	if len(f.Planes) == 0 {
		return nil, fmt.Errorf("heat: picture %dx%d is not in host memory", f.WidthPx, f.HeightPx)
	}
	img := image.NewRGBA(image.Rect(0, 0, f.WidthPx, f.HeightPx))
	if f.Format == media.RGBA {
		for y := range f.HeightPx {
			copy(img.Pix[y*img.Stride:][:4*f.WidthPx], f.Planes[0][y*f.Strides[0]:])
		}
		return img, nil
	}
	full := 0
	if f.FullRange {
		full = 1
	}
	m := bt601[full]
	if f.WidthPx >= hdWidth || f.HeightPx >= hdHeight {
		m = bt709[full]
	}
	for y := range f.HeightPx {
		luma, out := f.Planes[0][y*f.Strides[0]:], img.Pix[y*img.Stride:]
		for x := range f.WidthPx {
			u, v := chroma(f, x/2, y/2)
			l := (int32(luma[x])-blackLine[full])*m.y + 1<<15
			out[4*x+0] = clip((l + m.rv*v) >> 16)
			out[4*x+1] = clip((l - m.gu*u - m.gv*v) >> 16)
			out[4*x+2] = clip((l + m.bu*u) >> 16)
			out[4*x+3] = 255
		}
	}
	return img, nil
}

// chroma returns Cb and Cr at a position of the halved planes, around 0.
func chroma(f *media.Frame, x, y int) (u, v int32) {
	switch f.Format {
	case media.I420:
		return int32(f.Planes[1][y*f.Strides[1]+x]) - 128, int32(f.Planes[2][y*f.Strides[2]+x]) - 128
	case media.NV12:
		i := y*f.Strides[1] + 2*x
		return int32(f.Planes[1][i]) - 128, int32(f.Planes[1][i+1]) - 128
	default:
		return 0, 0
	}
}

func clip(v int32) uint8 { return uint8(min(max(v, 0), 255)) }
