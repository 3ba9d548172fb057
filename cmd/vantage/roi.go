package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vantage/internal/app"
	"vantage/internal/offline"
	"vantage/roi"
)

type roiCmd struct {
	Map  roiMapCmd  `cmd:"" help:"Draw what the detector sees in a clip."`
	Eval roiEvalCmd `cmd:"" help:"Measure what coding by regions saves on a clip."`
}

// detectorFlags choose what finds the regions.
type detectorFlags struct {
	Detector string  `help:"What finds the regions: saliency or motion." default:"saliency" enum:"saliency,motion"`
	Strength float64 `help:"Quality moved from background to regions, 0 to 1." default:"0.5"`
}

func (f detectorFlags) config() (roi.Config, error) {
	c := roi.Default()
	c.Detector, c.Strength = f.Detector, f.Strength
	if err := c.Validate(); err != nil {
		return c, usageError{err}
	}
	return c, nil
}

type roiMapCmd struct {
	detectorFlags
	In  string        `arg:"" help:"Clip to look at."`
	Out string        `arg:"" help:"PNG file to write."`
	At  time.Duration `help:"Time in the clip; all before it is looked at, too." default:"5s"`
}

func (c *roiMapCmd) Run(ctx context.Context, t *terminal) error {
	if !strings.EqualFold(filepath.Ext(c.Out), ".png") {
		return usageError{fmt.Errorf("%s: a map is written as .png", c.Out)}
	}
	cfg, err := c.config()
	if err != nil {
		return err
	}
	picture, err := offline.Map(ctx, c.In, c.At, cfg, app.Detectors[cfg.Detector]())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, b.Bytes(), 0o644); err != nil { //nolint:gosec // a picture for whoever may read the directory
		return err
	}
	t.printf("%s\n", c.Out)
	return nil
}

type roiEvalCmd struct {
	detectorFlags
	In      string `arg:"" help:"Clip to code."`
	Truth   string `help:"True boxes, which judge alone: CVML XML or MOTChallenge text." placeholder:"FILE"`
	Out     string `short:"o" help:"Page with plots to write." placeholder:"FILE.html"`
	Encoder string `help:"Encoder of the table." default:"libx264"`
	Preset  string `help:"The encoder's own preset; that of live streams when it is not given."`
	Frames  int    `help:"At most so many pictures; 0 is the whole clip." default:"0"`
	JSON    bool   `help:"Print the report as JSON."`
}

func (c *roiEvalCmd) Run(ctx context.Context, t *terminal) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	bar := newProgress(t, "coding")
	report, err := offline.Evaluate(ctx, offline.Evaluation{
		In: c.In, Truth: c.Truth, ROI: cfg, Detectors: app.Detectors[cfg.Detector](), Encoder: c.Encoder, Preset: c.Preset,
		Pictures: c.Frames, Progress: bar.set,
	})
	bar.done()
	if err != nil {
		return err
	}
	if c.JSON {
		err = report.WriteJSON(t.out)
	} else {
		err = report.WriteText(t.out)
	}
	if c.Out == "" || err != nil {
		return err
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return err
	}
	if err := errors.Join(report.WriteHTML(f), f.Close()); err != nil {
		return err
	}
	t.note("plots in %s", c.Out)
	return nil
}
