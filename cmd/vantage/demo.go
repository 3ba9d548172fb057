package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"vantage/ingest/synth"
	"vantage/internal/app"
	"vantage/internal/demo"
)

type demoCmd struct {
	Run    demoRunCmd    `cmd:"" default:"withargs" help:"Serve with sample cameras that publish over RTSP."`
	Render demoRenderCmd `cmd:"" help:"Render the junction to files, with the truth of every object."`
}

type demoRunCmd struct {
	serveFlags
	Footage string `help:"Directory of the sample footage; without any, the junction is shown from three places." default:".cache/footage" type:"path"`
}

func (c *demoRunCmd) Run(ctx context.Context, t *terminal) error {
	cfg, err := c.load(t)
	if err != nil {
		return err
	}
	a, err := newApp(cfg, c.Config, t)
	if err != nil {
		return err
	}
	for _, cam := range demo.Cameras(c.Footage) {
		t.note("sample camera %s: %s", cam.Name, cam.Title)
	}
	t.note("console at %s", a.URL())
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var cameras sync.WaitGroup
	cameras.Go(func() {
		if err := demo.Run(ctx, demo.Options{URL: "rtsp://" + app.Local(cfg.RTSP.Listen), Footage: c.Footage, Log: a.Log()}); err != nil && ctx.Err() == nil {
			cancel(err)
		}
	})
	err = runApp(ctx, a, t)
	cancel(nil)
	cameras.Wait()
	return err
}

type demoRenderCmd struct {
	Out    string `arg:"" help:"Video to write, as YUV4MPEG2 (.y4m); - is standard output." placeholder:"OUT.y4m"`
	Source string `help:"What to render." default:"synth://junction?seed=1&size=1280x720&fps=25" placeholder:"URL"`
	Frames int    `help:"Number of pictures." default:"250"`
	Truth  string `help:"File for the objects of each picture, one JSON object a line." placeholder:"FILE" type:"path"`
	Camera string `help:"File for the camera's calibration, as JSON." placeholder:"FILE" type:"path"`
}

func (c *demoRenderCmd) Run(ctx context.Context, t *terminal) (err error) {
	spec, err := synth.Parse(c.Source)
	if err != nil {
		return usageError{err}
	}
	var files outputs
	defer func() { err = errors.Join(err, files.close()) }()
	o := demo.RenderOptions{Spec: spec, Frames: c.Frames}
	if o.Video, err = files.create(c.Out, t); err != nil {
		return err
	}
	if o.Truth, err = files.create(c.Truth, t); err != nil {
		return err
	}
	if o.Camera, err = files.create(c.Camera, t); err != nil {
		return err
	}
	bar := newProgress(t, "render")
	o.Progress = bar.set
	err = demo.Render(ctx, o)
	bar.done()
	return err
}

// outputs are files being written.
type outputs struct {
	flush []func() error
}

// create opens a file by name: "" is none, "-" is standard output.
func (o *outputs) create(name string, t *terminal) (io.Writer, error) {
	switch name {
	case "":
		return nil, nil
	case "-":
		w := bufio.NewWriter(t.out)
		o.flush = append(o.flush, w.Flush)
		return w, nil
	}
	f, err := os.Create(filepath.Clean(name))
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	o.flush = append(o.flush, func() error { return errors.Join(w.Flush(), f.Close()) })
	return w, nil
}

func (o *outputs) close() error {
	var errs []error
	for _, f := range o.flush {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}
