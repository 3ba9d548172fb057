package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"vantage/ingest/synth"
	"vantage/internal/hint"
	"vantage/media"
)

// Options says where to publish what.
type Options struct {
	URL     string       // of the RTSP server, for example rtsp://127.0.0.1:8554
	Footage string       // directory that scripts/footage.sh filled; need not exist
	FFmpeg  string       // the program; empty: ffmpeg in PATH
	Log     *slog.Logger // nil: none
}

const (
	// firstRetry and lastRetry bound the wait before a camera that ended starts again; it doubles from try to try.
	firstRetry = 250 * time.Millisecond
	lastRetry  = 5 * time.Second
	// steadyAfter is how long a camera must have run for its next failure to count as the first.
	steadyAfter = 10 * time.Second
	// stopTimeout is how long FFmpeg may take to say goodbye before it is killed.
	stopTimeout = 2 * time.Second
	// maxDiagnostics bounds what is kept of FFmpeg's messages.
	maxDiagnostics = 2048
)

// Run publishes all [Cameras] until ctx ends, and starts each again when it fails. It fails at once when there is no FFmpeg.
func Run(ctx context.Context, o Options) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.FFmpeg == "" {
		o.FFmpeg = "ffmpeg"
	}
	program, err := exec.LookPath(o.FFmpeg)
	if err != nil {
		return hint.New(fmt.Errorf("demo: %w", err), "install FFmpeg: apt-get install ffmpeg")
	}
	o.FFmpeg = program
	g, ctx := errgroup.WithContext(ctx)
	for _, c := range Cameras(o.Footage) {
		g.Go(func() error { return keep(ctx, &c, &o) })
	}
	return g.Wait()
}

// keep runs one camera over and over.
func keep(ctx context.Context, c *Camera, o *Options) error {
	log := o.Log.With("stream", c.Name)
	wait := firstRetry
	var pictures synth.Picture // made once: the junction goes on where it was
	for n := 0; ; {
		if c.File == "" && pictures == nil {
			pictures = c.Spec.Picture()
		}
		log.Info("sample camera starts", "title", c.Title)
		began := time.Now()
		err := once(ctx, c, o, pictures, &n)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) > steadyAfter {
			wait = firstRetry
		}
		log.Warn("sample camera ended", "err", err, "retry", wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
		wait = min(2*wait, lastRetry)
	}
}

// once runs one camera until it ends. next is the number of the next picture.
func once(ctx context.Context, c *Camera, o *Options, pictures synth.Picture, next *int) error {
	cmd := exec.CommandContext(ctx, o.FFmpeg, c.args(strings.TrimSuffix(o.URL, "/")+"/"+string(c.Name))...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopTimeout
	diag := &tail{}
	cmd.Stderr = diag
	if pictures == nil {
		return diag.explain(cmd.Run())
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	feed := feed(ctx, in, c.Spec, pictures, next)
	err = errors.Join(feed, in.Close())
	if ended := cmd.Wait(); ended != nil {
		err = ended // the cause; a broken pipe is its consequence
	}
	return diag.explain(err)
}

// feed writes raw pictures in real time until ctx ends or the reader does.
func feed(ctx context.Context, w io.Writer, spec synth.Spec, pictures synth.Picture, next *int) error {
	pace, first := synth.NewPacer(spec.FPS), *next
	for {
		n, err := pace.Wait(ctx)
		if err != nil {
			return err
		}
		f := media.NewFrame(media.I420, spec.Size.WidthPx, spec.Size.HeightPx)
		pictures.Next(first+n, f)
		*next = first + n + 1
		err = writePlanes(w, f)
		f.Release()
		if err != nil {
			return fmt.Errorf("feed FFmpeg: %w", err)
		}
	}
}

// writePlanes writes the samples of a picture without the padding of its rows.
func writePlanes(w io.Writer, f *media.Frame) error {
	for p, plane := range f.Planes {
		wide, high := f.WidthPx, f.HeightPx
		if p > 0 {
			wide, high = (wide+1)/2, (high+1)/2
		}
		if f.Strides[p] == wide {
			if _, err := w.Write(plane[:wide*high]); err != nil {
				return err
			}
			continue
		}
		for y := range high {
			if _, err := w.Write(plane[y*f.Strides[p]:][:wide]); err != nil {
				return err
			}
		}
	}
	return nil
}

// tail keeps the end of what FFmpeg says.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if extra := len(t.b) - maxDiagnostics; extra > 0 {
		t.b = append(t.b[:0], t.b[extra:]...)
	}
	return len(p), nil
}

// explain adds FFmpeg's last line to its exit.
func (t *tail) explain(err error) error {
	lines := strings.Split(strings.TrimSpace(string(t.b)), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	switch {
	case err == nil:
		return errors.New("ffmpeg ended")
	case last == "":
		return fmt.Errorf("ffmpeg: %w", err)
	default:
		return fmt.Errorf("ffmpeg: %w: %s", err, last)
	}
}
