package offline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/roi"
	"vantage/roi/eval"
	"vantage/roi/heat"
	"vantage/transcode"
)

// Evaluation says what to measure.
type Evaluation struct {
	In        string // the clip
	Truth     string // file with the true boxes; "" judges by the detector's own regions
	ROI       roi.Config
	Detectors []roi.Detector // those of ROI.Detector
	Encoder   string         // table name
	Preset    string         // the encoder's own; "" is that of live streams
	Pictures  int            // at most so many; 0 is the whole clip

	// Progress, if set, is told the number of pictures done, and how many there are, 0 when unknown.
	Progress func(done, of int)
}

// Evaluate measures what coding by regions saves on a clip: it codes the clip evenly and by regions with the same encoder, preset
// and kind of rate control, each at a ladder of rate factors.
func Evaluate(ctx context.Context, e Evaluation) (*eval.Report, error) {
	backend, ok := transcode.BackendByName(e.Encoder)
	if !ok {
		return nil, hint.New(fmt.Errorf("no encoder %q", e.Encoder), "'vantage doctor' lists them")
	}
	truth, err := readTruth(e.Truth)
	if err != nil {
		return nil, err
	}
	engine, err := roi.NewEngine(e.ROI, roi.Options{Stream: "evaluation"}, e.Detectors...)
	if err != nil {
		return nil, err
	}
	in, err := openClip(e.In)
	if err != nil {
		return nil, err
	}
	info := in.reader.Info()
	base := transcode.EncoderConfig{
		Encoder: backend.Name, Codec: backend.Codec, TrackID: "video", WidthPx: info.WidthPx, HeightPx: info.HeightPx,
		FrameRate: info.FrameRate, ClockRate: media.Codec.RTPClockRate(backend.Codec), Preset: e.Preset, Offline: true, ROI: true,
		Threads: 1, // codings run side by side, and slices for threads would cost each of them bits
	}
	if base.Preset == "" {
		base.Preset = backend.Preset
	}
	total := int(info.Frames)
	if e.Pictures > 0 && (total == 0 || e.Pictures < total) {
		total = e.Pictures
	}
	c := eval.Config{
		Name: filepath.Base(e.In), Open: func() (eval.Reader, error) { return in, nil },
		Codec: backend.Name + " " + base.Preset, Detector: e.ROI.Detector, Analyse: engine.Analyse, Draw: heat.Draw,
		NewCodec: func(rateFactor float64) (eval.Codec, error) {
			cfg := base
			cfg.Rate = transcode.RateControl{CRF: transcode.CRF(backend.Codec, rateFactor)}
			return newCodec(cfg)
		},
		Truth: truth, TruthName: filepath.Base(e.Truth), Shift: eval.DefaultShift, MaxPictures: e.Pictures,
	}
	if e.Progress != nil {
		c.Progress = func(done int) { e.Progress(done, total) }
	}
	return eval.Run(ctx, c)
}

func readTruth(name string) (*eval.Truth, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // no truth is a way to evaluate
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return eval.ReadTruth(f)
}
