package file

import (
	"errors"
	"io"
	"time"

	"vantage/media"
)

// maxAhead bounds how many units are read ahead to bring tracks that are badly interleaved into the order of time.
const maxAhead = 128

// sorter returns the units of a demuxer in the order of their decoding time.
type sorter struct {
	from  Demuxer
	queue []timed // in order
	done  bool
	err   error
}

type timed struct {
	at time.Duration
	u  *media.Unit
}

// next returns the next unit, which the caller owns; nil at the end.
func (s *sorter) next() (*media.Unit, error) {
	for !s.done && len(s.queue) < maxAhead {
		u, err := s.from.Next()
		if err != nil {
			s.done = true
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
			break
		}
		s.insert(u)
	}
	if len(s.queue) == 0 {
		return nil, s.err
	}
	u := s.queue[0].u
	s.queue = s.queue[1:]
	return u, nil
}

// insert keeps the queue in order; units of one time stay in file order. Almost always the place is at the end.
func (s *sorter) insert(u *media.Unit) {
	t := timed{media.Duration(u.DTS, u.Track.ClockRate), u}
	i := len(s.queue)
	for i > 0 && s.queue[i-1].at > t.at {
		i--
	}
	s.queue = append(s.queue, timed{})
	copy(s.queue[i+1:], s.queue[i:])
	s.queue[i] = t
}

// release gives back what was read and not returned.
func (s *sorter) release() {
	for _, t := range s.queue {
		t.u.Release()
	}
	s.queue = nil
}
