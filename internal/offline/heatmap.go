package offline

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/roi"
	"vantage/roi/heat"
)

// Map draws what the detectors see at a time of a clip, after they have seen all of it before, since they look for motion. A time past
// the end is the last picture.
func Map(ctx context.Context, path string, at time.Duration, c roi.Config, detectors []roi.Detector) (*image.RGBA, error) {
	in, err := openClip(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	engine, err := roi.NewEngine(c, roi.Options{Stream: "map"}, detectors...)
	if err != nil {
		return nil, err
	}
	var last *media.Frame
	var plan *roi.Plan
	defer func() {
		if last != nil {
			last.Release()
		}
	}()
	for ctx.Err() == nil {
		f, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if last != nil {
			last.Release()
		}
		last = f
		if plan, err = engine.Analyse(f); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if media.Duration(f.PTS, f.ClockRate) >= at {
			break
		}
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if last == nil {
		return nil, hint.New(fmt.Errorf("%s: no picture in it", path), "check the file with ffprobe")
	}
	if plan == nil {
		return nil, hint.New(fmt.Errorf("%s: detector %s has no plan", path, c.Detector), "choose another detector, or a later time")
	}
	return heat.Draw(last, plan)
}
