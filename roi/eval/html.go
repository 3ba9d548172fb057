package eval

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

//go:embed report.gohtml
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"percent": func(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) },
	"kbps":    func(v float64) string { return fmt.Sprintf("%.0f", v/1000) },
	"db":      func(v float64) string { return fmt.Sprintf("%.2f", v) },
	"ssim":    func(v float64) string { return fmt.Sprintf("%.4f", v) },
	"deref":   func(v *float64) float64 { return *v },
}).Parse(pageText))

// WriteHTML writes the report as one page that needs nothing else: curves as SVG, and the heat map inside.
func (r *Report) WriteHTML(w io.Writer) error {
	return page.Execute(w, struct {
		*Report
		Heat   template.URL // a data URI of our own making
		Charts []chart
	}{
		r, r.heatURI(),
		[]chart{
			newChart("PSNR inside, dB", r, func(p Point) float64 { return p.Inside.PSNR }),
			newChart("PSNR outside, dB", r, func(p Point) float64 { return p.Outside.PSNR }),
			newChart("SSIM of the whole picture", r, func(p Point) float64 { return p.Whole.SSIM }),
		},
	})
}

func (r *Report) heatURI() template.URL {
	if r.heat == nil {
		return ""
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(r.heat))
}

// Chart geometry, in SVG units.
const (
	chartW, chartH                     = 480.0, 320.0
	marginL, marginR, marginT, marginB = 56.0, 12.0, 12.0, 40.0
	ticks                              = 5
)

// chart is a drawing of quality over bitrate.
type chart struct {
	Title  string
	W, H   float64
	XTicks []tick
	YTicks []tick
	Lines  []line
	X0, Y0 float64 // where the axes meet
	X1, Y1 float64 // their ends
}

type tick struct {
	At   float64
	Text string
}

type line struct {
	Class, Points string
	Dots          []dot
}

type dot struct {
	X, Y float64
	Text string
}

func newChart(title string, r *Report, quality func(Point) float64) chart {
	c := chart{Title: title, W: chartW, H: chartH, X0: marginL, Y0: chartH - marginB, X1: chartW - marginR, Y1: marginT}
	xlo, xhi, ylo, yhi := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, set := range [][]Point{r.Even, r.ROI} {
		for _, p := range set {
			xlo, xhi = min(xlo, p.BitrateBPS/1000), max(xhi, p.BitrateBPS/1000)
			ylo, yhi = min(ylo, quality(p)), max(yhi, quality(p))
		}
	}
	if !(xhi > xlo) {
		xlo, xhi = xlo-1, xhi+1
	}
	if !(yhi > ylo) {
		ylo, yhi = ylo-1, yhi+1
	}
	xlo = 0
	x := func(v float64) float64 { return c.X0 + (v-xlo)/(xhi-xlo)*(c.X1-c.X0) }
	y := func(v float64) float64 { return c.Y0 - (v-ylo)/(yhi-ylo)*(c.Y0-c.Y1) }
	for i := range ticks {
		t := float64(i) / (ticks - 1)
		vx, vy := xlo+t*(xhi-xlo), ylo+t*(yhi-ylo)
		c.XTicks = append(c.XTicks, tick{x(vx), fmt.Sprintf("%.0f", vx)})
		c.YTicks = append(c.YTicks, tick{y(vy), fmt.Sprintf("%.4g", vy)})
	}
	for _, set := range []struct {
		class  string
		points []Point
	}{{"even", r.Even}, {"regions", r.ROI}} {
		l := line{Class: set.class}
		var b strings.Builder
		for _, p := range set.points {
			d := dot{x(p.BitrateBPS / 1000), y(quality(p)), fmt.Sprintf("%s, CRF %g: %.0f kbit/s, %.4g", set.class, p.RateFactor, p.BitrateBPS/1000, quality(p))}
			fmt.Fprintf(&b, "%.1f,%.1f ", d.X, d.Y)
			l.Dots = append(l.Dots, d)
		}
		l.Points = b.String()
		c.Lines = append(c.Lines, l)
	}
	return c
}
