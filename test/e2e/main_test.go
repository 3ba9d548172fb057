package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	playFor = flag.Duration("play", 20*time.Second, "how long pictures are watched when they are measured")
	docsDir = flag.String("docs", "", "directory to write the screenshots of the documentation to")
)

// binary is the server under test; missing says why there is none.
var (
	binary  string
	missing string
)

// buildTime bounds the build of the server and its console.
const buildTime = 10 * time.Minute

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if testing.Short() {
		missing = "-short"
		return m.Run()
	}
	if missing = missingTools(); missing == "" {
		dir, err := os.MkdirTemp("", "vantage-e2e-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if binary, err = findBinary(dir); err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", err)
			return 1
		}
	}
	return m.Run()
}

// missingTools says what a run lacks; "" is nothing.
func missingTools() string {
	var lacks []string
	for _, tool := range []string{"ffmpeg", "ffprobe", "node", chromium()} {
		if _, err := exec.LookPath(tool); err != nil {
			lacks = append(lacks, tool)
		}
	}
	if _, err := os.Stat(filepath.Join(root(), "web", "node_modules", "playwright-core")); err != nil {
		lacks = append(lacks, "web/node_modules (npm ci)")
	}
	if len(lacks) == 0 {
		return ""
	}
	return "not installed: " + strings.Join(lacks, ", ")
}

func chromium() string {
	if c := os.Getenv("CHROMIUM"); c != "" {
		return c
	}
	return "chromium"
}

// root is the directory of the module: tests run in that of their package.
func root() string {
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		panic("e2e: no working directory: " + err.Error())
	}
	return dir
}

func findBinary(dir string) (string, error) {
	if b := os.Getenv("VANTAGE_BIN"); b != "" {
		return filepath.Abs(b)
	}
	ctx, cancel := context.WithTimeout(context.Background(), buildTime)
	defer cancel()
	out := filepath.Join(dir, "vantage")
	for _, step := range []struct {
		dir  string
		args []string
	}{
		{filepath.Join(root(), "web"), []string{"npm", "run", "--silent", "build"}},
		{root(), []string{"go", "build", "-o", out, "./cmd/vantage"}},
	} {
		cmd := exec.CommandContext(ctx, step.args[0], step.args[1:]...)
		cmd.Dir = step.dir
		if text, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(step.args, " "), err, text)
		}
	}
	return out, nil
}

// need skips the test where it cannot run, or fails it where it must.
func need(t *testing.T) {
	t.Helper()
	if missing == "" {
		return
	}
	if os.Getenv("VANTAGE_E2E") == "must" && !testing.Short() {
		t.Fatal(missing)
	}
	t.Skip(missing)
}
