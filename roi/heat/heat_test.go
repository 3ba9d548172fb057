package heat_test

import (
	"image"
	"image/color"
	"testing"

	"vantage/media"
	"vantage/media/mediatest"
	"vantage/roi"
	"vantage/roi/heat"
)

// grey returns a mid-grey picture.
func grey(format media.PixelFormat, w, h int) *media.Frame {
	f := media.NewFrame(format, w, h)
	for _, p := range f.Planes {
		for i := range p {
			p[i] = 128
		}
	}
	return f
}

func TestRegionsAreWarmAndBackgroundIsCold(t *testing.T) {
	mediatest.NoLeaks(t)
	offsets := make([]int8, 10*6)
	for i := range offsets {
		offsets[i] = 5
	}
	offsets[2*10+3], offsets[5*10+9] = -3, 0
	p := roi.NewPlan(160, 90, offsets)
	p.Objects = []media.Region{{Rect: image.Rect(100, 2, 150, 60), Class: "person", ID: 3}, {Rect: image.Rect(-9, 80, 900, 95)}}
	for _, format := range []media.PixelFormat{media.I420, media.NV12, media.Gray8, media.RGBA} {
		for _, size := range []image.Point{{160, 90}, {321, 181}} {
			f := grey(format, size.X, size.Y)
			img, err := heat.Draw(f, p)
			f.Release()
			if err != nil {
				t.Fatal(err)
			}
			at := func(x, y int) color.RGBA { return img.RGBAAt(x*size.X/160, y*size.Y/90) }
			if c := at(56, 40); c.R <= c.B {
				t.Errorf("%v %v: a fine block is %v, want it warm", format, size, c)
			}
			if c := at(24, 40); c.B <= c.R {
				t.Errorf("%v %v: a coarse block is %v, want it cold", format, size, c)
			}
			if c := at(155, 84); c.R != 255 && (c.R != c.G || c.G != c.B) {
				t.Errorf("%v %v: an even block is %v, want it grey", format, size, c)
			}
		}
	}
}

func TestPictureHasItsColours(t *testing.T) {
	for name, c := range map[string]struct {
		y, u, v byte
		full    bool
		want    color.RGBA
	}{
		"black of limited range": {16, 128, 128, false, color.RGBA{0, 0, 0, 255}},
		"white of limited range": {235, 128, 128, false, color.RGBA{255, 255, 255, 255}},
		"black of full range":    {0, 128, 128, true, color.RGBA{0, 0, 0, 255}},
		"white of full range":    {255, 128, 128, true, color.RGBA{255, 255, 255, 255}},
		"red of BT.601":          {81, 90, 240, false, color.RGBA{254, 0, 0, 255}},
		"blue of BT.601":         {41, 240, 110, false, color.RGBA{0, 0, 255, 255}},
	} {
		t.Run(name, func(t *testing.T) {
			f := media.NewFrame(media.I420, 3, 3)
			defer f.Release()
			f.FullRange = c.full
			for i, v := range []byte{c.y, c.u, c.v} {
				for k := range f.Planes[i] {
					f.Planes[i][k] = v
				}
			}
			img, err := heat.Picture(f)
			if err != nil {
				t.Fatal(err)
			}
			got := img.RGBAAt(2, 2)
			for i, d := range []int{int(got.R) - int(c.want.R), int(got.G) - int(c.want.G), int(got.B) - int(c.want.B)} {
				if d < -2 || d > 2 {
					t.Errorf("channel %d: got %v, want %v", i, got, c.want)
				}
			}
		})
	}
}

func TestNoPlanShowsThePictureAlone(t *testing.T) {
	f := grey(media.Gray8, 20, 20)
	defer f.Release()
	img, err := heat.Draw(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c := img.RGBAAt(3, 3); c.R != c.B {
		t.Errorf("got %v, want grey", c)
	}
}

func TestDeviceMemoryIsAnError(t *testing.T) {
	f := media.WrapFrame(nowhere{})
	defer f.Release()
	f.WidthPx, f.HeightPx, f.Format = 64, 48, media.NV12
	if _, err := heat.Draw(f, nil); err == nil {
		t.Error("no error")
	}
}

type nowhere struct{}

func (nowhere) Free() {}
