package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"vantage/ingest/synth"
	"vantage/ingest/synth/junction"
	"vantage/media"
)

// RenderOptions says what to render, and where to. Writers that are nil are left out.
type RenderOptions struct {
	Spec   synth.Spec // of kind junction
	Frames int
	Video  io.Writer // YUV4MPEG2, I420, limited range, BT.709
	Truth  io.Writer // JSON Lines, one [junction.Truth] per frame
	Camera io.Writer // JSON, one [junction.CameraTruth]

	// Progress, if set, is called after each frame.
	Progress func(done, total int)
}

// Render renders the junction offline, as fast as it goes. The same options give the same bytes.
func Render(ctx context.Context, o RenderOptions) error {
	if o.Spec.Kind != synth.Junction {
		return fmt.Errorf("demo: render of %q: only the junction has ground truth", o.Spec.Kind)
	}
	j := synth.NewJunction(o.Spec)
	if o.Camera != nil {
		e := json.NewEncoder(o.Camera)
		e.SetIndent("", "  ")
		if err := e.Encode(j.Camera()); err != nil {
			return fmt.Errorf("demo: write camera: %w", err)
		}
	}
	video, truth := bufio.NewWriterSize(orDiscard(o.Video), 1<<20), bufio.NewWriter(orDiscard(o.Truth))
	lines := junction.NewTruthWriter(truth)
	num, den := rational(o.Spec.FPS)
	fmt.Fprintf(video, "YUV4MPEG2 W%d H%d F%d:%d Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n", o.Spec.Size.WidthPx, o.Spec.Size.HeightPx, num, den)
	for n := range o.Frames {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := renderFrame(j, n, o.Spec.Size, video, lines); err != nil {
			return fmt.Errorf("demo: write frame %d: %w", n, err)
		}
		if o.Progress != nil {
			o.Progress(n+1, o.Frames)
		}
	}
	if err := video.Flush(); err != nil {
		return fmt.Errorf("demo: write video: %w", err)
	}
	if err := truth.Flush(); err != nil {
		return fmt.Errorf("demo: write truth: %w", err)
	}
	return nil
}

func renderFrame(j *synth.JunctionPicture, n int, size media.Size, video *bufio.Writer, lines *junction.TruthWriter) error {
	f := media.NewFrame(media.I420, size.WidthPx, size.HeightPx)
	defer f.Release()
	j.Next(n, f)
	if _, err := video.WriteString("FRAME\n"); err != nil {
		return err
	}
	if err := writePlanes(video, f); err != nil {
		return err
	}
	return lines.Write(j.Truth())
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// rational is a frame rate as a fraction; 29.97 and its like are over 1001.
func rational(fps float64) (num, den int) {
	if r := math.Round(fps); math.Abs(fps-r) < 1e-9 {
		return int(r), 1
	}
	if r := math.Round(fps * 1.001); math.Abs(fps-r/1.001) < 1e-3 {
		return int(r) * 1000, 1001
	}
	return int(math.Round(fps * 1000)), 1000
}
