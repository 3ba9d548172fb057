package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// WriteJSON writes the report as indented JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes the report as a table for people.
func (r *Report) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s, %dx%d, %d pictures, %.1f s, %s\n", r.Clip, r.WidthPx, r.HeightPx, r.Pictures, r.Seconds, r.Codec)
	fmt.Fprintf(t, "detector %s: %.1f %% of the blocks finer than the background, %.0f rectangles and %.1f ms a picture\n",
		r.Detector, 100*r.Coverage, r.Rectangles, r.AnalysisMS)
	fmt.Fprintf(t, "inside is judged by %s, %.1f %% of the pixels\n", r.JudgedBy, 100*r.Inside)
	if r.TruthBoxes > 0 {
		fmt.Fprintf(t, "plans coded %.1f %% of the blocks with truth finer than even, and %.1f %% of the others\n", 100*r.FoundInside, 100*r.WrongOutside)
	}
	fmt.Fprint(t, "\n\tcrf\tkbit/s\tbytes\tinside dB\tinside SSIM\toutside dB\toutside SSIM\twhole dB\twhole SSIM\t\n")
	for _, p := range r.Even {
		row(t, "even", p)
	}
	for _, p := range r.ROI {
		row(t, "regions", p)
	}
	fmt.Fprintln(t)
	if len(r.Saving) > 0 {
		fmt.Fprint(t, "at equal PSNR inside:\n\teven crf\tinside dB\teven bytes\tregions bytes\tsaving\tregions crf\teven SSIM\tregions SSIM\t\n")
	}
	for _, s := range r.Saving {
		fmt.Fprintf(t, "\t%g\t%.2f\t%d\t%d\t%.1f %%\t%.2f\t%.4f\t%.4f\t\n",
			s.RateFactor, s.InsidePSNR, s.Bytes, s.ROIBytes, 100*s.Ratio, s.ROIRateFactor, s.WholeSSIM, s.ROIWholeSSIM)
	}
	if r.BDRate != nil {
		fmt.Fprintf(t, "BD-rate inside: %+.1f %% (bytes at equal PSNR inside, mean over the ladder)\n", 100**r.BDRate)
	} else {
		fmt.Fprintln(t, "BD-rate inside: the curves share no range of quality")
	}
	return t.Flush()
}

func row(w io.Writer, kind string, p Point) {
	fmt.Fprintf(w, "%s\t%g\t%.0f\t%d\t%.2f\t%.4f\t%.2f\t%.4f\t%.2f\t%.4f\t\n", kind, p.RateFactor, p.BitrateBPS/1000, p.Bytes,
		p.Inside.PSNR, p.Inside.SSIM, p.Outside.PSNR, p.Outside.SSIM, p.Whole.PSNR, p.Whole.SSIM)
}

// change says a relative difference of bytes in words.
func change(ratio float64) string {
	if ratio > 0 {
		return fmt.Sprintf("%.1f %% more bytes", 100*ratio)
	}
	return fmt.Sprintf("%.1f %% fewer bytes", -100*ratio)
}

// grouped writes a count with a narrow space between thousands.
func grouped(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s\u202f%03d", grouped(n/1000), n%1000)
}
