package pipeline

import (
	"fmt"
	"time"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

// audioStage turns the stream's audio into Opus while somebody wants it. The goroutine of Run alone uses it.
type audioStage struct {
	t       transcode.AudioTranscoder
	in      *media.Track
	retryAt time.Time
	pub     media.Publisher
}

func (a *audioStage) transcode(g *Graph, u *media.Unit) {
	if a.in != u.Track {
		a.stop(g)
		a.in = u.Track
	}
	if a.t == nil {
		if time.Now().Before(a.retryAt) {
			return
		}
		t, err := g.b.Audio(u.Track, media.Opus)
		if err != nil {
			a.fail(g, fmt.Errorf("open audio transcoder: %w", err))
			return
		}
		a.t, a.pub = t, g.out(AudioOutput)
		a.pub.SetTracks([]*media.Track{t.Track()})
	}
	if err := a.t.Transcode(u, a.pub.Publish); err != nil {
		a.fail(g, fmt.Errorf("transcode audio: %w", err))
	}
}

// stop ends the transcoder when nobody wants its output any more.
func (a *audioStage) stop(g *Graph) {
	if err := a.close(); err != nil {
		g.log.Warn("audio not closed", "err", err)
	}
}

func (a *audioStage) flush(g *Graph) {
	if a.t != nil {
		if err := a.t.Transcode(nil, a.pub.Publish); err != nil {
			a.fail(g, fmt.Errorf("flush audio: %w", err))
		}
	}
}

func (a *audioStage) fail(g *Graph, err error) {
	a.retryAt = time.Now().Add(reopenAfter)
	g.log.Warn("audio lost", "err", err, "hint", hint.Of(err))
	a.stop(g)
}

func (a *audioStage) close() error {
	if a.t == nil {
		return nil
	}
	err := a.t.Close()
	a.t = nil
	if err != nil {
		return fmt.Errorf("close audio transcoder: %w", err)
	}
	return nil
}
