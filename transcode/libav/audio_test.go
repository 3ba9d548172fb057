//go:build cgo && !nolibav

package libav_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"vantage/media"
	"vantage/transcode/libav"
)

// bursts are the times in seconds at which the test sound has 5 ms of a tone; the rest is silence.
var bursts = []float64{0.5, 1.5, 2.75}

// clicks makes a file of 3.5 s with the bursts.
func clicks(t testing.TB, file string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), file)
	sound := "aevalsrc=exprs='0.7*sin(2*PI*1000*t)*(between(t,0.5,0.505)+between(t,1.5,1.505)+between(t,2.75,2.755))':s=48000:d=3.5"
	in := []string{"-f", "lavfi", "-i", sound}
	if filepath.Ext(file) != ".wav" {
		// The video tells what the container made of the instant 0.
		in = append(in, "-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=3.5", "-c:v", "libx264", "-bf", "0")
	}
	ffmpeg(t, append(append(in, args...), path)...)
	return path
}

// onsets returns the times in seconds at which bursts begin in 48 kHz sound whose first sample has the PTS.
func onsets(samples []float32, pts int64) (found []float64) {
	const threshold, quiet = 0.25, 48000 / 10
	last := -quiet
	for i, s := range samples {
		if s > threshold || s < -threshold {
			if i-last >= quiet {
				found = append(found, float64(pts+int64(i))/48000)
			}
			last = i
		}
	}
	return found
}

// transcoded runs all audio units through a transcoder and returns its units, which the test releases, and their sound.
func transcoded(t *testing.T, all []*media.Unit, out media.Codec, edit func(i int, u *media.Unit) *media.Unit) (units []*media.Unit, sound []float32) {
	t.Helper()
	a, err := libav.NewAudioTranscoder(all[0].Track, out)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	keep := func(u *media.Unit) {
		u.Retain()
		units = append(units, u)
	}
	t.Cleanup(func() {
		for _, u := range units {
			u.Release()
		}
	})
	for i, u := range all {
		e := u.Derive()
		if edit != nil {
			if e = edit(i, e); e == nil {
				continue
			}
		}
		if err := a.Transcode(e, keep); err != nil {
			t.Fatal(err)
		}
		e.Release()
	}
	if err := a.Transcode(nil, keep); err != nil {
		t.Fatal(err)
	}
	if len(units) == 0 {
		t.Fatal("no units")
	}
	return units, libav.DecodeAudio(t, a.Track(), units)
}

// lipSync is how far sound may be from its time.
const lipSync = 0.005

func checkOnsets(t *testing.T, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("bursts at %.4f, want them at %.4f", got, want)
	}
	for i := range got {
		if off := got[i] - want[i]; math.Abs(off) > lipSync {
			t.Errorf("the burst at %.3f s is %.1f ms off", want[i], off*1000)
		}
	}
}

func TestAudioKeepsItsTime(t *testing.T) {
	for _, in := range []struct {
		name, file string
		args       []string
	}{
		{"AAC in MP4", "a.mp4", []string{"-c:a", "aac", "-ac", "2", "-ar", "44100"}},
		{"AAC in a transport stream", "a.ts", []string{"-c:a", "aac", "-ac", "1", "-ar", "48000"}},
		{"AAC at 16 kHz", "a.mkv", []string{"-c:a", "aac", "-ac", "1", "-ar", "16000"}},
		{"G.711 mu-law", "a.wav", []string{"-c:a", "pcm_mulaw", "-ac", "1", "-ar", "8000"}},
		{"G.711 A-law", "a.mkv", []string{"-c:a", "pcm_alaw", "-ac", "1", "-ar", "8000"}},
		{"Opus", "a.mp4", []string{"-c:a", "libopus", "-ac", "2"}},
		{"AAC with six channels", "a.mp4", []string{"-c:a", "aac", "-ac", "6", "-ar", "48000"}},
	} {
		for _, out := range []media.Codec{media.Opus, media.AAC} {
			t.Run(in.name+" to "+out.String(), func(t *testing.T) {
				noLeaks(t)
				_, all := units(t, clicks(t, in.file, in.args...))
				zero := 0.0
				if video := videoUnits(all); len(video) > 0 {
					zero = float64(video[0].PTS) / 90000
				}
				all = slices.DeleteFunc(slices.Clone(all), func(u *media.Unit) bool { return u.Track.Kind() == media.Video })
				got, sound := transcoded(t, all, out, nil)
				track := got[0].Track
				if track.Codec != out || track.ClockRate != 48000 || track.SampleRate != 48000 || track.Channels < 1 || track.Channels > 2 {
					t.Errorf("track: %+v", track)
				}
				step := int64(960)
				if out == media.AAC {
					step = 1024
					if len(track.Params) != 1 {
						t.Error("AAC without its configuration")
					}
				}
				for i, u := range got {
					if want := got[0].PTS + int64(i)*step; u.PTS != want || !u.RandomAccess || len(u.Parts) != 1 {
						t.Errorf("unit %d has pts %d, want %d", i, u.PTS, want)
					}
				}
				want := make([]float64, len(bursts))
				for i, b := range bursts {
					want[i] = zero + b
				}
				checkOnsets(t, onsets(sound, got[0].PTS), want)
			})
		}
	}
}

// muLaw makes 3.5 s of silence in units of 20 ms with bursts at the test's times, as a camera's clock has them: it runs fast by
// drift, so that its time stamps fall behind.
func muLaw(t *testing.T, drift float64) []*media.Unit {
	t.Helper()
	track := &media.Track{ID: "audio", Codec: media.PCMU, ClockRate: 8000, SampleRate: 8000, Channels: 1}
	var all []*media.Unit
	t.Cleanup(func() {
		for _, u := range all {
			u.Release()
		}
	})
	const silence, loud = 0xff, 0x90
	for i := range 175 {
		b := make([]byte, 160)
		for j := range b {
			b[j] = silence
			at := float64(i*160+j) / 8000
			for _, burst := range bursts {
				if at >= burst && at < burst+0.005 {
					b[j] = loud ^ byte(j&4)<<5
				}
			}
		}
		u := media.NewUnit(track, len(b))
		u.Append(b)
		u.PTS = int64(float64(i*160)*(1+drift) + 0.5)
		u.DTS, u.RandomAccess = u.PTS, true
		u.Captured = time.Unix(1000, 0).Add(media.Duration(u.PTS, 8000))
		all = append(all, u)
	}
	return all
}

func TestAudioFillsGapsWithSilence(t *testing.T) {
	noLeaks(t)
	lost := func(i int, u *media.Unit) *media.Unit { // 0.8 s to 1.3 s
		if i >= 40 && i < 65 {
			u.Release()
			return nil
		}
		return u
	}
	got, sound := transcoded(t, muLaw(t, 0), media.Opus, lost)
	for i, u := range got {
		if want := got[0].PTS + int64(i)*960; u.PTS != want {
			t.Fatalf("unit %d has pts %d, want %d: the gap shows", i, u.PTS, want)
		}
		if want := time.Unix(1000, 0).Add(media.Duration(u.PTS, 48000)); u.PTS >= 0 && u.Captured.Sub(want).Abs() > 5*time.Millisecond {
			t.Fatalf("unit %d was captured at %v, want %v", i, u.Captured, want)
		}
	}
	checkOnsets(t, onsets(sound, got[0].PTS), bursts)
}

func TestAudioLeavesLongGapsInTheTimeLine(t *testing.T) {
	noLeaks(t)
	const later = 3600 * 8000
	got, _ := transcoded(t, muLaw(t, 0), media.Opus, func(i int, u *media.Unit) *media.Unit {
		if i >= 100 {
			u.PTS += later
		}
		return u
	})
	if len(got) > 180 {
		t.Errorf("%d units for 3.5 s of sound: an hour of silence was made", len(got))
	}
	if last := got[len(got)-1].PTS; last < 3600*48000 {
		t.Errorf("the last unit has pts %d: the time line did not go on an hour later", last)
	}
}

func TestAudioFollowsADriftingClock(t *testing.T) {
	noLeaks(t)
	for name, drift := range map[string]float64{"a slow clock": 0.004, "a fast clock": -0.004} {
		t.Run(name, func(t *testing.T) {
			got, sound := transcoded(t, muLaw(t, drift), media.Opus, nil)
			want := make([]float64, len(bursts))
			for i, b := range bursts {
				want[i] = b * (1 + drift)
			}
			checkOnsets(t, onsets(sound, got[0].PTS), want)
			for i, u := range got {
				if want := got[0].PTS + int64(i)*960; u.PTS != want {
					t.Fatalf("unit %d has pts %d, want %d", i, u.PTS, want)
				}
			}
		})
	}
}

func TestAudioCutsOverlaps(t *testing.T) {
	noLeaks(t)
	got, sound := transcoded(t, muLaw(t, 0), media.Opus, func(i int, u *media.Unit) *media.Unit {
		if i >= 50 { // the clock is set back by 0.1 s at 1 s
			u.PTS -= 800
		}
		return u
	})
	checkOnsets(t, onsets(sound, got[0].PTS), []float64{0.5, 1.4, 2.65})
}

func TestAudioMistakes(t *testing.T) {
	noLeaks(t)
	video := &media.Track{ID: "video", Codec: media.H264, ClockRate: 90000}
	if _, err := libav.NewAudioTranscoder(video, media.Opus); err == nil {
		t.Error("video is taken for audio")
	}
	all := muLaw(t, 0)
	if _, err := libav.NewAudioTranscoder(all[0].Track, media.H264); err == nil {
		t.Error("audio is transcoded to video")
	}
	aac := &media.Track{ID: "audio", Codec: media.AAC, ClockRate: 48000, SampleRate: 48000, Channels: 2, Params: [][]byte{{0x11, 0x90}}}
	a, err := libav.NewAudioTranscoder(aac, media.Opus)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		u := media.NewUnit(aac, 100)
		u.PTS = int64(i) * 1024
		u.Append([]byte{0xde, 0xad, 0xbe, 0xef, byte(i), 0xff, 0x00, 0x42})
		_ = a.Transcode(u, func(*media.Unit) {})
		u.Release()
	}
	for range 2 {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := a.Transcode(all[0], func(*media.Unit) {}); err == nil {
		t.Error("a closed transcoder works")
	}
}
