package transcode_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
)

func TestChoose(t *testing.T) {
	works := func(name string, roi bool) transcode.ProbeResult {
		return transcode.ProbeResult{Encoder: name, Works: true, ROI: roi, ForceIDR: true}
	}
	broken := func(name string) transcode.ProbeResult {
		return transcode.ProbeResult{Encoder: name, Reason: "no driver"}
	}
	for name, tc := range map[string]struct {
		codec  media.Codec
		probes []transcode.ProbeResult
		want   string
		got    string // "" is an error
		roi    transcode.ROIMode
		passed int
	}{
		"auto takes NVENC where it works, with the pre-filter": {
			media.H264, []transcode.ProbeResult{works("libx264", true), works("h264_nvenc", false)}, "auto", "h264_nvenc", transcode.ROIPrefilter, 0},
		"auto takes libx264 where it does not": {
			media.H264, []transcode.ProbeResult{broken("h264_nvenc"), works("libx264", true)}, "auto", "libx264", transcode.ROISideData, 1},
		"auto takes hardware before nothing": {
			media.H264, []transcode.ProbeResult{works("h264_vaapi", true)}, "", "h264_vaapi", transcode.ROISideData, 3},
		"a named encoder is taken": {
			media.H264, []transcode.ProbeResult{works("h264_nvenc", false), works("libx264", true)}, "libx264", "libx264", transcode.ROISideData, 0},
		"a named one that is broken is replaced, and said": {
			media.H264, []transcode.ProbeResult{broken("h264_nvenc"), works("libx264", true)}, "h264_nvenc", "libx264", transcode.ROISideData, 1},
		"regions that were measured not to work are pre-filtered": {
			media.H264, []transcode.ProbeResult{works("libx264", false)}, "libx264", "libx264", transcode.ROIPrefilter, 0},
		"AV1 has one encoder":         {media.AV1, []transcode.ProbeResult{works("libsvtav1", false)}, "auto", "libsvtav1", transcode.ROIPrefilter, 0},
		"nothing works":               {media.H265, []transcode.ProbeResult{broken("libx265")}, "auto", "", 0, 1},
		"an encoder of another codec": {media.H264, []transcode.ProbeResult{works("libvpx", true)}, "libvpx", "", 0, 0},
		"an unknown encoder":          {media.H264, nil, "x264", "", 0, 0},
		"a codec without encoders":    {media.MJPEG, nil, "auto", "", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := transcode.Choose(tc.codec, tc.probes, tc.want)
			if tc.got == "" {
				if err == nil || hint.Of(err) == "" {
					t.Errorf("got %v with hint %q", err, hint.Of(err))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.Backend.Name != tc.got || c.ROI != tc.roi || len(c.Passed) != tc.passed || c.Caps.Encoder != tc.got {
				t.Errorf("got %s, %v, passed %q", c.Backend.Name, c.ROI, c.Passed)
			}
		})
	}
	if _, err := transcode.Choose(media.H265, nil, "auto"); !errors.Is(err, transcode.ErrNoEncoder) {
		t.Errorf("got %v", err)
	}
}

func TestBelievedEncodersNeedNoHardware(t *testing.T) {
	for _, codec := range []media.Codec{media.H264, media.H265, media.VP8, media.VP9, media.AV1} {
		c, err := transcode.Choose(codec, transcode.Believed(), transcode.Auto)
		if err != nil || c.Backend.Device != transcode.CPU {
			t.Errorf("%v: %+v, %v", codec, c.Backend, err)
		}
	}
}

func TestProbeResultAsJSON(t *testing.T) {
	want := transcode.ProbeResult{
		Encoder: "h264_nvenc", Codec: media.H264, Device: transcode.NVENC, Works: true, ROIGain: 0.1, Bitrate: true, RateRatio: 1.02,
		ForceIDR: true, DelayFrames: 1, MsPerFrame: 1.5,
	}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got transcode.ProbeResult
	if err := json.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v from %s", got, err, b)
	}
}

// TestProbeChild runs this test binary as the child, in the ways in which a driver may behave.
func TestProbeChild(t *testing.T) {
	const behaviour = "VANTAGE_TEST_PROBE"
	if how := os.Getenv(behaviour); how != "" {
		child(how)
	}
	for how, want := range map[string]string{
		"works": "", "crashes": "crashed: exit status 2 (SIGSEGV: segmentation violation)", "exits": "crashed: exit status 3 (driver says no)",
		"hangs": "stopped", "babbles": "gave no result",
	} {
		t.Run(how, func(t *testing.T) {
			t.Setenv(behaviour, how)
			ctx := t.Context()
			if how == "hangs" {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
				defer cancel()
			}
			r := transcode.ProbeChild(ctx, []string{os.Args[0], "-test.run=TestProbeChild$", "--"}, "libx264")
			if r.Encoder != "libx264" || r.Works != (want == "") || !strings.Contains(r.Reason, want) {
				t.Errorf("got %+v, want %q", r, want)
			}
		})
	}
	if r := transcode.ProbeChild(t.Context(), []string{"/no/such/program"}, "libx264"); r.Works || r.Reason == "" {
		t.Errorf("got %+v", r)
	}
	if r := transcode.ProbeChild(t.Context(), nil, "libx264"); r.Works || r.Reason == "" {
		t.Errorf("got %+v", r)
	}
}

// child ends the process.
func child(how string) {
	switch how {
	case "works":
		_ = json.NewEncoder(os.Stdout).Encode(transcode.ProbeResult{Encoder: os.Args[len(os.Args)-1], Codec: media.H264, Works: true})
	case "crashes":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSEGV) // as a fault in a driver: the runtime dies of it with a dump
		<-time.After(time.Hour)
	case "exits":
		os.Stderr.WriteString("trying\ndriver says no\n")
		os.Exit(3)
	case "hangs":
		<-time.After(time.Hour)
	case "babbles":
		os.Stdout.WriteString("hello\n")
	}
	os.Exit(0)
}

func TestProbeAllKeepsTheTablesOrder(t *testing.T) {
	results := transcode.ProbeAll(t.Context(), func(_ context.Context, name string) transcode.ProbeResult {
		return transcode.ProbeResult{Encoder: name}
	})
	if len(results) != len(transcode.Table) {
		t.Fatalf("%d results", len(results))
	}
	for i, r := range results {
		if r.Encoder != transcode.Table[i].Name {
			t.Errorf("result %d is %s", i, r.Encoder)
		}
	}
}
