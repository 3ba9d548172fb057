package quality

// SSIM constants (K·L)² for 8-bit samples, scaled by the window's 64 samples (and by 63 for the unbiased variance), so that
// window sums can stay whole numbers.
const (
	windowPx = 8
	blockPx  = windowPx / 2
	samples  = windowPx * windowPx
	c1       = 0.01 * 0.01 * 255 * 255 * samples
	c2       = 0.03 * 0.03 * 255 * 255 * samples * (samples - 1)
)

// moments are sums over a block: of both planes' samples, of their squares, of their products.
type moments struct{ a, b, squares, products int32 }

func (m *moments) add(o moments) {
	m.a += o.a
	m.b += o.b
	m.squares += o.squares
	m.products += o.products
}

// structure sums the SSIM of every window. A window is inside if its centre is.
func (s *Sum) structure(a, b luma, mask *Mask) {
	cols, rows := a.widthPx/blockPx, a.heightPx/blockPx
	if cols < 2 || rows < 2 {
		return
	}
	upper, lower := make([]moments, cols), make([]moments, cols)
	blockRow(upper, a, b, 0)
	for y := 1; y < rows; y++ {
		blockRow(lower, a, b, y*blockPx)
		for x := 1; x < cols; x++ {
			w := upper[x-1]
			w.add(upper[x])
			w.add(lower[x-1])
			w.add(lower[x])
			t := &s.outside
			if mask != nil && mask.inside[y*blockPx*a.widthPx+x*blockPx] {
				t = &s.inside
			}
			t.ssim += w.ssim()
			t.windows++
		}
		upper, lower = lower, upper
	}
}

// blockRow computes the moments of a row of blocks whose first line is y.
func blockRow(dst []moments, a, b luma, y int) {
	clear(dst)
	for dy := range blockPx {
		ra, rb := a.row(y+dy), b.row(y+dy)
		for x := range dst {
			pa, pb := ra[x*blockPx:][:blockPx], rb[x*blockPx:][:blockPx]
			m := &dst[x]
			for i := range blockPx {
				va, vb := int32(pa[i]), int32(pb[i])
				m.a += va
				m.b += vb
				m.squares += va*va + vb*vb
				m.products += va * vb
			}
		}
	}
}

// ssim is the index of a window with these sums.
func (m moments) ssim() float64 {
	a, b := float64(m.a), float64(m.b)
	variances := float64(m.squares)*samples - a*a - b*b
	covariance := float64(m.products)*samples - a*b
	return (2*a*b + c1) * (2*covariance + c2) / ((a*a + b*b + c1) * (variances + c2))
}
