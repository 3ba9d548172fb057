package heat

import (
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"vantage/media"
	"vantage/roi"
)

// opacity of the strongest offsets of a plan, 0 to 255.
const opacity = 150

// Colours of the map.
var (
	warm  = color.RGBA{255, 64, 16, 255}
	cold  = color.RGBA{24, 72, 255, 255}
	frame = color.RGBA{255, 224, 32, 255}
)

// Draw returns f with the plan over it. The plan may be nil, and may be for another size of the same picture.
func Draw(f *media.Frame, p *roi.Plan) (*image.RGBA, error) {
	img, err := Picture(f)
	if err != nil || p == nil {
		return img, err
	}
	tint(img, p)
	for _, o := range p.Objects {
		box(img, scale(o.Rect, p, f))
	}
	for _, o := range p.Objects {
		label(img, scale(o.Rect, p, f), o)
	}
	return img, nil
}

// tint lays the plan's colours over img, in proportion to the plan's own strongest offset either way.
func tint(img *image.RGBA, p *roi.Plan) {
	finest, coarsest := int8(-1), int8(1)
	for _, o := range p.Offsets {
		finest, coarsest = min(finest, o), max(coarsest, o)
	}
	size := img.Bounds().Size()
	for y := range size.Y {
		row := p.Offsets[y*p.HeightPx/size.Y/roi.BlockPx*p.Cols:][:p.Cols]
		for x := range size.X {
			o := row[x*p.WidthPx/size.X/roi.BlockPx]
			i := img.PixOffset(x, y)
			switch {
			case o < 0:
				blend(img.Pix[i:i+3], warm, opacity*int(o)/int(finest))
			case o > 0:
				blend(img.Pix[i:i+3], cold, opacity*int(o)/int(coarsest)/2)
			}
		}
	}
}

func blend(p []uint8, c color.RGBA, alpha int) {
	for k, v := range [3]uint8{c.R, c.G, c.B} {
		p[k] = uint8((int(p[k])*(255-alpha) + int(v)*alpha) / 255)
	}
}

func scale(r image.Rectangle, p *roi.Plan, f *media.Frame) image.Rectangle {
	return image.Rect(r.Min.X*f.WidthPx/p.WidthPx, r.Min.Y*f.HeightPx/p.HeightPx,
		r.Max.X*f.WidthPx/p.WidthPx, r.Max.Y*f.HeightPx/p.HeightPx)
}

// box draws an outline two pixels wide.
func box(img *image.RGBA, r image.Rectangle) {
	const width = 2
	inner := r.Inset(width)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if at := image.Pt(x, y); !at.In(inner) && at.In(img.Rect) {
				img.SetRGBA(x, y, frame)
			}
		}
	}
}

// label writes what the object is above its box, or inside where there is no room above.
func label(img *image.RGBA, r image.Rectangle, o media.Region) {
	text := o.Class
	if o.ID != 0 {
		text = fmt.Sprintf("%s %d", text, o.ID)
	}
	face := basicfont.Face7x13
	y := r.Min.Y - 3
	if y < face.Ascent {
		y = r.Min.Y + face.Ascent + 2
	}
	for _, d := range []struct {
		dx, dy int
		c      color.Color
	}{{1, 1, color.Black}, {0, 0, frame}} {
		w := font.Drawer{Dst: img, Src: image.NewUniform(d.c), Face: face, Dot: fixed.P(r.Min.X+d.dx, y+d.dy)}
		w.DrawString(text)
	}
}
