package transcode

import (
	"math/rand/v2"
	"sync"

	"vantage/media"
)

// textureSide is the period of the noise in Texture, in pixels: a power of two.
const textureSide = 256

// textureNoise returns two tiles of noise that are the same in every process: coarse and fine.
var textureNoise = sync.OnceValue(func() (tiles [2][textureSide * textureSide]int8) {
	r := rand.New(rand.NewPCG(1, 2))
	const coarsePx, coarseAmplitude, fineAmplitude = 8, 48, 14
	var cells [textureSide / coarsePx * textureSide / coarsePx]int8
	for i := range cells {
		cells[i] = int8(r.IntN(2*coarseAmplitude+1) - coarseAmplitude)
	}
	for i := range tiles[0] {
		x, y := i%textureSide, i/textureSide
		tiles[0][i] = cells[y/coarsePx*(textureSide/coarsePx)+x/coarsePx]
		tiles[1][i] = int8(r.IntN(2*fineAmplitude+1) - fineAmplitude)
	}
	return tiles
})

// TextureFrameRate is the frame rate of the pictures of Texture, in pictures a second.
const TextureFrameRate = 30

// Texture paints picture i of a sequence for measuring encoders, which the caller owns: coarse texture that moves by whole
// pixels, which an encoder can predict, under fine noise that is new in every picture, which it must spend bits on anywhere in
// the picture. It depends on nothing but its arguments. PTS counts from 0 at 90 kHz and 30 pictures a second.
func Texture(widthPx, heightPx, i int) *media.Frame {
	tiles := textureNoise()
	f := media.NewFrame(media.I420, widthPx, heightPx)
	f.ClockRate = 90000
	f.PTS = int64(i) * 90000 / TextureFrameRate
	r := rand.New(rand.NewPCG(3, uint64(i)))
	ox, oy := r.IntN(textureSide), r.IntN(textureSide)
	const mask, grey = textureSide - 1, 128
	for p, plane := range f.Planes {
		w, h, fine := widthPx, heightPx, 1
		if p > 0 {
			w, h, fine = (widthPx+1)/2, (heightPx+1)/2, 0
		}
		for y := range h {
			row := plane[y*f.Strides[p]:][:w]
			coarse := tiles[0][(y+i)&mask*textureSide:][:textureSide]
			noise := tiles[1][(y+oy)&mask*textureSide:][:textureSide]
			for x := range row {
				row[x] = byte(grey + int(coarse[(x+2*i)&mask]) + fine*int(noise[(x+ox)&mask]))
			}
		}
	}
	return f
}
