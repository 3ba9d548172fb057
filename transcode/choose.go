package transcode

import (
	"errors"
	"fmt"
	"strings"

	"vantage/internal/hint"
	"vantage/media"
)

// Choice is an encoder to open, and how.
type Choice struct {
	Backend *Backend
	Caps    Caps

	// ROI is how regions are to be carried: the encoder's own way if it was measured to work, else the pre-filter.
	ROI ROIMode

	// Passed tells, in order, which encoders were preferred and why they were not taken, for the log.
	Passed []string
}

// ErrNoEncoder is returned when no encoder for a codec works.
var ErrNoEncoder = errors.New("no usable encoder")

// Choose picks the encoder for a codec. want is a table name or [Auto]. Auto takes the first of the table that was measured to
// work; a named one that does not work falls back to the others of its codec, and Passed says so. probes are results
// of any encoders in any order: one without a result counts as not working.
func Choose(codec media.Codec, probes []ProbeResult, want string) (Choice, error) {
	candidates := Encoders(codec)
	if want != Auto && want != "" {
		b, ok := BackendByName(want)
		if !ok || b.Codec != codec {
			return Choice{}, hint.New(fmt.Errorf("no encoder %q for %v", want, codec), "use auto or one of "+nameList(candidates))
		}
		candidates = append([]*Backend{b}, candidates...)
	}
	var c Choice
	for i, b := range candidates {
		if i > 0 && b == candidates[0] {
			continue
		}
		r, ok := resultOf(probes, b.Name)
		switch {
		case !ok:
			c.Passed = append(c.Passed, b.Name+": not probed")
		case !r.Works:
			c.Passed = append(c.Passed, b.Name+": "+r.Reason)
		default:
			c.Backend, c.Caps, c.ROI = b, r.Caps(), b.ROI
			if !r.ROI {
				c.ROI = ROIPrefilter
			}
			return c, nil
		}
	}
	return c, hint.New(fmt.Errorf("%v: %w (%s)", codec, ErrNoEncoder, strings.Join(c.Passed, "; ")),
		"'vantage doctor' tells what each encoder lacks; H.264 needs an FFmpeg with libx264")
}

func resultOf(probes []ProbeResult, name string) (ProbeResult, bool) {
	for _, r := range probes {
		if r.Encoder == name {
			return r, true
		}
	}
	return ProbeResult{}, false
}

// Encoders lists the table's encoders of a codec, the preferred first.
func Encoders(codec media.Codec) []*Backend {
	var found []*Backend
	for i := range Table {
		if Table[i].Codec == codec {
			found = append(found, &Table[i])
		}
	}
	return found
}

func nameList(backends []*Backend) string {
	s := make([]string, len(backends))
	for i, b := range backends {
		s[i] = b.Name
	}
	return strings.Join(s, ", ")
}
