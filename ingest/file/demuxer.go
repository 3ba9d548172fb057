package file

import "vantage/media"

// Demuxer reads one file from its beginning to its end.
type Demuxer interface {
	// Tracks are the streams that Next returns units of.
	Tracks() []*media.Track

	// Next returns the next unit in file order, which the caller owns, or io.EOF. Times count from the file's first.
	Next() (*media.Unit, error)

	Close() error
}

// Opener opens a file; internal/app passes that of transcode/libav.
type Opener func(path string) (Demuxer, error)
