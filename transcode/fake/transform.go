package fake

// side is the side of a transform block in samples.
const side = 4

// block is a 4x4 block of samples or coefficients, row by row.
type block [side * side]int

// hadamard applies the Walsh-Hadamard transform to rows and columns. Twice it is the identity times 16.
func (b *block) hadamard() {
	for i := range side {
		butterfly(&b[side*i], &b[side*i+1], &b[side*i+2], &b[side*i+3])
	}
	for i := range side {
		butterfly(&b[i], &b[i+side], &b[i+2*side], &b[i+3*side])
	}
}

func butterfly(a, b, c, d *int) {
	s, t, u, v := *a+*b, *a-*b, *c+*d, *c-*d
	*a, *b, *c, *d = s+u, t+v, s-u, t-v
}

// quantise divides by the step size, rounding to nearest but towards zero a little, and bounds the levels to a byte.
func (b *block) quantise(step int) {
	const maxLevel = 127
	step *= side // the transform's gain
	for i, v := range b {
		q := min((abs(v)+step*3/8)/step, maxLevel)
		if v < 0 {
			q = -q
		}
		b[i] = q
	}
}

// dequantise reverses quantise and the transform.
func (b *block) dequantise(step int) {
	for i := range b {
		b[i] *= step
	}
	b.hadamard()
	for i, v := range b {
		b[i] = v / side
	}
}

func abs(v int) int { return max(v, -v) }

// reconstruct adds a dequantised block at x, y to the prediction (nil is grey) and writes the samples into pix.
func (b *block) reconstruct(p plane, pix, prediction []byte, x, y int) {
	for dy := range min(side, p.heightPx-y) {
		for dx := range min(side, p.widthPx-x) {
			at := (y+dy)*p.stride + x + dx
			pix[at] = byte(min(max(p.predict(prediction, at)+b[dy*side+dx], 0), 255))
		}
	}
}
