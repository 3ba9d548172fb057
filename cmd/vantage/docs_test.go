package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write docs/cli.md anew")

// TestDocs holds docs/cli.md to the help of every command.
func TestDocs(t *testing.T) {
	const (
		name  = "../../docs/cli.md"
		begin = "<!-- generated: go generate ./cmd/vantage -->\n"
		end   = "\n<!-- end of generated -->\n"
	)
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(page), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has lost its markers", name)
	}
	want := head + begin + reference(t) + end + tail
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil { //nolint:gosec // committed file
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Errorf("%s is out of date: run 'go generate ./cmd/vantage'", name)
	}
}

// reference is the help of every command that is not hidden.
func reference(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, leaf := range newParser(t, &b).Model.Leaves(true) {
		var help bytes.Buffer
		args := append(strings.Fields(leaf.FullPath())[1:], "--help")
		_, _ = newParser(t, &help).Parse(args) // arguments that are missing are no matter
		text := help.String()
		// The flag of every command, and the line that Kong says the same of each.
		text = regexp.MustCompile(`(?m)^  -h, --help .*\n`).ReplaceAllString(text, "")
		text = strings.Replace(strings.TrimSuffix(strings.TrimSpace(text), "\nFlags:"), "Flags:\n\n", "Flags:\n", 1)
		fmt.Fprintf(&b, "\n### %s\n\n```\n%s\n```\n", leaf.FullPath(), strings.TrimSpace(text))
	}
	return b.String()
}

func newParser(t *testing.T, out interface{ Write([]byte) (int, error) }) *kong.Kong {
	t.Helper()
	parser, err := newCommandLine(&commands{}, out, out, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	return parser
}
