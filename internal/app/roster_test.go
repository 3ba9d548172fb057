package app

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vantage/ingest"
	"vantage/internal/hint"
	"vantage/internal/httpx"
	"vantage/internal/worker"
	"vantage/media"
	"vantage/media/mediatest"
)

func TestChoose(t *testing.T) {
	video := func(c media.Codec, reordered bool) *media.Track {
		return &media.Track{ID: "video", Codec: c, ClockRate: 90000, Reordered: reordered}
	}
	audio := func(c media.Codec) *media.Track {
		return &media.Track{ID: "audio", Codec: c, ClockRate: 48000, SampleRate: 48000, Channels: 2}
	}
	browser := []media.Codec{media.H264, media.VP8, media.Opus}
	for name, tc := range map[string]struct {
		tracks       []*media.Track
		rendition    string
		codecs       []media.Codec // nil: RTSP
		transcodes   bool
		video, audio string // name of the hub; "" is none
		err          error
	}{
		"a browser gets the source that it can take":     {tracks: []*media.Track{video(media.H264, false), audio(media.Opus)}, codecs: browser, transcodes: true, video: "source", audio: "source"},
		"B-frames are transcoded for a browser":          {tracks: []*media.Track{video(media.H264, true)}, codecs: browser, transcodes: true, video: "roi"},
		"B-frames go to an RTSP player":                  {tracks: []*media.Track{video(media.H264, true)}, transcodes: true, video: "source"},
		"H.265 is transcoded for a browser without it":   {tracks: []*media.Track{video(media.H265, false)}, codecs: browser, transcodes: true, video: "roi"},
		"H.265 goes to a browser that has it":            {tracks: []*media.Track{video(media.H265, false)}, codecs: append([]media.Codec{media.H265}, browser...), transcodes: true, video: "source"},
		"a rendition that is asked for is given":         {tracks: []*media.Track{video(media.H264, false)}, rendition: "uniform", codecs: browser, transcodes: true, video: "uniform"},
		"the source that is asked for must be playable":  {tracks: []*media.Track{video(media.H265, false)}, rendition: "source", codecs: browser, transcodes: true, err: errUnplayable},
		"so must a rendition":                            {tracks: []*media.Track{video(media.VP8, false)}, rendition: "roi", codecs: []media.Codec{media.VP8}, transcodes: true, err: errUnplayable},
		"a browser with nothing in common is refused":    {tracks: []*media.Track{video(media.H265, false)}, codecs: []media.Codec{media.VP8}, transcodes: true, err: errUnplayable},
		"without transcoding H.265 is refused":           {tracks: []*media.Track{video(media.H265, false)}, codecs: browser, err: errUnplayable},
		"AAC becomes Opus for a browser":                 {tracks: []*media.Track{video(media.H264, false), audio(media.AAC)}, codecs: browser, transcodes: true, video: "source", audio: "audio"},
		"AAC goes to an RTSP player":                     {tracks: []*media.Track{video(media.H264, false), audio(media.AAC)}, transcodes: true, video: "source", audio: "source"},
		"without transcoding there is no sound for AAC":  {tracks: []*media.Track{video(media.H264, false), audio(media.AAC)}, codecs: browser, video: "source"},
		"sound alone has the source's name":              {tracks: []*media.Track{audio(media.Opus)}, codecs: browser, transcodes: true, audio: "source"},
		"one who takes no sound of a radio gets nothing": {tracks: []*media.Track{audio(media.Opus)}, codecs: []media.Codec{media.H264}, transcodes: true, err: errUnplayable},
	} {
		t.Run(name, func(t *testing.T) {
			var start worker.Starter
			if tc.transcodes {
				start = worker.InProcess(fakeBackends)
			}
			r := bare(t, "streams: {cam: {}}", start)
			f := r.find("cam")
			v := &view{rendition: renditionSource}
			err := f.choose(v, wish{stream: "cam", rendition: tc.rendition, codecs: tc.codecs}, tc.tracks)
			if !errors.Is(err, tc.err) || (err == nil) != (tc.err == nil) {
				t.Fatalf("got %v, want %v", err, tc.err)
			}
			if err != nil {
				if hint.Of(err) == "" {
					t.Errorf("%v has no hint", err)
				}
				return
			}
			name := func(h *media.Hub) string {
				if h == nil {
					return ""
				}
				return strings.TrimPrefix(h.Name(), "cam/")
			}
			if name(v.video) != tc.video || name(v.audio) != tc.audio {
				t.Errorf("video from %q and audio from %q, want %q and %q", name(v.video), name(v.audio), tc.video, tc.audio)
			}
		})
	}
}

func TestAStreamThatIsNotLiveIsToldInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoster(settings(t, "streams: {cam: {}}"), Options{Log: discard}, metrics{})
		f, err := r.add("cam", fromConfig, r.cfg.Streams["cam"])
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = viewers{r}.roster.open(t.Context(), wish{stream: "cam", codecs: []media.Codec{media.H264}})
		if took := time.Since(start); !errors.Is(err, errNotLive) || took != openTimeout || hint.Of(err) == "" {
			t.Errorf("after %v: %v, want errNotLive with a hint after %v", took, err, openTimeout)
		}
		p := httpx.ProblemOf(problem(err))
		if p.Status != http.StatusServiceUnavailable || p.Header.Get("Retry-After") == "" {
			t.Errorf("status %d with Retry-After %q", p.Status, p.Header.Get("Retry-After"))
		}
		f.setStatus(ingest.Status{State: ingest.Failed, Err: hint.New(errors.New("wrong password"), "set another"), Since: time.Now()})
		start = time.Now()
		_, err = r.open(t.Context(), wish{stream: "cam", codecs: []media.Codec{media.H264}})
		if took := time.Since(start); took != 0 || !strings.Contains(err.Error(), "wrong password") || hint.Of(err) != "set another" {
			t.Errorf("a source that failed: after %v %v (%s), want its trouble at once", took, err, hint.Of(err))
		}
		if f.source.Watched() {
			t.Error("a hold is left behind")
		}
	})
}

func TestOnePublisherHoldsANameAndItsViewersWaitForIt(t *testing.T) {
	mediatest.NoLeaks(t)
	r := bare(t, "publish: {any_name: true}", nil)
	ask := ingest.PublishRequest{Stream: "booth", Via: "whip", Peer: "192.0.2.1:5"}
	first, err := r.Publish(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	stop := show(t, first)
	v, err := r.open(t.Context(), wish{stream: "booth", codecs: []media.Codec{media.H264}})
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	sub := v.video.Subscribe(media.QueueConfig{MaxAge: time.Second})
	defer sub.Close()
	pop := func() int64 {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		u, err := sub.Pop(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer u.Release()
		return u.PTS
	}
	before := pop()
	if _, err := r.Publish(t.Context(), ask); !errors.Is(err, ingest.ErrBusy) || hint.Of(err) == "" {
		t.Errorf("second publisher: %v, want ErrBusy with a hint", err)
	}
	stop()
	first.Close(errors.New("gone"))
	second, err := r.Publish(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close(nil)
	stop = show(t, second)
	defer stop()
	for range 50 {
		if pts := pop(); pts < before {
			t.Fatalf("the time line stepped back from %d to %d", before, pts)
		} else {
			before = pts
		}
	}
	first.Close(nil) // again, by a session that is late
	if r.find("booth").publisher == nil {
		t.Error("the first publisher's end ended the second's")
	}
}

func TestAPublishersStreamIsForgottenUnlessItComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoster(settings(t, "publish: {any_name: true}"), Options{Log: discard}, metrics{})
		ask := ingest.PublishRequest{Stream: "booth", Via: "rtsp"}
		p, err := r.Publish(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		p.Close(nil)
		time.Sleep(publisherLinger - time.Second)
		if p, err = r.Publish(t.Context(), ask); err != nil {
			t.Fatal(err)
		}
		time.Sleep(publisherLinger)
		if r.find("booth") == nil {
			t.Fatal("forgotten with a publisher")
		}
		f := r.find("booth")
		p.Close(nil)
		time.Sleep(publisherLinger + time.Second)
		if r.find("booth") != nil {
			t.Error("not forgotten")
		}
		if _, err := f.claim(r, ask); !errors.Is(err, ingest.ErrBusy) {
			t.Errorf("a claim on what is forgotten: %v, want ErrBusy", err)
		}
	})
}

func TestWhatTheWorkerIsToldIsWhatIsWantedAtLast(t *testing.T) {
	mediatest.NoLeaks(t)
	r := bare(t, "streams: {cam: {}}", worker.InProcess(fakeBackends))
	f := r.find("cam")
	show(t, f.source)
	for range 200 {
		a, b := f.outputs["roi"], f.outputs["uniform"]
		leave := a.Hold()
		var wg sync.WaitGroup
		var stay func()
		wg.Go(leave)
		wg.Go(func() { stay = b.Hold() })
		wg.Wait()
		if got := f.wanted(); !slices.Equal(got, []string{"uniform"}) {
			t.Fatalf("wanted %v", got)
		}
		f.activating.Lock()   // whoever tells has told
		f.activating.Unlock() //lint:ignore SA2001 waiting for the lock is the point
		if got := f.worker.Active(); !slices.Equal(got, []string{"uniform"}) {
			t.Fatalf("the worker was told %v", got)
		}
		stay()
	}
}
