package probe

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Rating is how good a source is to go on with.
type Rating string

// The ratings.
const (
	OK   Rating = "ok"
	Warn Rating = "warn" // works, with limits that the problems tell
	Fail Rating = "fail" // does not work
)

// Verdict is what was seen of a source.
type Verdict struct {
	Verdict   Rating `json:"verdict"`
	Reachable bool   `json:"reachable"` // something answered
	Auth      string `json:"auth"`      // "ok", "required", "wrong" or "unknown"
	Transport string `json:"transport,omitempty"`
	Peer      string `json:"peer,omitempty"`
	// Fingerprint is the SHA-256 in hex of a certificate that is not trusted, for a person who knows the camera to pin.
	Fingerprint string    `json:"fingerprint,omitempty"`
	Duration    float64   `json:"duration_s"` // over which media were measured
	Loss        float64   `json:"loss"`       // fraction of packets that did not arrive
	Tracks      []Track   `json:"tracks"`
	Problems    []Problem `json:"problems"`
}

// Track is what was measured of one track.
type Track struct {
	ID         string  `json:"id"`
	Kind       string  `json:"kind"`
	Codec      string  `json:"codec"`
	Profile    string  `json:"profile,omitempty"`
	Width      int     `json:"width,omitempty"`
	Height     int     `json:"height,omitempty"`
	FPS        float64 `json:"fps,omitempty"` // measured
	BitrateBPS int     `json:"bitrate_bps"`   // measured
	// IDRIntervalS is the mean time between random-access pictures in seconds; 0 when fewer than two were seen.
	IDRIntervalS float64 `json:"idr_interval_s,omitempty"`
	BFrames      bool    `json:"b_frames"`
	SampleRate   int     `json:"sample_rate,omitempty"`
	Channels     int     `json:"channels,omitempty"`
	// ClockDriftPPM is how much faster the track's time stamps run than our clock, in parts per million; 0 when it cannot be told
	// from the jitter.
	ClockDriftPPM float64 `json:"clock_drift_ppm"`
	// ClockOffsetMs is how far the camera's wall clock is ahead of ours, when it tells it and it is near.
	ClockOffsetMs *float64 `json:"clock_offset_ms,omitempty"`
}

// Problem is one thing that a person can mend.
type Problem struct {
	Code     string `json:"code"`
	Severity Rating `json:"severity"` // Warn or Fail
	Message  string `json:"message"`
	Remedy   string `json:"remedy"`
}

func (v *Verdict) add(severity Rating, code, remedy, format string, args ...any) {
	v.Problems = append(v.Problems, Problem{code, severity, fmt.Sprintf(format, args...), remedy})
	if severity == Fail || v.Verdict == OK {
		v.Verdict = severity
	}
}

// WriteTo writes the verdict for a person.
func (v *Verdict) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "verdict    %s\n", v.Verdict)
	if v.Reachable {
		fmt.Fprintf(&b, "source     %s, media over %s, %.1f %% lost, login %s\n", orDash(v.Peer), orDash(v.Transport), 100*v.Loss, v.Auth)
	}
	for _, t := range v.Tracks {
		fmt.Fprintf(&b, "%-10s %s", t.Kind, strings.TrimSpace(t.Codec+" "+t.Profile))
		if t.Kind == "video" {
			fmt.Fprintf(&b, ", %dx%d, %.2f fps, %.2f Mbit/s", t.Width, t.Height, t.FPS, float64(t.BitrateBPS)/1e6)
			if t.IDRIntervalS > 0 {
				fmt.Fprintf(&b, ", a random-access picture each %.1f s", t.IDRIntervalS)
			}
		} else {
			fmt.Fprintf(&b, ", %d Hz, %d channels, %d kbit/s", t.SampleRate, t.Channels, t.BitrateBPS/1000)
		}
		b.WriteByte('\n')
	}
	for _, p := range v.Problems {
		fmt.Fprintf(&b, "%-10s %s\n           → %s\n", p.Severity, p.Message, p.Remedy)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// round keeps a measured figure to the given steps, since more digits were not measured.
func round(v, step float64) float64 { return math.Round(v/step) * step }
