package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"

	"vantage/internal/hint"
)

// Load reads the configuration file. Its error holds every mistake as a [FieldError]; the Config is nil then.
func Load(path string) (*Config, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, hint.New(fmt.Errorf("config: %w", err),
			"leave out -c to run without a file, or begin one with 'vantage config print --defaults > "+path+"'")
	}
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return parse(data, path, fileSource(path))
}

// Parse reads a configuration as Load does; secret files are relative to the working directory.
func Parse(data []byte) (*Config, error) { return parse(data, "", fileSource("")) }

func parse(data []byte, file string, src source) (*Config, error) {
	c := Default()
	c.file = file
	root, err := parseYAML(data)
	if err != nil {
		return nil, inFile(file, []error{err})
	}
	// The streams begin as copies of the defaults, wherever those are written.
	slices.SortStableFunc(root.pairs, func(a, b pair) int {
		switch {
		case a.key == b.key:
			return 0
		case a.key == "defaults":
			return -1
		case b.key == "defaults":
			return 1
		}
		return 0
	})
	d := &decoder{source: src, prototype: c.prototypes(), lines: map[string]int{}}
	d.decode("", root, reflect.ValueOf(c).Elem(), field{})
	c.lines, c.warnings = d.lines, d.warnings
	if errs := append(d.errs, c.check(d.errs)...); len(errs) > 0 {
		return nil, inFile(file, errs)
	}
	for i := range c.warnings {
		c.warnings[i].File = file
	}
	return c, nil
}

// ParseStream reads a stream from a JSON object onto a copy of the defaults. The document may come from the network, so
// ${NAME} is plain text in it and files are not read. Its error holds every mistake as a [FieldError].
func ParseStream(data []byte, defaults Stream) (Stream, error) {
	root, err := parseJSON(data)
	if err != nil {
		return Stream{}, err
	}
	c := &Config{Defaults: defaults}
	d := &decoder{prototype: c.prototypes(), lines: map[string]int{}}
	s := deepCopy(reflect.ValueOf(defaults))
	d.decode("", root, s, field{})
	c.lines = d.lines
	out := s.Interface().(Stream)
	errs := append(d.errs, without(c.checkStream("", out), d.errs)...)
	if len(errs) > 0 {
		return Stream{}, inFile("", errs)
	}
	return out, nil
}

// inFile joins mistakes in the order of their lines and names the file in them.
func inFile(file string, errs []error) error {
	slices.SortStableFunc(errs, func(a, b error) int { return lineOfError(a) - lineOfError(b) })
	for _, m := range Mistakes(errors.Join(errs...)) {
		m.File = file
	}
	return errors.Join(errs...)
}

func lineOfError(err error) int {
	if m := Mistakes(err); len(m) > 0 {
		return m[0].Line
	}
	return 0
}
