package eval

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
)

//go:embed report.gohtml
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"percent": func(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) },
	"change":  change,
	"grouped": grouped,
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
