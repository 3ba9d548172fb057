package archtest

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// maxLines is where a file asks to be split; codec tables may run longer.
const maxLines = 500

func TestFilesAreSmall(t *testing.T) {
	for _, f := range tree(t) {
		if n := strings.Count(f.text, "\n"); n > maxLines && !strings.HasPrefix(f.text, "// Code generated") {
			t.Errorf("%s has %d lines; past %d a file holds more than one thing", f.name, n, maxLines)
		}
	}
}

// Names that say nothing: what is put under them belongs to whatever it is about.
var emptyNames = []string{"util", "utils", "common", "types", "core", "manager", "helper", "helpers", "misc"}

func TestNamesSaySomething(t *testing.T) {
	for _, f := range tree(t) {
		if f.isTest() { // helpers_test.go is what it says
			continue
		}
		for _, name := range []string{path.Base(f.pkg), strings.TrimSuffix(path.Base(f.name), ".go")} {
			if slices.Contains(emptyNames, name) {
				t.Errorf("%s: %q says nothing of what is in it", f.name, name)
			}
		}
	}
}

func TestEveryPackageIntroducesItself(t *testing.T) {
	files := tree(t)
	for _, pkg := range packages(files, false) {
		if within(pkg, "test") {
			continue // nobody imports those
		}
		i := slices.IndexFunc(files, func(f goFile) bool { return f.name == pkg+"/doc.go" })
		if i < 0 {
			t.Errorf("%s has no doc.go: what it is, ten lines of use, who owns what, which goroutines, which standards", pkg)
			continue
		}
		if !strings.HasPrefix(files[i].doc, "Package ") && !strings.HasPrefix(files[i].doc, "Command ") && !strings.HasPrefix(files[i].doc, "Vantage ") {
			t.Errorf("%s/doc.go does not begin with what the package is", pkg)
		}
		for _, section := range []string{"# Ownership", "# Goroutines"} {
			if !within(pkg, "cmd") && !strings.Contains(files[i].doc, section) {
				t.Errorf("%s/doc.go has no section %q", pkg, section)
			}
		}
	}
}

func TestNothingIsLeftForLater(t *testing.T) {
	for _, f := range tree(t) {
		for i, line := range strings.Split(f.text, "\n") {
			if _, comment, ok := strings.Cut(line, "//"); ok && f.pkg != "internal/archtest" {
				for _, word := range []string{"TODO", "FIXME", "XXX"} {
					if strings.Contains(comment, word) {
						t.Errorf("%s:%d: %s: do it, or write an issue", f.name, i+1, word)
					}
				}
			}
		}
	}
}

func TestNoInit(t *testing.T) {
	for _, f := range tree(t) {
		if !f.isTest() && slices.Contains(f.funcs, "init") {
			t.Errorf("%s has an init function: what runs before main cannot be left out, ordered or tested", f.name)
		}
	}
}

// parsers are the packages that read bytes from outside.
var parsers = []string{"media/bitstream", "internal/config", "internal/store"}

func TestParsersAreFuzzed(t *testing.T) {
	files := tree(t)
	for _, pkg := range parsers {
		fuzzed := slices.ContainsFunc(files, func(f goFile) bool {
			return f.pkg == pkg && f.isTest() && slices.ContainsFunc(f.funcs, func(name string) bool { return strings.HasPrefix(name, "Fuzz") })
		})
		if !fuzzed {
			t.Errorf("%s reads bytes from outside and has no fuzz target", pkg)
		}
	}
}
