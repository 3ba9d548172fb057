package eval

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"vantage/media"
	"vantage/media/quality"
)

// lane is one codec at work, with what it has made so far.
type lane struct {
	rateFactor float64
	jobs       chan job
	bytes      int64
	sum        quality.Sum
}

// start runs a codec on a goroutine of the group, until its jobs are closed and done.
func start(ctx context.Context, group *errgroup.Group, newCodec func(float64) (Codec, error), rateFactor float64) *lane {
	l := &lane{rateFactor: rateFactor, jobs: make(chan job, depth)}
	group.Go(func() error {
		err := l.work(ctx, newCodec)
		for j := range l.jobs {
			j.frame.Release()
		}
		if err != nil {
			return fmt.Errorf("rate factor %g: %w", rateFactor, err)
		}
		return nil
	})
	return l
}

// give lends f to the lane, and waits while it is depth pictures behind.
func (l *lane) give(ctx context.Context, f *media.Frame, mask *quality.Mask) error {
	f.Retain()
	select {
	case l.jobs <- job{f, mask}:
		return nil
	case <-ctx.Done():
		f.Release()
		return context.Cause(ctx)
	}
}

// work codes the jobs and measures what comes out against what went in.
func (l *lane) work(ctx context.Context, newCodec func(float64) (Codec, error)) (err error) {
	codec, err := newCodec(l.rateFactor)
	if err != nil {
		return err
	}
	var waiting []job // given to the codec and not seen again yet
	defer func() {
		for _, j := range waiting {
			j.frame.Release()
		}
		if e := codec.Close(); err == nil {
			err = e
		}
	}()
	emit := func(bytes int, decoded *media.Frame) error {
		if len(waiting) == 0 {
			return fmt.Errorf("the codec emitted a picture too many")
		}
		j := waiting[0]
		waiting = waiting[1:]
		defer j.frame.Release()
		l.bytes += int64(bytes)
		return l.sum.Add(j.frame, decoded, j.mask)
	}
	for j := range l.jobs {
		waiting = append(waiting, j)
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := codec.Code(j.frame, emit); err != nil {
			return err
		}
	}
	if err := codec.Code(nil, emit); err != nil {
		return err
	}
	if len(waiting) > 0 {
		return fmt.Errorf("%d pictures did not come out of the codec", len(waiting))
	}
	return nil
}

func (l *lane) point(seconds float64) Point {
	p := Point{RateFactor: l.rateFactor, Bytes: l.bytes, Result: l.sum.Result()}
	if seconds > 0 {
		p.BitrateBPS = float64(l.bytes) * 8 / seconds
	}
	return p
}
