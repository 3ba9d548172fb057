package pipeline_test

import (
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"vantage/internal/pipeline"
	"vantage/media"
	"vantage/media/mediatest"
	"vantage/transcode"
	"vantage/transcode/fake"
)

var voice = &media.Track{ID: "audio", Codec: media.AAC, ClockRate: 48000, SampleRate: 48000, Channels: 2}

// echo stands for an audio transcoder: each unit gives one, and flushing another.
type echo struct {
	track  *media.Track
	broken *atomic.Bool
	open   *atomic.Int32
}

func (e *echo) Track() *media.Track { return e.track }

func (e *echo) Transcode(u *media.Unit, emit func(*media.Unit)) error {
	if e.broken.Load() {
		return errors.New("bad frame")
	}
	n := media.NewUnit(e.track, 1)
	defer n.Release()
	n.Append([]byte{1})
	if u != nil {
		n.PTS, n.RandomAccess = u.PTS, true
	}
	emit(n)
	return nil
}

func (e *echo) Close() error {
	e.open.Add(-1)
	return nil
}

func sound(pts int64) *media.Unit {
	u := media.NewUnit(voice, 1)
	u.Append([]byte{0})
	u.PTS, u.RandomAccess = pts, true
	return u
}

// tape plays units, and calls before each.
type tape struct {
	units  []*media.Unit
	before func(i int)
}

func (p *tape) run(t *testing.T, s studio) error {
	t.Helper()
	q := media.NewQueue(media.QueueConfig{Block: true, MaxLen: 1}, nil)
	go func() {
		defer q.Close(io.EOF)
		for i, u := range p.units {
			if p.before != nil {
				p.before(i)
			}
			q.Push(u)
			u.Release()
		}
	}()
	return s.Run(t.Context(), q)
}

func TestAudioIsTranscodedWhileItIsWanted(t *testing.T) {
	mediatest.NoLeaks(t)
	var broken atomic.Bool
	var open, opened atomic.Int32
	b := fakes()
	b.Audio = func(_ *media.Track, out media.Codec) (transcode.AudioTranscoder, error) {
		open.Add(1)
		opened.Add(1)
		return &echo{&media.Track{ID: "audio", Codec: out, ClockRate: 48000, SampleRate: 48000, Channels: 2}, &broken, &open}, nil
	}
	s := newStudio(false, b, pipeline.Hooks{})
	s.SetActive([]string{pipeline.AudioOutput})
	var units []*media.Unit
	for i := range int64(10) {
		units = append(units, sound(i*1024))
	}
	if err := (&tape{units: units}).run(t, s); err != nil {
		t.Fatal(err)
	}
	out := s.outs[pipeline.AudioOutput]
	if out.count() != 11 || out.strays != 0 || out.tracks[0].Codec != media.Opus {
		t.Errorf("%d units (%d strays) of %v, want 10 and what the flush gave, of Opus", out.count(), out.strays, out.tracks)
	}
	if open.Load() != 0 || opened.Load() != 1 {
		t.Errorf("%d transcoders opened, %d left open", opened.Load(), open.Load())
	}
}

func TestAudioThatFailsIsPausedAndThePictureGoesOn(t *testing.T) {
	mediatest.NoLeaks(t)
	var broken atomic.Bool
	var open, opened atomic.Int32
	broken.Store(true)
	b := fakes()
	b.Audio = func(*media.Track, media.Codec) (transcode.AudioTranscoder, error) {
		open.Add(1)
		opened.Add(1)
		return &echo{&media.Track{ID: "audio", Codec: media.Opus, ClockRate: 48000}, &broken, &open}, nil
	}
	s := newStudio(true, b, pipeline.Hooks{}, rung("full", nil))
	s.SetActive([]string{pipeline.AudioOutput, "full"})
	units := pictures(t, 10)
	for i := range int64(10) {
		units = append(units, sound(i*1024))
	}
	if err := (&tape{units: units}).run(t, s); err != nil {
		t.Fatal(err)
	}
	if n := s.outs["full"].count(); n != 10 {
		t.Errorf("%d pictures, want 10", n)
	}
	if open.Load() != 0 || opened.Load() != 1 {
		t.Errorf("%d transcoders opened, %d left open; want one try within the pause", opened.Load(), open.Load())
	}
}

func TestAUnitThatIsLostIsToldAndMendedByTheNextKeyPicture(t *testing.T) {
	mediatest.NoLeaks(t)
	var corrupt int
	s := newStudio(true, fakes(), pipeline.Hooks{Corrupt: func(error) { corrupt++ }}, rung("full", nil))
	units := pictures(t, 20) // a key picture every 5
	units[6].Release()
	units = append(units[:6], units[7:]...)
	if err := (&tape{units: units}).run(t, s); err != nil {
		t.Fatal(err)
	}
	if corrupt != 1 || s.Stats().DecodeErrors != 1 {
		t.Errorf("told %d times, counted %d, want once", corrupt, s.Stats().DecodeErrors)
	}
	if n := s.outs["full"].count(); n != 16 {
		t.Errorf("%d pictures, want 16: all but the rest of one group", n)
	}
}

// pictures are n units of the fake codec.
func pictures(t *testing.T, n int) []*media.Unit {
	t.Helper()
	e, err := fake.NewEncoder(transcode.EncoderConfig{
		Codec: media.H264, TrackID: "video", WidthPx: 64, HeightPx: 48, FrameRate: 30, ClockRate: 90000,
		Rate: transcode.RateControl{CRF: 20}, GOPFrames: 5,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var units []*media.Unit
	p := &projector{}
	for range n {
		f, _ := p.Next() // it has no end
		err := e.Encode(f, func(u *media.Unit) {
			u.Retain()
			units = append(units, u)
		})
		f.Release()
		if err != nil {
			t.Fatal(err)
		}
	}
	return units
}
