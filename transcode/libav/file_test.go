//go:build cgo && !nolibav

package libav_test

import (
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"vantage/media"
	"vantage/media/quality"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// ffmpeg runs the command line tool, or skips the test where there is none.
func ffmpeg(t testing.TB, args ...string) {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs the ffmpeg command")
	}
	out, err := exec.Command(path, append([]string{"-hide_banner", "-loglevel", "error", "-y"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, out)
	}
}

// footage makes a file of 2 s: a moving picture, and a tone where audio says so.
func footage(t testing.TB, name string, audio bool, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	in := []string{"-f", "lavfi", "-i", "testsrc2=s=192x112:r=25:d=2"}
	if audio {
		in = append(in, "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=2")
	}
	ffmpeg(t, append(append(in, args...), path)...)
	return path
}

// units reads all units of a file; the test releases them.
func units(t testing.TB, path string) (tracks []*media.Track, all []*media.Unit) {
	t.Helper()
	d, err := libav.OpenDemuxer(path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	t.Cleanup(func() {
		for _, u := range all {
			u.Release()
		}
	})
	for {
		u, err := d.Next()
		if errors.Is(err, io.EOF) {
			return d.Tracks(), all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, u)
	}
}

func videoUnits(all []*media.Unit) (video []*media.Unit) {
	for _, u := range all {
		if u.Track.Kind() == media.Video {
			video = append(video, u)
		}
	}
	return video
}

// videoCases are the ways in which video comes in files.
var videoCases = []struct {
	name  string
	codec media.Codec
	file  string
	args  []string
	bf    bool
}{
	{"H.264 in MP4", media.H264, "a.mp4", []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "10"}, false},
	{"H.264 in MP4 with B-frames", media.H264, "a.mp4", []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "3", "-g", "10"}, true},
	{"H.264 in Matroska", media.H264, "a.mkv", []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "2", "-g", "10"}, true},
	{"H.264 in a transport stream", media.H264, "a.ts", []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "10"}, false},
	{"raw H.264", media.H264, "a.h264", []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "10"}, false},
	{"H.264 with several slices", media.H264, "a.mp4", []string{"-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "0", "-slices", "4", "-g", "10"}, false},
	{"H.264 High 10", media.H264, "a.mp4", []string{"-c:v", "libx264", "-pix_fmt", "yuv420p10le", "-g", "10"}, true},
	{"H.265 in MP4", media.H265, "a.mp4", []string{"-c:v", "libx265", "-pix_fmt", "yuv420p", "-x265-params", "log-level=none:bframes=0:keyint=10"}, false},
	{"H.265 with B-frames", media.H265, "a.mkv", []string{"-c:v", "libx265", "-pix_fmt", "yuv420p", "-x265-params", "log-level=none:bframes=3:keyint=10"}, true},
	{"VP8", media.VP8, "a.webm", []string{"-c:v", "libvpx", "-pix_fmt", "yuv420p", "-g", "10"}, false},
	{"VP9", media.VP9, "a.webm", []string{"-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-g", "10", "-deadline", "realtime", "-cpu-used", "8"}, false},
	{"AV1 in MP4", media.AV1, "a.mp4", []string{"-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p", "-g", "10"}, false},
	{"AV1 in Matroska", media.AV1, "a.mkv", []string{"-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p", "-g", "10"}, false},
	{"MJPEG full range", media.MJPEG, "a.avi", []string{"-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "3"}, false},
	{"MJPEG 4:2:2", media.MJPEG, "a.avi", []string{"-c:v", "mjpeg", "-pix_fmt", "yuvj422p", "-q:v", "3"}, false},
}

// TestDecoder decodes every codec from units and compares the pictures with what the ffmpeg command made them of.
func TestDecoder(t *testing.T) {
	const n, width, height = 50, 192, 112
	originals := readAll(t, footage(t, "original.mkv", false, "-c:v", "ffv1", "-pix_fmt", "yuv420p"))
	if len(originals) != n {
		t.Fatalf("%d originals", len(originals))
	}
	for _, tc := range videoCases {
		t.Run(tc.name, func(t *testing.T) {
			noLeaks(t)
			tracks, all := units(t, footage(t, tc.file, false, tc.args...))
			if len(tracks) != 1 || tracks[0].Codec != tc.codec || tracks[0].WidthPx != width || tracks[0].HeightPx != height ||
				tracks[0].ClockRate != 90000 || tracks[0].FrameRate != 25 || tracks[0].Reordered != tc.bf {
				t.Fatalf("tracks: %+v", tracks[0])
			}
			if !all[0].RandomAccess {
				t.Error("the first unit is not random access")
			}
			dec, err := libav.NewDecoder(tracks[0], libav.DecoderOptions{Threads: 2})
			if err != nil {
				t.Fatal(err)
			}
			defer dec.Close()
			var sum quality.Sum
			got, late := 0, 0
			check := func(f *media.Frame) {
				if f.Format != media.I420 || f.WidthPx != width || f.HeightPx != height {
					t.Fatalf("picture of %dx%d in %v", f.WidthPx, f.HeightPx, f.Format)
				}
				if want := int64(got) * 3600; f.PTS < want-2 || f.PTS > want+2 || f.ClockRate != 90000 {
					t.Errorf("picture %d has pts %d, want %d", got, f.PTS, want)
				}
				if full := tc.codec == media.MJPEG; f.FullRange != full {
					t.Errorf("picture %d: full range is %v", got, f.FullRange)
				}
				if !f.FullRange && got < n {
					if err := sum.Add(originals[got], f, nil); err != nil {
						t.Error(err)
					}
				}
				got++
			}
			for i, u := range all {
				if err := dec.Decode(u, check); err != nil {
					t.Fatalf("unit %d: %v", i, err)
				}
				late = max(late, i+1-got)
			}
			if late > 0 && !tc.bf {
				t.Errorf("the decoder held %d pictures back", late)
			}
			if err := dec.Decode(nil, check); err != nil {
				t.Error(err)
			}
			if got != n {
				t.Errorf("%d pictures of %d", got, n)
			}
			if r := sum.Result(); tc.codec != media.MJPEG && r.Whole.PSNR < 28 {
				t.Errorf("the pictures have %.1f dB", r.Whole.PSNR)
			}
		})
	}
}

// readAll decodes a file with a Reader.
func readAll(t testing.TB, path string) (frames []*media.Frame) {
	t.Helper()
	r, err := libav.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	t.Cleanup(func() {
		for _, f := range frames {
			f.Release()
		}
	})
	for {
		f, err := r.Next()
		if errors.Is(err, io.EOF) {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, f)
	}
}

func TestReaderTakesCodecsThatTheKernelDoesNot(t *testing.T) {
	for name, args := range map[string][]string{
		"MPEG-4 in AVI":               {"a.avi", "-c:v", "mpeg4", "-q:v", "3", "-bf", "0"},
		"MPEG-4 in AVI with B-frames": {"a.avi", "-c:v", "mpeg4", "-q:v", "3", "-bf", "2"},
		"MPEG-2":                      {"a.mpg", "-c:v", "mpeg2video", "-q:v", "3"},
		"raw video in NUT":            {"a.nut", "-c:v", "rawvideo", "-pix_fmt", "rgb24"},
		"H.264 with B-frames":         {"a.mp4", "-c:v", "libx264", "-bf", "3"},
		"raw H.264 with B-frames":     {"a.h264", "-c:v", "libx264", "-bf", "3"},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			path := footage(t, args[0], true, append(args[1:], "-an")...)
			frames := readAll(t, path)
			if len(frames) != 50 {
				t.Fatalf("%d pictures of 50", len(frames))
			}
			for i, f := range frames {
				if f.Format != media.I420 || f.WidthPx != 192 || f.ClockRate != 90000 {
					t.Fatalf("picture %d: %dx%d in %v at %d Hz", i, f.WidthPx, f.HeightPx, f.Format, f.ClockRate)
				}
				if want := int64(i) * 3600; f.PTS < want-90 || f.PTS > want+90 {
					t.Errorf("picture %d has pts %d, want %d", i, f.PTS, want)
				}
			}
			r, err := libav.OpenReader(path)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			info := r.Info()
			if info.WidthPx != 192 || info.HeightPx != 112 || info.FrameRate != 25 || info.Codec == "" {
				t.Errorf("info: %+v", info)
			}
		})
	}
}

func TestMuxerKeepsEveryUnit(t *testing.T) {
	for _, tc := range []struct{ encoder, file string }{
		{"libx264", "a.mp4"}, {"libx264", "a.mkv"}, {"libx264", "a.h264"}, {"libx264", "a.ts"}, {"libx265", "a.mp4"},
		{"libvpx", "a.webm"}, {"libvpx-vp9", "a.webm"}, {"libsvtav1", "a.mp4"}, {"libsvtav1", "a.mkv"},
	} {
		t.Run(tc.encoder+" in "+tc.file, func(t *testing.T) {
			noLeaks(t)
			b, _ := transcode.BackendByName(tc.encoder)
			enc, err := libav.NewEncoder(transcode.EncoderConfig{
				Encoder: b.Name, Codec: b.Codec, TrackID: "video", WidthPx: 320, HeightPx: 192, FrameRate: 30, ClockRate: 90000,
				Rate: transcode.RateControl{CRF: transcode.CRF(b.Codec, 28)}, GOPFrames: 10, Offline: true,
			}, libav.EncoderOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer enc.Close()
			path := filepath.Join(t.TempDir(), tc.file)
			m, err := libav.CreateMuxer(path, enc.Track())
			if err != nil {
				t.Fatal(err)
			}
			write := func(u *media.Unit) {
				if err := m.Write(u); err != nil {
					t.Error(err)
				}
			}
			const n = 25
			for i := range n {
				f := transcode.Texture(320, 192, i)
				if err := enc.Encode(f, write); err != nil {
					t.Fatal(err)
				}
				f.Release()
			}
			if err := enc.Encode(nil, write); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := m.Close(); err != nil {
					t.Fatal(err)
				}
			}
			tracks, all := units(t, path)
			if len(all) != n {
				t.Fatalf("%d units of %d", len(all), n)
			}
			if got := tracks[0]; got.Codec != b.Codec || got.WidthPx != 320 || got.HeightPx != 192 || (tc.file == "a.mp4" && len(got.Params) != len(enc.Track().Params)) {
				t.Errorf("track: %+v, want %+v", got, enc.Track())
			}
			for i, u := range all {
				if want := int64(i) * 3000; tc.file != "a.h264" && (u.PTS < want-90 || u.PTS > want+90) {
					t.Errorf("unit %d has pts %d, want %d", i, u.PTS, want)
				}
			}
			if frames := readAll(t, path); len(frames) != n {
				t.Errorf("%d pictures of %d", len(frames), n)
			}
		})
	}
}
