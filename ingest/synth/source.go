package synth

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"vantage/ingest"
	"vantage/media"
)

// Encoder is what a source needs of an encoder; those of package transcode have it.
type Encoder interface {
	Encode(f *media.Frame, emit func(*media.Unit)) error // nil flushes
	Request(media.Request) error
	Track() *media.Track
	Close() error
}

// NewEncoder opens a live encoder for pictures of a size and rate, with a clock rate of 90000.
type NewEncoder func(size media.Size, fps float64) (Encoder, error)

// SourceOptions makes a [Source].
type SourceOptions struct {
	URL        string
	NewEncoder NewEncoder
	Log        *slog.Logger // nil: none
}

// Source publishes an encoded synthetic picture in real time.
type Source struct {
	spec Spec
	o    SourceOptions
	pic  Picture // kept from run to run: a junction goes on where it was left
	n    int     // number of the next picture
}

var _ ingest.Source = (*Source)(nil)

// clockRate is that of all video, ticks per second.
const clockRate = 90000

// NewSource checks the URL; nothing is drawn before Run.
func NewSource(o SourceOptions) (*Source, error) {
	spec, err := Parse(o.URL)
	if err != nil {
		return nil, err
	}
	if o.NewEncoder == nil {
		return nil, fmt.Errorf("synth: no encoder for %s", o.URL)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Source{spec: spec, o: o}, nil
}

// Run implements [ingest.Source].
func (s *Source) Run(ctx context.Context, pub media.Publisher) error {
	enc, err := s.o.NewEncoder(s.spec.Size, s.spec.FPS)
	if err != nil {
		return fmt.Errorf("synth %s: open an encoder: %w", s.spec.Kind, err)
	}
	defer func() {
		if err := enc.Close(); err != nil {
			s.o.Log.Warn("encoder not closed", "err", err)
		}
	}()
	if s.pic == nil {
		s.pic = s.spec.Picture()
	}
	pub.SetTracks([]*media.Track{enc.Track()})
	track := enc.Track()
	emit := func(u *media.Unit) {
		if u.Track != track {
			track = u.Track
			pub.SetTracks([]*media.Track{track})
		}
		pub.Publish(u)
	}
	pace, first := NewPacer(s.spec.FPS), s.n
	for {
		n, err := pace.Wait(ctx)
		if err != nil {
			return err
		}
		if r, ok := pub.Demand().Take(); ok {
			if err := enc.Request(r); err != nil {
				return fmt.Errorf("synth %s: %w", s.spec.Kind, err)
			}
		}
		s.n = first + n
		if err := s.draw(enc, n, emit); err != nil {
			return fmt.Errorf("synth %s: encode picture %d: %w", s.spec.Kind, s.n, err)
		}
		s.n++
	}
}

// draw makes and encodes the present picture, the one with number n of this run.
func (s *Source) draw(enc Encoder, n int, emit func(*media.Unit)) error {
	f := media.NewFrame(media.I420, s.spec.Size.WidthPx, s.spec.Size.HeightPx)
	defer f.Release()
	now := time.Now()
	s.pic.Next(s.n, f)
	f.PTS, f.ClockRate = media.Rescale(int64(float64(n)*1e6/s.spec.FPS), 1e6, clockRate), clockRate
	f.Captured, f.Arrived = now, now
	return enc.Encode(f, emit)
}
