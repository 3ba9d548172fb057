package offline

import (
	"errors"
	"io"
	"log/slog"
	"time"

	"vantage/media"
	"vantage/transcode/libav"
)

// sound is the first audio track of a file, read apart from the picture. The zero value has none.
type sound struct {
	d    *libav.Demuxer
	t    *media.Track
	next *media.Unit
	name string
}

// openSound never fails: a clip without sound that we can carry has none.
func openSound(path string, log *slog.Logger) *sound {
	d, err := libav.OpenDemuxer(path)
	if err != nil {
		log.Debug("no sound read", "err", err)
		return &sound{}
	}
	t := media.TrackOf(d.Tracks(), media.Audio)
	if t == nil {
		_ = d.Close()
		return &sound{}
	}
	return &sound{d: d, t: t, name: t.Codec.String()}
}

func (s *sound) track() *media.Track { return s.t }

func (s *sound) codec() string { return s.name }

// until writes the units up to a time.
func (s *sound) until(end time.Duration, write func(*media.Unit) error) error {
	for s.d != nil {
		if s.next == nil {
			u, err := s.d.Next()
			if errors.Is(err, io.EOF) {
				s.end()
				return nil
			}
			if err != nil {
				return err
			}
			if u.Track.ID != s.t.ID {
				u.Release()
				continue
			}
			s.next = u
		}
		if media.Duration(s.next.PTS, s.next.Track.ClockRate) > end {
			return nil
		}
		err := write(s.next)
		s.next.Release()
		s.next = nil
		if err != nil {
			return err
		}
	}
	return nil
}

// end closes the file and keeps what is known of it.
func (s *sound) end() {
	if s.next != nil {
		s.next.Release()
		s.next = nil
	}
	if s.d != nil {
		_ = s.d.Close()
		s.d = nil
	}
}

// close ends the reading; nothing was or will be copied.
func (s *sound) close() {
	if s.d != nil {
		s.name = ""
	}
	s.end()
	s.t = nil
}
