package offline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"vantage/internal/hint"
	"vantage/internal/pipeline"
	"vantage/media"
	"vantage/roi"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// TranscodeOptions say what to make of a file.
type TranscodeOptions struct {
	In, Out   string
	Rendition transcode.RenditionConfig
	TargetBPS int // average bitrate to hold in place of the rendition's CRF; 0 holds the CRF
	ROI       roi.Config
	Backends  func(pipeline.Config, *slog.Logger) pipeline.Backends
	Progress  func(done, total int) // may be nil; total 0 is unknown
	Log       *slog.Logger
}

// Transcoded is what Transcode made.
type Transcoded struct {
	Pictures int
	Bytes    int64         // of video
	Duration time.Duration // of the clip
	Took     time.Duration
	Encoder  string
	Audio    string // codec of the sound that was copied, "" for none
}

// errPicturesLost says that a picture that went in did not come out.
var errPicturesLost = errors.New("not every picture was encoded")

// Transcode runs a file through the graph that live streams run through, offline: nothing is dropped, and every picture
// is analysed before it is encoded. Sound is copied.
func Transcode(ctx context.Context, o TranscodeOptions) (*Transcoded, error) {
	begun := time.Now()
	in, err := openClip(o.In)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	sound := openSound(o.In, o.Log)
	defer sound.close()
	cfg := pipeline.Config{
		Stream: "file", ROI: o.ROI, Offline: true, FrameRate: in.reader.Info().FrameRate,
		Renditions: []pipeline.Rendition{{Name: output, RenditionConfig: o.Rendition, TargetBPS: o.TargetBPS}},
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := &writer{path: o.Out, sound: sound, demand: media.NewDemand(), fail: cancel, log: o.Log}
	g := pipeline.New(cfg, o.Backends(cfg, o.Log), func(string) media.Publisher { return out }, pipeline.Hooks{}, o.Log)
	g.SetActive([]string{output})
	frames := &counted{clip: in, total: int(in.reader.Info().Frames), progress: o.Progress}
	err = g.RunFrames(ctx, frames)
	if err == nil {
		err = context.Cause(ctx)
	}
	err = errors.Join(err, out.close())
	if err != nil {
		return nil, fmt.Errorf("transcode %s: %w", o.In, err)
	}
	if out.pictures != frames.done {
		return nil, fmt.Errorf("transcode %s: %w: %d of %d", o.In, errPicturesLost, out.pictures, frames.done)
	}
	return &Transcoded{
		Pictures: out.pictures, Bytes: out.bytes, Duration: media.Duration(frames.last, frames.clock), Took: time.Since(begun),
		Encoder: g.Stats().Renditions[output].Encoder, Audio: sound.codec(),
	}, nil
}

// output is the name of the one rendition.
const output = "out"

// counted counts the pictures of a clip as they go.
type counted struct {
	*clip
	done, total int
	last        int64
	clock       int
	progress    func(done, total int)
}

// Next implements pipeline.FrameInput.
func (c *counted) Next() (*media.Frame, error) {
	f, err := c.clip.Next()
	if err != nil {
		return nil, err
	}
	c.done++
	c.last, c.clock = f.PTS, f.ClockRate
	if c.progress != nil {
		c.progress(c.done, max(c.total, 0))
	}
	return f, nil
}

// writer is the publisher that writes a file. The encoder's goroutine uses it.
type writer struct {
	path     string
	sound    *sound
	demand   *media.Demand
	fail     func(error)
	log      *slog.Logger
	muxer    *libav.Muxer
	pictures int
	bytes    int64
}

// SetTracks implements [media.Publisher]: it opens the file.
func (w *writer) SetTracks(tracks []*media.Track) {
	if w.muxer != nil {
		w.fail(hint.New(errors.New("the picture's size changes within the clip"), "give one size with --size"))
		return
	}
	var err error
	if t := w.sound.track(); t != nil {
		if w.muxer, err = libav.CreateMuxer(w.path, append(tracks[:len(tracks):len(tracks)], t)...); err == nil {
			return
		}
		w.log.Warn("sound left out", "err", err, "hint", hint.Of(err))
		w.sound.close()
	}
	if w.muxer, err = libav.CreateMuxer(w.path, tracks...); err != nil {
		w.fail(err)
	}
}

// Demand implements [media.Publisher].
func (w *writer) Demand() *media.Demand { return w.demand }

// Publish implements [media.Publisher].
func (w *writer) Publish(u *media.Unit) {
	if w.muxer == nil {
		return
	}
	w.pictures++
	w.bytes += int64(u.Size())
	err := w.sound.until(media.Duration(u.DTS, u.Track.ClockRate), w.muxer.Write)
	if err == nil {
		err = w.muxer.Write(u)
	}
	if err != nil {
		w.fail(err)
	}
}

// close finishes the file.
func (w *writer) close() error {
	if w.muxer == nil {
		return nil
	}
	err := w.sound.until(endless, w.muxer.Write)
	return errors.Join(err, w.muxer.Close())
}

// endless is later than any sound.
const endless = time.Duration(1<<63 - 1)
