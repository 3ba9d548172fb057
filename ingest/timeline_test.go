package ingest_test

import (
	"sync"
	"testing"
	"time"

	"vantage/ingest"
	"vantage/media"
	"vantage/media/mediatest"
)

var (
	epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	video = &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000, WidthPx: 640, HeightPx: 480, Params: [][]byte{{0x67}, {0x68}}}
	audio = &media.Track{ID: "audio", Codec: media.Opus, ClockRate: 48000, SampleRate: 48000, Channels: 2}
)

// copyOf is the track as another connection brings it.
func copyOf(t *media.Track, change func(*media.Track)) *media.Track {
	n := *t
	if change != nil {
		change(&n)
	}
	return &n
}

// send publishes a unit with a source's time stamps, given as times, that came at a time after epoch.
func send(tl *ingest.Timeline, track *media.Track, arrived, dts, pts time.Duration) {
	u := media.NewUnit(track, 1)
	u.DTS, u.PTS = media.Ticks(dts, track.ClockRate), media.Ticks(pts, track.ClockRate)
	u.Arrived, u.RandomAccess = epoch.Add(arrived), true
	u.Append([]byte{1})
	tl.Publish(u)
	u.Release()
}

// positions are the DTS that came out, as times.
func positions(rec *recorder, k media.Kind) []time.Duration {
	var list []time.Duration
	for _, s := range rec.Seen(k) {
		list = append(list, media.Duration(s.DTS, s.Track.ClockRate).Round(time.Millisecond))
	}
	return list
}

func last(list []time.Duration) time.Duration { return list[len(list)-1] }

const (
	ms    = time.Millisecond
	frame = 40 * ms
)

// newTimeline returns a time line with tracks announced, in front of a recorder that checks it.
func newTimeline(t *testing.T, tracks ...*media.Track) (*ingest.Timeline, *recorder) {
	mediatest.NoLeaks(t)
	rec := newRecorder()
	tl := ingest.NewTimeline(rec)
	tl.Restart()
	tl.SetTracks(tracks)
	t.Cleanup(func() { rec.Report(t) })
	return tl, rec
}

func TestTimelineBeginsAtZeroAndKeepsDistances(t *testing.T) {
	tl, rec := newTimeline(t, video, audio)
	send(tl, video, 0, time.Hour, time.Hour+80*ms)
	send(tl, audio, 5*ms, time.Hour-30*ms, time.Hour-30*ms)
	send(tl, video, 60*ms, time.Hour+frame, time.Hour+frame)
	if v, a := positions(rec, media.Video), positions(rec, media.Audio); v[0] != 0 || v[1] != frame || a[0] != -30*ms {
		t.Errorf("video at %v, audio at %v", v, a)
	}
	if s := rec.Seen(media.Video)[0]; s.PTS-s.DTS != 7200 {
		t.Errorf("PTS − DTS is %d, want that of the source, 7200", s.PTS-s.DTS)
	}
	send(tl, copyOf(video, nil), 100*ms, 0, 0)
	if n := len(rec.Seen(media.Video)); n != 2 {
		t.Error("a unit of a track that was not announced passed")
	}
}

func TestTimelineGoesOnByTheWallClock(t *testing.T) {
	tl, rec := newTimeline(t, video, audio)
	for i := range 25 {
		at := time.Duration(i) * frame
		send(tl, video, at, at, at)
		send(tl, audio, at, at, at)
	}
	tl.SetTracks(nil)
	tl.Restart()
	v2, a2 := copyOf(video, nil), copyOf(audio, nil)
	tl.SetTracks([]*media.Track{v2, a2})
	send(tl, v2, 5*time.Second, 70*time.Hour, 70*time.Hour)
	send(tl, a2, 5*time.Second, 70*time.Hour-20*ms, 70*time.Hour-20*ms)
	if v, a := last(positions(rec, media.Video)), last(positions(rec, media.Audio)); v != 5*time.Second || a != v-20*ms {
		t.Errorf("after a gap of 4 s video goes on at %v and audio at %v", v, a)
	}
	if tl.Jumps() != 0 {
		t.Error("a new connection is no jump")
	}
}

func TestTimelineKeepsTracksThatComeBackUnchanged(t *testing.T) {
	reordered := copyOf(video, func(n *media.Track) { n.Reordered = true })
	for name, tc := range map[string]struct {
		first, again *media.Track
		epoch        uint32
	}{
		"the same":                           {video, copyOf(video, nil), 0},
		"another epoch of the source":        {video, copyOf(video, func(n *media.Track) { n.Epoch = 7 }), 0},
		"not told yet":                       {video, copyOf(video, func(n *media.Track) { n.Params, n.WidthPx, n.HeightPx = nil, 0, 0 }), 0},
		"B-frames not seen yet":              {reordered, copyOf(video, nil), 0},
		"B-frames where there were none":     {video, reordered, 1},
		"other parameters":                   {video, copyOf(video, func(n *media.Track) { n.Params = [][]byte{{0x67, 1}, {0x68}} }), 1},
		"another size":                       {video, copyOf(video, func(n *media.Track) { n.WidthPx = 1280 }), 1},
		"another codec":                      {video, copyOf(video, func(n *media.Track) { n.Codec, n.Params = media.H265, nil }), 1},
		"another profile of the same size":   {video, copyOf(video, func(n *media.Track) { n.Profile = "High 4.1" }), 1},
		"another clock rate":                 {audio, copyOf(audio, func(n *media.Track) { n.ClockRate = 44100 }), 1},
		"another number of channels, unsure": {audio, copyOf(audio, func(n *media.Track) { n.Channels = 1 }), 1},
	} {
		t.Run(name, func(t *testing.T) {
			tl, rec := newTimeline(t, tc.first)
			send(tl, tc.first, 0, 0, 0)
			before, _ := rec.Tracks()
			tl.SetTracks(nil)
			tl.Restart()
			tl.SetTracks([]*media.Track{tc.again})
			send(tl, tc.again, time.Second, 0, 0)
			after, _ := rec.Tracks()
			if after[0].Epoch != tc.epoch || (after[0] == before[0]) != (tc.epoch == 0) {
				t.Errorf("epoch %d, the same track: %v; want epoch %d", after[0].Epoch, after[0] == before[0], tc.epoch)
			}
		})
	}
}

func TestTimelineMendsJumps(t *testing.T) {
	for name, tc := range map[string]struct {
		jump  time.Duration // of the source's clock after a second
		jumps uint64
	}{
		"forward by an hour":          {time.Hour, 1},
		"forward by five seconds":     {5 * time.Second, 1},
		"back by an hour":             {-time.Hour, 1},
		"back by two seconds":         {-2 * time.Second, 1},
		"none":                        {0, 0},
		"forward by a dropped second": {time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tl, rec := newTimeline(t, video)
			for i := range 50 {
				at := time.Duration(i) * frame
				dts := at
				if i >= 25 {
					dts += tc.jump
				}
				send(tl, video, at, dts, dts)
			}
			got := positions(rec, media.Video)
			if want := 49 * frame; tc.jumps == 1 && (last(got)-want).Abs() > frame {
				t.Errorf("ends at %v, want %v", last(got), want)
			}
			for i := 26; i < 50; i++ {
				if step := got[i] - got[i-1]; (step - frame).Abs() > ms {
					t.Fatalf("step of %v after the jump", step)
				}
			}
			if tl.Jumps() != tc.jumps {
				t.Errorf("%d jumps, want %d", tl.Jumps(), tc.jumps)
			}
		})
	}
}

func TestTimelineKeepsTracksInStepOverAJump(t *testing.T) {
	for name, tc := range map[string]struct{ video, audio time.Duration }{
		"both clocks are set": {-time.Hour, -time.Hour},
		"only that of video":  {-time.Hour, 0},
		"only that of audio":  {0, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			tl, rec := newTimeline(t, video, audio)
			for i := range 50 {
				at := time.Duration(i) * frame
				v, a := at, at-100*ms // sound is delayed more
				if i >= 25 {
					v += tc.video
				}
				if i >= 27 {
					a += tc.audio
				}
				send(tl, video, at, v, v)
				send(tl, audio, at+5*ms, a, a)
			}
			v, a := last(positions(rec, media.Video)), last(positions(rec, media.Audio))
			apart := 100 * ms
			if tc.audio > 0 {
				apart = 0 // nothing is known of the distance any more but when units came
			}
			if (v - a - apart).Abs() > 60*ms {
				t.Errorf("video at %v, audio at %v", v, a)
			}
		})
	}
}

func TestTimelineFollowsASourcesClock(t *testing.T) {
	for name, ppm := range map[string]int{"that is fast": 200, "that is slow": -200} {
		t.Run(name, func(t *testing.T) {
			tl, rec := newTimeline(t, video)
			const second, day = time.Second, 24 * 3600
			for i := range day * 2 { // 35 s of drift
				at := time.Duration(i) * second
				dts := at + at/1e6*time.Duration(ppm)
				send(tl, video, at, dts, dts)
			}
			if tl.Jumps() != 0 {
				t.Errorf("%d jumps", tl.Jumps())
			}
			wall := time.Duration(2*day-1) * second
			if off := last(positions(rec, media.Video)) - wall; (off - wall/1e6*time.Duration(ppm)).Abs() > ms {
				t.Errorf("off by %v", off)
			}
		})
	}
}

func TestTimelineToleratesNetworks(t *testing.T) {
	t.Run("that stall and then deliver at once", func(t *testing.T) {
		tl, rec := newTimeline(t, video)
		for i := range 200 {
			dts := time.Duration(i) * frame
			send(tl, video, max(dts, 6*time.Second), dts, dts)
		}
		if tl.Jumps() != 0 || last(positions(rec, media.Video)) != 199*frame {
			t.Errorf("%d jumps, ends at %v", tl.Jumps(), last(positions(rec, media.Video)))
		}
	})
	t.Run("that lose four seconds after they held four back", func(t *testing.T) {
		tl, _ := newTimeline(t, video)
		for i := range 300 {
			dts := time.Duration(i) * frame
			if i < 100 || i >= 200 {
				send(tl, video, max(dts, 8*time.Second), dts, dts)
			}
		}
		if tl.Jumps() > 1 {
			t.Errorf("%d jumps", tl.Jumps())
		}
	})
	t.Run("behind which a server begins with its last GOP", func(t *testing.T) {
		tl, rec := newTimeline(t, video)
		for i := range 300 {
			dts := time.Duration(i) * frame
			send(tl, video, max(0, dts-4*time.Second), dts, dts)
		}
		tl.Restart()
		send(tl, video, 9*time.Second, 0, 0)
		if tl.Jumps() != 0 || len(positions(rec, media.Video)) != 301 {
			t.Errorf("%d jumps", tl.Jumps())
		}
	})
}

func TestTimelineTakesTracksFromTwoGoroutines(t *testing.T) {
	tl, rec := newTimeline(t, video, audio)
	var wg sync.WaitGroup
	for _, track := range []*media.Track{video, audio} {
		wg.Go(func() {
			for i := range 2000 {
				at := time.Duration(i) * 20 * ms
				send(tl, track, at, at, at)
			}
		})
	}
	wg.Go(func() {
		for range 200 {
			tl.SetTracks([]*media.Track{video, audio})
			tl.Jumps()
		}
	})
	wg.Wait()
	if n := len(rec.Seen(0)); n != 4000 {
		t.Errorf("%d units", n)
	}
}

func TestTimelineGoesOnInAnotherClockRate(t *testing.T) {
	tl, rec := newTimeline(t, audio)
	send(tl, audio, 0, 0, 0)
	send(tl, audio, time.Second, time.Second, time.Second)
	tl.Restart()
	slow := copyOf(audio, func(n *media.Track) { n.ID, n.Codec, n.ClockRate, n.SampleRate = "audio", media.PCMU, 8000, 8000 })
	tl.SetTracks([]*media.Track{slow})
	send(tl, slow, 2*time.Second, 0, 0)
	seen := rec.Seen(media.Audio)
	if got := media.Duration(seen[2].DTS, 8000); got != 2*time.Second {
		t.Errorf("goes on at %v", got)
	}
}
