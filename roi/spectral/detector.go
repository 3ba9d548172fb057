package spectral

import (
	"context"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/dsp/fourier"
	"gorgonia.org/tensor"

	"vantage/media"
	"vantage/roi"
)

// Size of the map. Hou and Zhang look at a picture 64 samples wide: its scale is that of the objects which a glance finds.
const (
	cols = 64
	rows = 48
)

// smoothSamples is the radius of the three box passes that stand for the paper's Gaussian.
const smoothSamples = 2

// trust is low: contrast is a guess at importance, for want of anything better.
const trust = 0.5

// Detector finds what stands out of the statistics of its own picture. It is a [roi.Mapper] and reports no objects.
type Detector struct {
	luma       roi.Luma
	rowFFT     *fourier.CmplxFFT
	colFFT     *fourier.CmplxFFT
	field      []complex128 // rows by cols
	column     []complex128
	logs       []float64
	mean, work []float64
	heat       *tensor.Dense
	seen       bool
}

// New returns a detector.
func New() *Detector {
	const n = rows * cols
	return &Detector{
		rowFFT: fourier.NewCmplxFFT(cols), colFFT: fourier.NewCmplxFFT(rows),
		field: make([]complex128, n), column: make([]complex128, rows),
		logs: make([]float64, n), mean: make([]float64, n), work: make([]float64, n),
		heat: tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(rows, cols)),
	}
}

// Detect implements [roi.Detector]; the objects are always none.
func (d *Detector) Detect(ctx context.Context, f *media.Frame) ([]media.Region, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if err := d.luma.Sample(f, roi.AnalysisWidthPx); err != nil {
		return nil, err
	}
	d.load()
	d.transform(false)
	d.residual()
	d.transform(true)
	d.render()
	d.seen = true
	return nil, nil
}

// Saliency implements [roi.Mapper].
func (d *Detector) Saliency() (*tensor.Dense, float32) {
	if !d.seen {
		return nil, 0
	}
	return d.heat, trust
}

// load averages the luma into the field, whatever its shape: the map is rows by cols of the whole picture.
func (d *Detector) load() {
	l := &d.luma
	for r := range rows {
		y0, y1 := share(r, rows, l.HeightPx)
		for c := range cols {
			x0, x1 := share(c, cols, l.WidthPx)
			sum := 0
			for y := y0; y < y1; y++ {
				for _, v := range l.Pix[y*l.WidthPx+x0 : y*l.WidthPx+x1] {
					sum += int(v)
				}
			}
			d.field[r*cols+c] = complex(float64(sum)/float64((y1-y0)*(x1-x0)), 0)
		}
	}
}

// share returns the samples, lo to hi exclusive and at least one, of a side of px that part i of n covers.
func share(i, n, px int) (lo, hi int) {
	lo = min(i*px/n, px-1)
	return lo, max((i+1)*px/n, lo+1)
}

// transform is the two-dimensional DFT of the field, or its inverse without the scale.
func (d *Detector) transform(inverse bool) {
	for r := range rows {
		row := d.field[r*cols : (r+1)*cols]
		if inverse {
			d.rowFFT.Sequence(row, row)
		} else {
			d.rowFFT.Coefficients(row, row)
		}
	}
	for c := range cols {
		for r := range rows {
			d.column[r] = d.field[r*cols+c]
		}
		if inverse {
			d.colFFT.Sequence(d.column, d.column)
		} else {
			d.colFFT.Coefficients(d.column, d.column)
		}
		for r := range rows {
			d.field[r*cols+c] = d.column[r]
		}
	}
}

// residual replaces the log amplitude spectrum by what its 3 by 3 mean leaves of it, and keeps the phase (Hou and Zhang, eq. 3 to 5).
func (d *Detector) residual() {
	const least = 1e-6 // of an amplitude, against the logarithm of zero in a flat picture
	for i, v := range d.field {
		d.logs[i] = math.Log(max(cmplx.Abs(v), least))
	}
	copy(d.mean, d.logs)
	blur(d.mean, d.work, 1, true)
	for i, v := range d.field {
		a := cmplx.Abs(v)
		if a < least {
			d.field[i] = 0
			continue
		}
		d.field[i] = v * complex(math.Exp(d.logs[i]-d.mean[i])/a, 0)
	}
}

// render smooths the energy of the field and stretches it over the map: the mean becomes 0, and what stands out from it by
// full standard deviations 1. A picture without structure stays 0.
func (d *Detector) render() {
	const full, flat = 3.0, 1e-9
	for i, v := range d.field {
		d.mean[i] = real(v)*real(v) + imag(v)*imag(v)
	}
	for range 3 {
		blur(d.mean, d.work, smoothSamples, false)
	}
	var sum, squares float64
	for _, v := range d.mean {
		sum += v
		squares += v * v
	}
	n := float64(len(d.mean))
	mean := sum / n
	sigma := math.Sqrt(max(squares/n-mean*mean, 0))
	heat := d.heat.Float32s()
	if sigma <= flat*mean || mean == 0 {
		clear(heat)
		return
	}
	for i, v := range d.mean {
		heat[i] = float32(min(max((v-mean)/(full*sigma), 0), 1))
	}
}

// blur replaces v by its mean over a square of 2*radius+1 samples; wrap continues it periodically, as a spectrum is, else the
// border is repeated.
func blur(v, work []float64, radius int, wrap bool) {
	norm := 1 / float64(2*radius+1)
	at := func(i, n int) int {
		if wrap {
			return (i + n) % n
		}
		return min(max(i, 0), n-1)
	}
	for r := range rows {
		for c := range cols {
			sum := 0.0
			for k := -radius; k <= radius; k++ {
				sum += v[r*cols+at(c+k, cols)]
			}
			work[r*cols+c] = sum * norm
		}
	}
	for r := range rows {
		for c := range cols {
			sum := 0.0
			for k := -radius; k <= radius; k++ {
				sum += work[at(r+k, rows)*cols+c]
			}
			v[r*cols+c] = sum * norm
		}
	}
}
