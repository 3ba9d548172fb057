package libav

import (
	"errors"
	"slices"

	"vantage/internal/hint"
	"vantage/transcode"
)

// OpenEncoder opens the encoder that cfg.Encoder asks for, by name or auto, or the next best of its codec that opens: hardware
// may fail at any time, for its sessions are few. probes are the encoders measured on this machine; while there are none,
// the software encoders of the table are tried. Why an encoder was passed over is logged. opt.Caps is not looked at.
func OpenEncoder(cfg transcode.EncoderConfig, probes []transcode.ProbeResult, opt EncoderOptions) (*Encoder, error) {
	if len(probes) == 0 {
		probes = transcode.Believed()
	} else {
		probes = slices.Clone(probes)
	}
	var failures []error
	for want := cfg.Encoder; ; {
		choice, err := transcode.Choose(cfg.Codec, probes, want)
		if err != nil {
			return nil, errors.Join(append([]error{err}, failures...)...)
		}
		c := cfg
		c.Encoder = choice.Backend.Name
		if c.Encoder != cfg.Encoder && cfg.Encoder != transcode.Auto {
			c.Preset, c.Options = "", nil // they belong to the encoder that was named
		}
		o := opt
		o.Caps = &choice.Caps
		enc, err := NewEncoder(c, o)
		if err == nil {
			if opt.Log != nil && len(choice.Passed) > 0 && want != transcode.Auto {
				opt.Log.Warn("encoder replaced", "encoder", c.Encoder, "wanted", want, "passed", choice.Passed)
			}
			return enc, nil
		}
		if errors.As(err, new(*OpenError)) || choice.Backend.Device != transcode.CPU {
			if opt.Log != nil {
				opt.Log.Warn("encoder does not open", "encoder", c.Encoder, "err", err, "hint", hint.Of(err))
			}
			failures = append(failures, err)
			probes = slices.DeleteFunc(probes, func(r transcode.ProbeResult) bool { return r.Encoder == c.Encoder })
			continue
		}
		return nil, err // a mistake in the configuration, which another encoder would not mend
	}
}
