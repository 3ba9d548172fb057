package stamp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"vantage/ingest/synth/stamp"
	"vantage/media"
	"vantage/media/mediatest"
)

// busy fills a picture with noise over a ramp, the worst neighbour for a stamp.
func busy(f *media.Frame, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for p, plane := range f.Planes {
		for i := range plane {
			plane[i] = byte(60 + i%f.Strides[p]*100/f.Strides[p] + r.IntN(60))
		}
	}
}

func TestPaintedStampIsReadBack(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, format := range []media.PixelFormat{media.I420, media.NV12, media.Gray8} {
		for _, size := range [][2]int{{320, 180}, {333, 251}, {640, 360}, {768, 576}, {1280, 720}, {1921, 1081}} {
			for _, want := range []stamp.Stamp{{}, {1, 1}, {1<<32 - 1, 1<<63 - 1}, {0xA5A5A5A5, 1_790_000_000_123_456}, {7, -1}} {
				f := media.NewFrame(format, size[0], size[1])
				busy(f, 1)
				stamp.Paint(f, want)
				got, ok := stamp.Read(f)
				f.Release()
				if !ok || got != want {
					t.Errorf("%v %v: got %v, %v, want %v", format, size, got, ok, want)
				}
			}
		}
	}
}

func TestPicturesWithoutAStampAreRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	f := media.NewFrame(media.Gray8, 640, 360)
	defer f.Release()
	for _, v := range []byte{0, 16, 128, 235, 255} {
		for i := range f.Planes[0] {
			f.Planes[0][i] = v
		}
		if s, ok := stamp.Read(f); ok {
			t.Errorf("a picture of luma %d was read as %v", v, s)
		}
	}
	// Random cells of full contrast pass every test but the checksum.
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		stamp.Paint(f, stamp.Stamp{Frame: r.Uint32(), Micros: r.Int64()})
		c, row := r.IntN(stamp.Columns), r.IntN(stamp.Rows)
		for y := 8 * (row + 1); y < 8*(row+2); y++ {
			for x := 8 * (c + 1); x < 8*(c+2); x++ {
				f.Planes[0][y*640+x] ^= 235 ^ 16
			}
		}
		if s, ok := stamp.Read(f); ok {
			t.Fatalf("a stamp with cell %d of row %d inverted was read as %v", c, row, s)
		}
	}
}

func TestReadRefusesPlanesThatAreTooShort(t *testing.T) {
	for _, tc := range []struct{ n, stride, w, h int }{
		{0, 0, 0, 0}, {10, 640, 640, 360}, {640*360 - 1, 640, 640, 360}, {640 * 360, 639, 640, 360}, {1 << 20, 1 << 40, 640, 360},
		{100, 640, -640, 360}, {100, 640, 640, -1}, {100, -1, 640, 360},
	} {
		if _, ok := stamp.ReadLuma(make([]byte, tc.n), tc.stride, tc.w, tc.h); ok {
			t.Errorf("%+v was read", tc)
		}
	}
}

// TestStampSurvivesX264 sends pictures through the real encoder, scales them down and reads both the sequence and the clock back.
func TestStampSurvivesX264(t *testing.T) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("needs the ffmpeg command (apt install ffmpeg)")
	}
	mediatest.NoLeaks(t)
	const frames = 12
	for _, tc := range []struct {
		name, size string
		w, h       int
		outW, outH int
		enc        []string
	}{
		{"720p CRF 30 scaled to 640", "1280x720", 1280, 720, 640, 360, []string{"-crf", "30"}},
		{"720p CRF 40 as it is", "1280x720", 1280, 720, 1280, 720, []string{"-crf", "40"}},
		{"360p CRF 30 as it is", "640x360", 640, 360, 640, 360, []string{"-crf", "30"}},
		{"360p at 150 kbit/s", "640x360", 640, 360, 640, 360, []string{"-b:v", "150k", "-maxrate", "150k", "-bufsize", "150k"}},
		{"1080p CRF 30 scaled to 640", "1920x1080", 1920, 1080, 640, 360, []string{"-crf", "30"}},
		{"4:3 CRF 30 scaled to 640", "768x576", 768, 576, 640, 480, []string{"-crf", "30"}},
		{"odd scale, widened to full range", "1280x720", 1280, 720, 854, 480, []string{"-crf", "30"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var raw bytes.Buffer
			for n := range frames {
				f := media.NewFrame(media.I420, tc.w, tc.h)
				busy(f, uint64(n/4))
				stamp.Paint(f, at(n))
				for _, p := range f.Planes {
					raw.Write(p)
				}
				f.Release()
			}
			h264 := pipe(t, &raw, ffmpeg, append([]string{"-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", tc.size, "-r", "30", "-i", "-",
				"-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency"}, append(tc.enc, "-f", "h264", "-")...)...)
			format := "gray"
			out := pipe(t, bytes.NewReader(h264), ffmpeg, "-f", "h264", "-i", "-", "-vf",
				fmt.Sprintf("scale=%d:%d,format=%s", tc.outW, tc.outH, format), "-f", "rawvideo", "-")
			if got, want := len(out), frames*tc.outW*tc.outH; got != want {
				t.Fatalf("got %d bytes of pictures, want %d", got, want)
			}
			for n := range frames {
				luma := out[n*tc.outW*tc.outH:][:tc.outW*tc.outH]
				if got, ok := stamp.ReadLuma(luma, tc.outW, tc.outW, tc.outH); !ok || got != at(n) {
					t.Errorf("picture %d: got %v, %v, want %v", n, got, ok, at(n))
				}
			}
		})
	}
}

func at(n int) stamp.Stamp {
	return stamp.Stamp{Frame: uint32(n) * 0x01020305, Micros: 1_790_000_000_000_000 + int64(n)*33_333}
}

func pipe(t *testing.T, in io.Reader, ffmpeg string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(ffmpeg, append([]string{"-v", "error", "-nostdin"}, args...)...)
	var out, diag bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &out, &diag
	if err := cmd.Run(); err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, diag.String())
	}
	return out.Bytes()
}

// TestJavaScriptReaderAgrees runs test/stamp.mjs on pictures from here.
func TestJavaScriptReaderAgrees(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs node")
	}
	mediatest.NoLeaks(t)
	reader, err := filepath.Abs("../../../test/stamp.mjs")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, size := range [][2]int{{640, 360}, {333, 251}, {1280, 720}} {
		for n, want := range []stamp.Stamp{{}, at(5), {1<<32 - 1, 1<<53 - 1}} {
			name := filepath.Join(dir, fmt.Sprintf("%d-%d.gray", size[0], n))
			f := media.NewFrame(media.Gray8, size[0], size[1])
			busy(f, 9)
			stamp.Paint(f, want)
			err := os.WriteFile(name, f.Planes[0], 0o600)
			f.Release()
			if err != nil {
				t.Fatal(err)
			}
			script := fmt.Sprintf(`import { readFileSync } from "node:fs";
import { readStamp } from %q;
const gray = readFileSync(%q), width = %d, height = %d;
const data = new Uint8ClampedArray(4 * gray.length);
gray.forEach((v, i) => data.set([v, v, v, 255], 4 * i));
const good = readStamp({ data, width, height });
for (let x = 0; x < width; x++) data.fill(130, 4 * (Math.floor(height / 38) * width), 4 * (Math.floor(height / 24) * width));
console.log(JSON.stringify({ good, bad: readStamp({ data, width, height }).ok }));`, "file://"+reader, name, size[0], size[1])
			out, err := exec.Command(node, "--input-type=module", "-e", script).CombinedOutput()
			if err != nil {
				t.Fatalf("node: %v\n%s", err, out)
			}
			var got struct {
				Good struct {
					Frame  uint32
					Micros int64
					OK     bool
				}
				Bad bool
			}
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if !got.Good.OK || got.Good.Frame != want.Frame || got.Good.Micros != want.Micros || got.Bad {
				t.Errorf("%v: got %s, want %v", size, out, want)
			}
		}
	}
}
