package rtsp

import (
	"testing"
	"time"

	"github.com/pion/rtcp"

	"vantage/media"
)

// avSender is a camera with a clock for pictures and one for sound, in a world without delay but for that of each track.
type avSender struct {
	start                  time.Time
	videoPPM               float64       // how much faster the clock of the pictures runs
	videoDelay, audioDelay time.Duration // from capture to arrival
	videoLie               time.Duration // what sender reports of the pictures are wrong by
}

const (
	videoRate, audioRate = 90000, 48000
	frame                = 40 * time.Millisecond
)

// run plays for a time and calls see with each picture's place and that of the sound of the same moment, as a player would meet them.
func (a avSender) run(t *testing.T, length time.Duration, see func(after, video, audio time.Duration)) {
	t.Helper()
	var session sessionClock
	video, audio := session.track(videoRate, false), session.track(audioRate, true)
	rtpOf := func(c *trackClock, after time.Duration) uint32 {
		if c == video {
			after += time.Duration(float64(after) * a.videoPPM / 1e6)
		}
		return uint32(4_000_000_000 + media.Ticks(after, c.rate)) // wraps soon
	}
	report := func(c *trackClock, after, lie time.Duration) {
		c.report(&rtcp.SenderReport{NTPTime: ntp(a.start.Add(after + lie)), RTPTime: rtpOf(c, after)})
	}
	last := int64(-1)
	for after := time.Duration(0); after < length; after += frame {
		if after%(5*time.Second) == 0 && after > 0 {
			report(video, after, a.videoLie)
			report(audio, after, 0)
		}
		v, _ := video.place(rtpOf(video, after), a.start.Add(after+a.videoDelay))
		s, _ := audio.place(rtpOf(audio, after), a.start.Add(after+a.audioDelay))
		if v <= last {
			t.Fatalf("after %v pictures step from %d to %d", after, last, v)
		}
		last = v
		see(after, media.Duration(v, videoRate), media.Duration(s, audioRate))
	}
}

func TestTracksComeIntoStepBySenderReports(t *testing.T) {
	for name, tc := range map[string]struct {
		sender avSender
		before time.Duration // pictures are ahead of the sound by this, in the first seconds
		after  time.Duration // and by this after 30 s
	}{
		"pictures that come late":    {avSender{videoDelay: 300 * time.Millisecond}, -300 * time.Millisecond, 0},
		"sound that comes late":      {avSender{audioDelay: 200 * time.Millisecond}, 200 * time.Millisecond, 0},
		"reports that are far apart": {avSender{videoDelay: 300 * time.Millisecond, videoLie: 10 * time.Second}, -300 * time.Millisecond, -300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			tc.sender.start = time.Unix(1_790_000_000, 0)
			tc.sender.run(t, 30*time.Second, func(after, video, audio time.Duration) {
				ahead := audio - video // the arrival of the first sound is what the line makes of it
				want := tc.before
				switch {
				case after > 20*time.Second:
					want = tc.after
				case after > 4*time.Second:
					return
				}
				if (ahead - want).Abs() > minSkew {
					t.Fatalf("after %v pictures are ahead by %v, want %v", after, ahead, want)
				}
			})
		})
	}
}

func TestTracksStayInStepWhileTheirClocksDrift(t *testing.T) {
	s := avSender{start: time.Unix(1_790_000_000, 0), videoPPM: 100}
	worst := time.Duration(0)
	s.run(t, 2*time.Hour, func(_, video, audio time.Duration) { worst = max(worst, (video - audio).Abs()) })
	if worst > 2*minSkew { // without reports it would be 720 ms
		t.Errorf("%v apart", worst)
	}
	t.Logf("%v apart at most", worst)
}

func TestPicturesKeepTheirPaceWhileTheyAreMoved(t *testing.T) {
	s := avSender{start: time.Unix(1_790_000_000, 0), videoDelay: 500 * time.Millisecond}
	var last time.Duration
	s.run(t, 30*time.Second, func(after, video, _ time.Duration) {
		if step := video - last; after > 0 && (step < frame*9/10 || step > frame*11/10) {
			t.Fatalf("after %v a step of %v", after, step)
		}
		last = video
	})
}

func TestATrackThatComesLaterBeginsWhereTheOtherIs(t *testing.T) {
	var session sessionClock
	start := time.Unix(1_790_000_000, 0)
	video, audio := session.track(videoRate, false), session.track(audioRate, true)
	for i := range uint32(50) { // a server that begins with what it kept: two seconds at once
		video.place(i*3600, start)
	}
	pts, sent := audio.place(77, start.Add(10*time.Millisecond))
	if got := media.Duration(pts, audioRate); got != 49*frame+10*time.Millisecond || !sent.IsZero() {
		t.Errorf("sound begins at %v, sent at %v", got, sent)
	}
}

func TestTheSendersClockIsToldHoweverWrongItIs(t *testing.T) {
	var session sessionClock
	video := session.track(videoRate, false)
	now := time.Unix(1_790_000_000, 0)
	video.place(0, now)
	if _, ok := session.offset(); ok {
		t.Error("a clock that nobody told")
	}
	video.report(&rtcp.SenderReport{NTPTime: ntp(time.Unix(86_400, 0)), RTPTime: 3600})
	video.place(3600, now.Add(frame))
	if ahead, ok := session.offset(); !ok || (ahead-time.Unix(86_400, 0).Sub(now.Add(frame))).Abs() > time.Millisecond {
		t.Errorf("the camera is ahead by %v, %v", ahead, ok)
	}
}
