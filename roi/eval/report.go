package eval

import (
	"math"

	"vantage/media/quality"
)

// Report is what an evaluation found. Fields are only ever added.
type Report struct {
	Clip     string  `json:"clip"`
	WidthPx  int     `json:"width"`
	HeightPx int     `json:"height"`
	Pictures int     `json:"pictures"`
	Seconds  float64 `json:"seconds"`
	Codec    string  `json:"codec"`    // what coded it, in words
	Detector string  `json:"detector"` // what found the regions, in words

	// JudgedBy says what counts as inside. TruthBoxes is 0 when that is the detector's own regions.
	JudgedBy   string  `json:"judged_by"`
	TruthBoxes int     `json:"truth_boxes"`
	Inside     float64 `json:"inside_share"` // fraction of the pixels

	Coverage     float64 `json:"coverage"`      // mean fraction of blocks that a plan makes finer
	Rectangles   float64 `json:"rectangles"`    // mean per picture
	AnalysisMS   float64 `json:"analysis_ms"`   // mean per picture, in wall time beside the coding
	FoundInside  float64 `json:"found_inside"`  // fraction of the inside that plans make finer, with ground truth
	WrongOutside float64 `json:"wrong_outside"` // fraction of the outside that plans make finer, with ground truth
	Unplanned    float64 `json:"unplanned"`     // fraction of the pictures that had no plan

	Even   []Point  `json:"even"`
	ROI    []Point  `json:"roi"`
	Saving []Saving `json:"saving"`
	// BDRate is the mean difference of rate at equal PSNR inside, as a fraction; null when the curves share no range.
	BDRate *float64 `json:"bd_rate_inside"`

	heat []byte // PNG
}

// Point is one coding of the clip.
type Point struct {
	RateFactor float64 `json:"crf"`
	Bytes      int64   `json:"bytes"`
	BitrateBPS float64 `json:"bitrate_bps"`
	quality.Result
}

// Saving compares one even coding with region coding at the same PSNR inside, between the measured points.
type Saving struct {
	RateFactor    float64 `json:"crf"`         // of the even coding
	InsidePSNR    float64 `json:"inside_psnr"` // of both
	Bytes         int64   `json:"bytes"`
	ROIBytes      int64   `json:"roi_bytes"`
	ROIRateFactor float64 `json:"roi_crf"`
	Ratio         float64 `json:"saving"` // fraction of the bytes saved; negative when region coding costs more
	WholeSSIM     float64 `json:"ssim"`
	ROIWholeSSIM  float64 `json:"roi_ssim"`
}

// compare fills Saving and BDRate from the points.
func (r *Report) compare() {
	even, err1 := newCurve(columns(r.Even))
	regions, err2 := newCurve(columns(r.ROI))
	if err1 != nil || err2 != nil {
		return
	}
	if bd := bdRate(even, regions); !math.IsNaN(bd) {
		r.BDRate = &bd
	}
	for _, p := range r.Even {
		q := p.Inside.PSNR
		b := regions.bytesAt(q)
		ssim := between(r.ROI, q, func(p Point) float64 { return p.Whole.SSIM })
		if math.IsNaN(b) || math.IsNaN(ssim) {
			continue // beyond what was measured
		}
		r.Saving = append(r.Saving, Saving{
			RateFactor: p.RateFactor, InsidePSNR: q, Bytes: p.Bytes, ROIBytes: int64(b),
			ROIRateFactor: between(r.ROI, q, func(p Point) float64 { return p.RateFactor }),
			Ratio:         1 - b/float64(p.Bytes),
			WholeSSIM:     p.Whole.SSIM,
			ROIWholeSSIM:  ssim,
		})
	}
}

func columns(points []Point) (q, bytes []float64) {
	for _, p := range points {
		q, bytes = append(q, p.Inside.PSNR), append(bytes, float64(p.Bytes))
	}
	return q, bytes
}

// between interpolates a property of neighbouring points at an inside PSNR, in a straight line. The points are in order of rate factor.
func between(points []Point, psnr float64, property func(Point) float64) float64 {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		qa, qb := a.Inside.PSNR, b.Inside.PSNR
		if psnr > max(qa, qb) || psnr < min(qa, qb) || qa == qb {
			continue
		}
		t := (psnr - qa) / (qb - qa)
		return property(a) + t*(property(b)-property(a))
	}
	return math.NaN()
}
