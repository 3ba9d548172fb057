package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"vantage/internal/hint"
	"vantage/media"
)

// The limits of the fields of Config itself.
const (
	minShutdown = time.Second
	maxShutdown = 5 * time.Minute
)

// reserved are the renditions that every stream has.
var reserved = []string{"source", "roi", "uniform"}

// Validate reports every mistake as a [FieldError], including what single fields cannot know of each other.
func (c *Config) Validate() error { return inFile(c.file, c.check(nil)) }

// check returns the mistakes but for fields that already have one.
func (c *Config) check(known []error) []error {
	errs := c.checkSections()
	errs = append(errs, c.checkStream("defaults", c.Defaults)...)
	if c.Defaults.Source.URL != "" {
		errs = append(errs, c.mistake("defaults.source.url", hint.New(errors.New("a source belongs to one stream"), "move it below streams.NAME.source")))
	}
	inherited := map[string]bool{}
	for _, m := range Mistakes(errors.Join(errs...)) {
		inherited[strings.TrimPrefix(m.Path, "defaults")+"\x00"+m.Msg] = true
	}
	for _, id := range slices.Sorted(maps.Keys(c.Streams)) {
		path := "streams." + string(id)
		if !id.Valid() {
			errs = append(errs, c.mistake(path, badName("a stream")))
		}
		for _, err := range c.checkStream(path, c.Streams[id]) {
			for _, m := range Mistakes(err) {
				// What a stream inherits is told once, where it is written.
				if !inherited[strings.TrimPrefix(m.Path, path)+"\x00"+m.Msg] || c.lines[m.Path] > 0 {
					errs = append(errs, m)
				}
			}
		}
	}
	return without(errs, known)
}

func (c *Config) checkSections() []error {
	var errs []error
	if c.ShutdownTimeout < minShutdown || c.ShutdownTimeout > maxShutdown {
		errs = append(errs, c.mistake("shutdown_timeout", hint.New(fmt.Errorf("%s is out of range", durationText(c.ShutdownTimeout)),
			fmt.Sprintf("use %s to %s", durationText(minShutdown), durationText(maxShutdown)))))
	}
	v := reflect.ValueOf(c).Elem()
	for _, f := range fieldsOf(v.Type()) {
		if f.name != "defaults" && f.name != "streams" {
			errs = append(errs, c.section(f.name, v.FieldByIndex(f.index))...)
		}
	}
	listeners := []struct{ path, addr string }{{"http.listen", c.HTTP.Listen}, {"admin.listen", c.Admin.Listen},
		{"rtsp.listen", c.RTSP.Listen}, {"webrtc.tcp_listen", c.WebRTC.TCPListen}}
	for i, a := range listeners {
		for _, b := range listeners[:i] {
			if clash(a.addr, b.addr) {
				errs = append(errs, c.mistake(a.path, hint.New(fmt.Errorf("%s is taken by %s", a.addr, b.path), "give each its own port")))
			}
		}
	}
	return errs
}

func (c *Config) checkStream(path string, s Stream) []error {
	errs := append(c.section(join(path, "source"), reflect.ValueOf(s.Source)), c.section(join(path, "roi"), reflect.ValueOf(s.ROI))...)
	for _, name := range slices.Sorted(maps.Keys(s.Renditions)) {
		at := join(join(path, "renditions"), name)
		switch {
		case slices.Contains(reserved, name):
			errs = append(errs, c.mistake(at, hint.New(errors.New("every stream has a rendition of this name"), "choose another name")))
		case !media.StreamID(name).Valid():
			errs = append(errs, c.mistake(at, badName("a rendition")))
		}
		errs = append(errs, c.section(at, reflect.ValueOf(s.Renditions[name]))...)
	}
	return errs
}

func badName(what string) error {
	return hint.New(fmt.Errorf("this cannot be the name of %s", what),
		fmt.Sprintf("use 1 to %d characters of a-z, 0-9 and '-', not '-' at an end", media.MaxStreamIDLen))
}

// section asks the section itself what is wrong, and finds the fields that it names.
func (c *Config) section(path string, v reflect.Value) []error {
	s, ok := v.Interface().(interface{ Validate() error })
	if !ok {
		return nil
	}
	var errs []error
	for _, err := range leaves(s.Validate()) {
		name, msg := attribute(err.Error(), v.Type())
		at := path
		if name != "" {
			at = path + "." + name
		}
		errs = append(errs, c.mistake(at, hint.New(errors.New(msg), hint.Of(err))))
	}
	return errs
}

// leaves takes joined errors apart.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	j, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // only the joined error itself
	if !ok {
		return []error{err}
	}
	var all []error
	for _, branch := range j.Unwrap() {
		all = append(all, leaves(branch)...)
	}
	return all
}

// attribute finds the field that a section's error is about: the first word that is the path of one. Packages write
// "field: what is wrong" or "package: field value is out of range"; the words before and the name itself are cut off.
func attribute(msg string, t reflect.Type) (path, rest string) {
	for at := 0; at < len(msg); {
		end := strings.IndexAny(msg[at:], " :,")
		if end < 0 {
			end = len(msg) - at
		}
		if word := msg[at : at+end]; hasPath(t, word) {
			rest := strings.TrimLeft(msg[at+end:], ": ")
			if !strings.Contains(rest, " ") { // only the value
				rest += " is out of range"
			}
			return word, rest
		}
		at += end + 1
	}
	return "", msg
}

// hasPath reports whether the dotted path leads to a field of t; an index in brackets is passed over.
func hasPath(t reflect.Type, path string) bool {
	name, rest, more := strings.Cut(path, ".")
	name, _, _ = strings.Cut(name, "[")
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	for _, f := range fieldsOf(t) {
		if f.name == name {
			return !more || hasPath(f.typ, rest)
		}
	}
	return false
}

// mistake is an error at a field, on the line where that or what holds it was written.
func (c *Config) mistake(path string, err error) *FieldError {
	line := 0
	for p := path; p != "" && line == 0; {
		line = c.lines[p]
		p = p[:max(0, strings.LastIndexAny(p, ".["))]
	}
	return &FieldError{File: c.file, Line: line, Path: path, Msg: err.Error(), Hint: hint.Of(err)}
}

func prefixError(prefix string, err error) error {
	return hint.New(errors.New(prefix+err.Error()), hint.Of(err))
}

// without drops the errors about fields that known ones are about: one mistake is told once.
func without(errs, known []error) []error {
	seen := map[string]bool{}
	for _, m := range Mistakes(errors.Join(known...)) {
		seen[strings.TrimSuffix(m.Path, fileSuffix)] = true
	}
	return slices.DeleteFunc(errs, func(err error) bool {
		m := Mistakes(err)
		return len(m) == 1 && seen[m[0].Path]
	})
}
