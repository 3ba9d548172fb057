package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os/exec"
	"sync/atomic"
	"time"

	"vantage/internal/hint"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// probeTimeout bounds the measuring of all encoders at start.
const probeTimeout = 2 * time.Minute

// openEncoder opens the encoder that the configuration wants, or the next best one of its codec where that does not open: a
// graphics card's sessions may be taken, or its driver gone since it was measured.
func openEncoder(c transcode.EncoderConfig, probes []transcode.ProbeResult, log *slog.Logger) (transcode.Encoder, error) {
	choice, err := transcode.Choose(c.Codec, probes, c.Encoder)
	if len(probes) == 0 {
		choice, err = unmeasured(c)
	}
	if err != nil {
		return nil, err
	}
	for _, why := range choice.Passed {
		log.Debug("encoder passed over", "reason", why)
	}
	enc, err := open(c, choice, log)
	if err == nil || choice.Backend.Device == "" {
		return enc, err
	}
	log.Warn("hardware encoder does not open, taking the processor", "encoder", choice.Backend.Name, "err", err, "hint", hint.Of(err))
	for _, b := range transcode.Encoders(c.Codec) {
		if b.Device == "" {
			c.Preset = "" // it was the other encoder's
			return open(c, transcode.Choice{Backend: b, ROI: b.ROI}, log)
		}
	}
	return nil, err
}

// unmeasured chooses while the encoders have not been measured yet: the first that runs on the processor, since that needs no driver.
func unmeasured(c transcode.EncoderConfig) (transcode.Choice, error) {
	for _, b := range transcode.Encoders(c.Codec) {
		if c.Encoder == b.Name || (c.Encoder == transcode.Auto || c.Encoder == "") && b.Device == "" {
			return transcode.Choice{Backend: b, ROI: b.ROI}, nil
		}
	}
	return transcode.Choice{}, hint.New(fmt.Errorf("%v: no encoder %q", c.Codec, c.Encoder), "'vantage doctor' lists the encoders")
}

func open(c transcode.EncoderConfig, choice transcode.Choice, log *slog.Logger) (transcode.Encoder, error) {
	c.Encoder = choice.Backend.Name
	opt := libav.EncoderOptions{Log: log}
	if choice.Caps.Formats != nil {
		opt.Caps = &choice.Caps
	}
	return libav.NewEncoder(c, opt)
}

// encoders is what is known of the encoders of this machine.
type encoders struct {
	probes atomic.Pointer[[]transcode.ProbeResult]
}

// results is what was measured; nil before.
func (e *encoders) results() []transcode.ProbeResult {
	if p := e.probes.Load(); p != nil {
		return *p
	}
	return nil
}

// measure asks a child process, since a driver may crash it, and keeps the answer.
func (e *encoders) measure(ctx context.Context, command func() *exec.Cmd, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	cmd := command()
	c := exec.CommandContext(ctx, cmd.Path, cmd.Args[1:]...)
	out, err := c.Output()
	var results []transcode.ProbeResult
	if err == nil {
		err = json.Unmarshal(out, &results)
	}
	if err != nil {
		if ctx.Err() == nil {
			log.Warn("encoders not measured, software encoders are assumed to work", "err", err)
		}
		return
	}
	e.probes.Store(&results)
	usable := 0
	for _, r := range results {
		if r.Works {
			usable++
		}
	}
	log.Info("encoders measured", "usable", usable, "known", len(results))
}
