package archtest

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDependenciesAreAccountedFor compares go.mod with docs/dependencies.md.
func TestDependenciesAreAccountedFor(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(fields) >= 2 && strings.HasPrefix(fields[1], "v") && strings.Contains(fields[1], ".") && !strings.Contains(line, "// indirect") {
			direct[fields[0]] = true
		}
	}
	if len(direct) == 0 {
		t.Fatal("go.mod requires nothing")
	}
	told := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for _, m := range regexp.MustCompile("`([^`]+/[^`]+)`").FindAllStringSubmatch(first, -1) {
			if strings.HasPrefix(line, "|") {
				told[m[1]] = true
			}
		}
	}
	for name := range direct {
		if !told[name] {
			t.Errorf("docs/dependencies.md does not account for %s", name)
		}
	}
	for name := range told {
		if !direct[name] {
			t.Errorf("docs/dependencies.md tells of %s, which go.mod does not require", name)
		}
	}
}
