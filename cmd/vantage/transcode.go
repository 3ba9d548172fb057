package main

import (
	"context"
	"log/slog"

	"vantage/internal/app"
	"vantage/internal/obs"
	"vantage/internal/offline"
	"vantage/media"
	"vantage/roi"
	"vantage/transcode"
)

type transcodeCmd struct {
	In       string        `arg:"" help:"Clip to read, in anything that FFmpeg knows." type:"path"`
	Out      string        `arg:"" help:"File to write: .mp4, .mkv, .webm, .ts, .h264, ...." type:"path"`
	ROI      string        `name:"roi" help:"Spend bits where people look: on or off." default:"on" enum:"on,off"`
	CRF      float64       `name:"crf" help:"Constant quality, 0 (finest) to 51." default:"25.5"`
	Bitrate  media.Bitrate `help:"Average bitrate to hold, such as 2Mbps, in place of a constant quality." placeholder:"RATE"`
	Preset   string        `help:"The encoder's own speed preset; its live default without one." placeholder:"NAME"`
	Codec    media.Codec   `help:"h264, h265, vp8, vp9 or av1." default:"h264"`
	Encoder  string        `help:"Encoder by name; 'vantage doctor' lists them." default:"auto"`
	Size     media.Size    `help:"Size of the picture, such as 1280x720." default:"source"`
	Detector string        `help:"What finds the regions: saliency or motion." default:"saliency" enum:"saliency,motion"`
	Strength float64       `help:"Quality moved from background to regions, 0 to 1." default:"0.5"`
	JSON     bool          `help:"Print what was done as JSON."`
}

// transcoded is the result in --json.
type transcoded struct {
	Pictures   int     `json:"pictures"`
	Bytes      int64   `json:"bytes"`
	BitrateBPS int     `json:"bitrate_bps"`
	DurationS  float64 `json:"duration_s"`
	TookS      float64 `json:"took_s"`
	Encoder    string  `json:"encoder"`
	Audio      string  `json:"audio,omitempty"`
}

func (c *transcodeCmd) Run(ctx context.Context, t *terminal) error {
	o := offline.TranscodeOptions{
		In: c.In, Out: c.Out, TargetBPS: int(c.Bitrate), ROI: roi.Default(), Backends: app.Backends,
		Log: obs.NewLogger(t.err, "text", slog.LevelWarn),
	}
	r := transcode.Default()
	r.ROI, r.CRF, r.Codec, r.Encoder, r.Size, r.Preset = c.ROI == "on", c.CRF, c.Codec, c.Encoder, c.Size, c.Preset
	// No viewer's line is to be spared: the quality asked for is what the file gets.
	r.Bitrate.Max = transcode.MaxBitrate
	if r.Preset != "" && r.Encoder == transcode.Auto {
		r.Encoder = firstSoftware(r.Codec) // a preset belongs to an encoder
	}
	o.ROI.Detector, o.ROI.Strength = c.Detector, c.Strength
	if err := r.Validate(); err != nil {
		return usageError{err}
	}
	if err := o.ROI.Validate(); err != nil {
		return usageError{err}
	}
	o.Rendition = r
	bar := newProgress(t, "transcode")
	o.Progress = bar.set
	done, err := offline.Transcode(ctx, o)
	bar.done()
	if err != nil {
		return err
	}
	result := transcoded{
		Pictures: done.Pictures, Bytes: done.Bytes, DurationS: done.Duration.Seconds(), TookS: done.Took.Seconds(),
		Encoder: done.Encoder, Audio: done.Audio,
	}
	if result.DurationS > 0 {
		result.BitrateBPS = int(float64(done.Bytes) * 8 / result.DurationS)
	}
	if c.JSON {
		return t.json(result)
	}
	t.printf("%d pictures, %d bytes of video, %s, by %s in %.1f s\n", result.Pictures, result.Bytes, rate(result.BitrateBPS), result.Encoder, result.TookS)
	return nil
}

// firstSoftware is the preferred encoder of a codec that needs no device.
func firstSoftware(c media.Codec) string {
	for _, b := range transcode.Encoders(c) {
		if b.Device == transcode.CPU {
			return b.Name
		}
	}
	return transcode.Auto
}
