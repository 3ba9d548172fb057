package ingesttest

import (
	"context"
	"encoding/binary"
	"sync/atomic"
	"time"

	"vantage/ingest"
	"vantage/media"
)

// Fake is a source in memory: one track of numbered pictures at a steady pace. The zero value delivers 25 pictures a second,
// every tenth of them for random access, until its context ends. Its parts hold the picture's number, so they are
// for counting and not for decoding. It is for one Run at a time; in a synctest bubble it takes no time.
type Fake struct {
	// Track is announced; nil is a VP8 video track "video".
	Track *media.Track

	// Interval is the time between units, 0 for 40 ms. Step is how much the time stamps advance, 0 for the same.
	Interval, Step time.Duration

	// Begin is the first time stamp, in ticks of the track.
	Begin int64

	// Delay is how long connecting takes.
	Delay time.Duration

	// Units ends Run after so many, with Err (nil is the natural end); 0 delivers until the context ends, and less than 0 not at all.
	Units int
	Err   error

	// Silent says that after Units nothing comes any more and Run goes on.
	Silent bool

	// Runs counts the calls of Run.
	Runs atomic.Int64
}

var _ ingest.Source = (*Fake)(nil)

// fakeGOP is the distance of the fake's random-access units.
const fakeGOP = 10

// Run implements [ingest.Source].
func (f *Fake) Run(ctx context.Context, pub media.Publisher) error {
	f.Runs.Add(1)
	track := f.Track
	if track == nil {
		track = &media.Track{ID: "video", Codec: media.VP8, ClockRate: 90000}
	}
	interval := f.Interval
	if interval == 0 {
		interval = 40 * time.Millisecond
	}
	step := f.Step
	if step == 0 {
		step = interval
	}
	if err := wait(ctx, f.Delay); err != nil {
		return err
	}
	pub.SetTracks([]*media.Track{track})
	for n := 0; f.Units == 0 || n < f.Units; n++ {
		u := media.NewUnit(track, 8)
		u.Append(binary.BigEndian.AppendUint64(nil, uint64(n)))
		u.PTS = f.Begin + media.Ticks(time.Duration(n)*step, track.ClockRate)
		u.DTS, u.Arrived = u.PTS, time.Now()
		u.RandomAccess = track.Kind() == media.Audio || n%fakeGOP == 0
		pub.Publish(u)
		u.Release()
		if err := wait(ctx, interval); err != nil {
			return err
		}
	}
	if f.Silent {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	return f.Err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return context.Cause(ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
