package transcode

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// maxProbeOutput bounds what is read of a child's results, in bytes.
const maxProbeOutput = 1 << 20

// ProbeChild measures an encoder in another process, so that a driver's crash or hang ends that and not the caller: argv with the
// encoder's name behind it writes the result as JSON to its standard output.
func ProbeChild(ctx context.Context, argv []string, name string) ProbeResult {
	r := ProbeResult{Encoder: name}
	if b, ok := BackendByName(name); ok {
		r.Codec, r.Device = b.Codec, b.Device
	}
	if len(argv) == 0 {
		r.Reason = "no command to probe with"
		return r
	}
	var out, diag limitedBuffer
	cmd := exec.CommandContext(ctx, argv[0], append(argv[1:len(argv):len(argv)], name)...)
	cmd.Stdout, cmd.Stderr = &out, &diag
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	var got ProbeResult
	switch jsonErr := json.Unmarshal(out.b.Bytes(), &got); {
	case err == nil && jsonErr == nil && got.Encoder == name:
		return got
	case context.Cause(ctx) != nil:
		r.Reason = "the probe was stopped: " + context.Cause(ctx).Error()
		r.Hint = "a driver that hangs: update it, or leave the encoder out"
	case errors.As(err, new(*exec.ExitError)):
		r.Reason = fmt.Sprintf("the encoder or its driver crashed: %v%s", err, tellingLine(diag.b.String()))
		r.Hint = "update the driver and FFmpeg's libraries"
	case err != nil:
		r.Reason = "the probe did not start: " + err.Error()
	default:
		r.Reason = "the probe gave no result"
	}
	return r
}

// ProbeAll measures every encoder of the table, one after the other, for they share the machine. probe is libav.Probe, or a
// call of [ProbeChild].
func ProbeAll(ctx context.Context, probe func(ctx context.Context, name string) ProbeResult) []ProbeResult {
	results := make([]ProbeResult, 0, len(Table))
	for _, b := range backends() {
		results = append(results, probe(ctx, b.Name))
	}
	return results
}

// tellingLine picks the line of a dead child's diagnostics that says most: Go's for a fatal signal, which a long dump follows, or
// the last.
func tellingLine(s string) string {
	last := ""
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		last = line
		if strings.HasPrefix(line, "SIG") || strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			break
		}
	}
	if last == "" {
		return ""
	}
	return " (" + last + ")"
}

// limitedBuffer keeps the first maxProbeOutput bytes.
type limitedBuffer struct{ b bytes.Buffer }

func (l *limitedBuffer) Write(p []byte) (int, error) {
	l.b.Write(p[:min(len(p), maxProbeOutput-l.b.Len())])
	return len(p), nil
}
