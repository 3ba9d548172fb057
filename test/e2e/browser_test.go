package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// params are what a scenario is told, beside where everything is.
type params map[string]any

// scenarioTime bounds a scenario, beyond the time it watches pictures.
const scenarioTime = 2 * time.Minute

// browse runs a scenario of browser/scenarios and reads its findings into found.
func browse(t *testing.T, s *server, scenario string, p params, found any) {
	t.Helper()
	exe, err := exec.LookPath(chromium())
	if err != nil {
		t.Fatal(err)
	}
	all := params{"base": s.HTTP, "artifacts": t.ArtifactDir(), "chromium": exe, "play": playFor.Milliseconds()}
	maps.Copy(all, p)
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), scenarioTime+*playFor)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", filepath.Join("browser", "drive.mjs"), scenario, string(text))
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Run(); err != nil {
		t.Fatalf("scenario %s: %v; screenshots are in %s\n%s", scenario, err, t.ArtifactDir(), log.Bytes())
	}
	if err := json.Unmarshal(out.Bytes(), found); err != nil {
		t.Fatalf("scenario %s: findings: %v\n%s", scenario, err, out.Bytes())
	}
}

// pictures is what a page saw of a stamped camera.
type pictures struct {
	Pictures   int     `json:"pictures"`
	Unreadable int     `json:"unreadable"` // pictures without a stamp
	Width      int     `json:"width"`
	Height     int     `json:"height"`
	First      int     `json:"first"` // frame numbers
	Last       int     `json:"last"`
	Backwards  int     `json:"backwards"`  // times a frame number fell
	Skipped    int     `json:"skipped"`    // frame numbers that were not shown
	LongestMS  int     `json:"longest_ms"` // the longest that one picture stood
	P50        float64 `json:"p50_ms"`     // from painting to display
	P95        float64 `json:"p95_ms"`
	Max        float64 `json:"max_ms"`
}

// freeze is how long a picture may stand before people call it frozen. A loaded machine delays pictures by tenths of this.
const freeze = 700 * time.Millisecond

// check holds what was seen to what any live picture must be: in order, moving, readable.
func (p pictures) check(t *testing.T, watched time.Duration, fps int) {
	t.Helper()
	if want := int(watched.Seconds()*float64(fps)) / 2; p.Pictures < want {
		t.Errorf("%d pictures were shown in %v, want at least %d", p.Pictures, watched, want)
	}
	if p.Unreadable > p.Pictures/50 {
		t.Errorf("%d of %d pictures could not be read", p.Unreadable, p.Pictures+p.Unreadable)
	}
	if p.Backwards > 0 {
		t.Errorf("frame numbers fell %d times between %d and %d", p.Backwards, p.First, p.Last)
	}
	if p.Last <= p.First {
		t.Errorf("the picture stands: first %d, last %d", p.First, p.Last)
	}
	if d := time.Duration(p.LongestMS) * time.Millisecond; d > freeze {
		t.Errorf("a picture stood for %v, want at most %v", d, freeze)
	}
}
