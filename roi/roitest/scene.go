package roitest

import (
	"image"
	"math/rand/v2"

	"vantage/media"
)

// FPS is the picture rate of a scene.
const FPS = 12

// Scene paints pictures of a textured ground with noise, under a light, with rectangles on it. It is deterministic by Seed.
type Scene struct {
	WidthPx, HeightPx int
	Format            media.PixelFormat // of the pictures; the zero value is Gray8
	Seed              uint64
	Noise             int     // greatest deviation of a sample by noise, in grey levels
	Light             float64 // factor on every sample; 0 is 1
	Shift             int     // of the ground, in pixels to the left: a camera that pans
	Flat              bool    // a ground without texture, mid grey

	picture int
	ground  []byte
	rng     *rand.Rand
}

// groundMargin is how much wider than the picture the ground is, so that it can be shifted.
const groundMargin = 4096

// Next paints the next picture, with the given rectangles as objects of dark and bright stripes on it, which the caller owns.
func (s *Scene) Next(objects ...image.Rectangle) *media.Frame {
	if s.ground == nil {
		s.paintGround()
	}
	format := s.Format
	if format == 0 {
		format = media.Gray8
	}
	f := media.NewFrame(format, s.WidthPx, s.HeightPx)
	f.PTS, f.ClockRate = int64(s.picture)*90000/FPS, 90000
	s.picture++
	for _, p := range f.Planes[1:] {
		for i := range p {
			p[i] = 128
		}
	}
	stride := s.WidthPx + groundMargin
	for y := range s.HeightPx {
		row := f.Planes[0][y*f.Strides[0]:][:s.WidthPx]
		copy(row, s.ground[y*stride+s.Shift%groundMargin:])
	}
	for _, o := range objects {
		s.paintObject(f, o)
	}
	s.light(f)
	return f
}

// paintGround makes patches of 6 by 6 pixels of differing grey: edges for a detector to hold on to.
func (s *Scene) paintGround() {
	const patch, lo, span = 6, 80, 60
	s.rng = rand.New(rand.NewPCG(s.Seed, 1))
	stride := s.WidthPx + groundMargin
	s.ground = make([]byte, stride*s.HeightPx)
	patches := make([]byte, stride/patch+1)
	for y := range s.HeightPx {
		if y%patch == 0 {
			for i := range patches {
				patches[i] = byte(lo + s.rng.IntN(span))
			}
		}
		for x := range stride {
			if s.Flat {
				s.ground[y*stride+x] = lo + span/2
			} else {
				s.ground[y*stride+x] = patches[x/patch]
			}
		}
	}
}

func (s *Scene) paintObject(f *media.Frame, o image.Rectangle) {
	const stripe, dark, bright = 8, 20, 220
	in := o.Intersect(image.Rect(0, 0, s.WidthPx, s.HeightPx))
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			v := byte(dark)
			if (y-o.Min.Y)/stripe%2 == 1 {
				v = bright
			}
			f.Planes[0][y*f.Strides[0]+x] = v
		}
	}
}

func (s *Scene) light(f *media.Frame) {
	light := s.Light
	if light == 0 {
		light = 1
	}
	for y := range s.HeightPx {
		row := f.Planes[0][y*f.Strides[0]:][:s.WidthPx]
		for i, v := range row {
			n := 0
			if s.Noise > 0 {
				n = s.rng.IntN(2*s.Noise+1) - s.Noise
			}
			row[i] = byte(min(max(float64(v)*light+float64(n), 0), 255))
		}
	}
}
