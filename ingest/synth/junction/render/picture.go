package render

import "image"

// picture is I420, limited range, BT.709, without noise.
type picture struct {
	w, h    int
	y, u, v []byte
}

func newPicture(w, h int) picture {
	return picture{w, h, make([]byte, w*h), make([]byte, w/2*(h/2)), make([]byte, w/2*(h/2))}
}

func (p *picture) copyFrom(o *picture) {
	copy(p.y, o.y)
	copy(p.u, o.u)
	copy(p.v, o.v)
}

func (p *picture) copyTile(o *picture, t image.Rectangle) {
	for y := t.Min.Y; y < t.Max.Y; y++ {
		at := y * p.w
		copy(p.y[at+t.Min.X:at+t.Max.X], o.y[at+t.Min.X:])
	}
	cw := p.w / 2
	for y := t.Min.Y / 2; y < t.Max.Y/2; y++ {
		from, to := y*cw+t.Min.X/2, y*cw+t.Max.X/2
		copy(p.u[from:to], o.u[from:])
		copy(p.v[from:to], o.v[from:])
	}
}

// vignette is the fall of light towards the corners, a parabola, which is the sum of one along each axis: 256 is none.
type vignette struct{ x, y []int32 }

// vignetteShare is the light that is lost in a corner, of 256.
const vignetteShare = 44

func newVignette(w, h int) vignette {
	v := vignette{make([]int32, w), make([]int32, h)}
	total := int64(w)*int64(w) + int64(h)*int64(h)
	for _, axis := range []struct {
		loss []int32
		n    int
	}{{v.x, w}, {v.y, h}} {
		for i := range axis.loss {
			d := int64(2*i + 1 - axis.n)
			axis.loss[i] = int32(vignetteShare * d * d / total)
		}
	}
	return v
}

// load brings the backdrop into the work buffer.
func (r *Renderer) load(t image.Rectangle) {
	w := r.work.W
	for y := t.Min.Y * samples; y < t.Max.Y*samples; y++ {
		from, to := y*w+t.Min.X*samples, y*w+t.Max.X*samples
		copy(r.work.Color[from:to], r.back.lit.Color[from:])
		copy(r.work.Depth[from:to], r.back.lit.Depth[from:])
		clear(r.work.ID[from:to])
	}
}

// resolve averages samples to pixels and converts them to Y'CbCr (ITU-R BT.709, limited range).
func (r *Renderer) resolve(t image.Rectangle, out *picture) {
	w := r.work.W
	for y := t.Min.Y; y < t.Max.Y; y += 2 {
		for x := t.Min.X; x < t.Max.X; x += 2 {
			var sr, sg, sb int32
			for j := range 2 {
				for i := range 2 {
					at := (y+j)*samples*w + (x+i)*samples
					a, b := r.work.Color[at], r.work.Color[at+1]
					c, d := r.work.Color[at+w], r.work.Color[at+w+1]
					// Two channels at once: red and blue do not meet within 16 bits.
					rb := a&0xFF00FF + b&0xFF00FF + c&0xFF00FF + d&0xFF00FF
					g := int32(a>>8&0xFF + b>>8&0xFF + c>>8&0xFF + d>>8&0xFF)
					red, blue := int32(rb&0xFFFF), int32(rb>>16)
					k := 256 - r.vignette.x[x+i] - r.vignette.y[y+j]
					red, g, blue = red*k>>8, g*k>>8, blue*k>>8
					out.y[(y+j)*out.w+x+i] = byte(16 + (47*red+157*g+16*blue+512)>>10)
					sr += red
					sg += g
					sb += blue
				}
			}
			at := y/2*(out.w/2) + x/2
			out.u[at] = byte(128 + (-26*sr-87*sg+113*sb+2048)>>12)
			out.v[at] = byte(128 + (112*sr-102*sg-10*sb+2048)>>12)
		}
	}
}
