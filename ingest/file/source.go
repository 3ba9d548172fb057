package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"path/filepath"
	"time"

	"vantage/ingest"
	"vantage/internal/hint"
	"vantage/media"
)

// Options makes a [Source].
type Options struct {
	URL  string // file:///absolute/path or file:relative/path
	Open Opener
	Log  *slog.Logger // nil: none
}

// Source plays one file for ever. It implements [ingest.Source].
type Source struct {
	o    Options
	path string
}

var _ ingest.Source = (*Source)(nil)

// maxLate is how late a unit may be before the time line is moved: the process was stopped, or the disk was.
const maxLate = time.Second

var errNoUnits = errors.New("no pictures or sound in the file")

// NewSource checks the URL; the file is opened by Run.
func NewSource(o Options) (*Source, error) {
	path, err := Path(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Open == nil {
		return nil, hint.New(errors.New("file: this build reads no files"), "build with cgo and FFmpeg's libraries")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Source{o, path}, nil
}

// Path is the path that a file: URL names.
func Path(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" {
		return "", hint.New(fmt.Errorf("file: %q is not a file: URL", raw), "write file:///absolute/path, or file:relative/path")
	}
	path := u.Path
	if u.Opaque != "" {
		if path, err = url.PathUnescape(u.Opaque); err != nil {
			return "", fmt.Errorf("file: %q: %w", raw, err)
		}
	}
	if path == "" || path == "/" {
		return "", hint.New(fmt.Errorf("file: %q names no file", raw), "write file:///absolute/path, or file:relative/path")
	}
	return filepath.FromSlash(path), nil
}

// Run implements [ingest.Source].
func (s *Source) Run(ctx context.Context, pub media.Publisher) error {
	p := &player{pub: pub, start: time.Now()}
	for pass := 0; ; pass++ {
		n, err := s.pass(ctx, p)
		if err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return s.explain(err)
		}
		if n == 0 {
			return ingest.Permanent(hint.New(fmt.Errorf("file %s: %w", s.path, errNoUnits), "check it with ffprobe"))
		}
		if pass == 0 {
			s.o.Log.Debug("file plays again from its beginning", "path", s.path, "dur", p.offset)
		}
	}
}

// pass plays the file once and returns the number of units.
func (s *Source) pass(ctx context.Context, p *player) (n int, err error) {
	d, err := s.o.Open(s.path)
	if err != nil {
		return 0, err
	}
	defer func() {
		if cerr := d.Close(); cerr != nil && err == nil {
			err = cerr
		}
	}()
	in := &sorter{from: d}
	defer in.release()
	p.begin(d.Tracks())
	for {
		u, err := in.next()
		if err != nil || u == nil {
			p.end()
			return n, err
		}
		err = p.play(ctx, u)
		u.Release()
		if err != nil {
			return n, err
		}
		n++
	}
}

func (s *Source) explain(err error) error {
	err = fmt.Errorf("file %s: %w", s.path, err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return hint.New(err, "check the path; it is seen from the server's working directory")
	case errors.Is(err, fs.ErrPermission):
		return hint.New(err, "let the server's user read it")
	default:
		return err
	}
}
