package quality

import (
	"fmt"
	"math"

	"vantage/media"
)

// MaxPSNR stands for "no difference at all", in dB, so that results stay finite numbers.
const MaxPSNR = 100

// Score is the quality of some set of pixels. The zero value says that there were none.
type Score struct {
	PSNR   float64 `json:"psnr"`   // dB, 0 to MaxPSNR
	SSIM   float64 `json:"ssim"`   // -1 to 1; 1 is equal
	Pixels int64   `json:"pixels"` // compared
}

// Result is the quality of one or more pictures. Without a mask everything is outside.
type Result struct {
	Whole   Score `json:"whole"`
	Inside  Score `json:"inside"`
	Outside Score `json:"outside"`
}

// Sum averages over pictures. The zero value is ready.
type Sum struct{ inside, outside tally }

// tally sums squared errors by pixel and SSIM by window.
type tally struct {
	pixels, squares int64
	windows         int64
	ssim            float64
}

// Compare measures one picture against its original; mask may be nil.
func Compare(original, coded *media.Frame, mask *Mask) (Result, error) {
	var s Sum
	if err := s.Add(original, coded, mask); err != nil {
		return Result{}, err
	}
	return s.Result(), nil
}

// Add measures a picture against its original; mask may be nil. Both are lent, of one size, with a luma plane.
func (s *Sum) Add(original, coded *media.Frame, mask *Mask) error {
	w, h := original.WidthPx, original.HeightPx
	if coded.WidthPx != w || coded.HeightPx != h {
		return fmt.Errorf("quality: a picture of %dx%d against an original of %dx%d", coded.WidthPx, coded.HeightPx, w, h)
	}
	for _, f := range []*media.Frame{original, coded} {
		if f.Format == media.RGBA || len(f.Planes) == 0 {
			return fmt.Errorf("quality: a picture in %v has no luma plane", f.Format)
		}
	}
	if err := mask.fits(w, h); err != nil {
		return err
	}
	a := luma{original.Planes[0], original.Strides[0], w, h}
	b := luma{coded.Planes[0], coded.Strides[0], w, h}
	s.squares(a, b, mask)
	s.structure(a, b, mask)
	return nil
}

// luma is a plane of samples.
type luma struct {
	pix               []byte
	stride            int
	widthPx, heightPx int
}

func (l luma) row(y int) []byte { return l.pix[y*l.stride:][:l.widthPx] }

func (s *Sum) squares(a, b luma, mask *Mask) {
	for y := range a.heightPx {
		ra, rb := a.row(y), b.row(y)
		var in, all, pixelsIn int64
		for x, v := range ra {
			d := int64(v) - int64(rb[x])
			all += d * d
		}
		if mask != nil {
			for x, inside := range mask.inside[y*a.widthPx:][:a.widthPx] {
				if inside {
					d := int64(ra[x]) - int64(rb[x])
					in += d * d
					pixelsIn++
				}
			}
		}
		s.inside.squares += in
		s.inside.pixels += pixelsIn
		s.outside.squares += all - in
		s.outside.pixels += int64(a.widthPx) - pixelsIn
	}
}

// Result returns the averages so far.
func (s *Sum) Result() Result {
	whole := tally{
		pixels: s.inside.pixels + s.outside.pixels, squares: s.inside.squares + s.outside.squares,
		windows: s.inside.windows + s.outside.windows, ssim: s.inside.ssim + s.outside.ssim,
	}
	return Result{Whole: whole.score(), Inside: s.inside.score(), Outside: s.outside.score()}
}

func (t tally) score() Score {
	s := Score{Pixels: t.pixels}
	if t.pixels == 0 {
		return s
	}
	s.PSNR = MaxPSNR
	if t.squares > 0 {
		s.PSNR = min(MaxPSNR, 10*math.Log10(255*255*float64(t.pixels)/float64(t.squares)))
	}
	if t.windows > 0 {
		s.SSIM = t.ssim / float64(t.windows)
	}
	return s
}
