package main

import (
	"errors"
	"io/fs"

	"vantage/internal/config"
)

type configCmd struct {
	Check  configCheckCmd  `cmd:"" help:"Tell every mistake in the file, with its line."`
	Print  configPrintCmd  `cmd:"" help:"Print what is in force, secrets masked."`
	Schema configSchemaCmd `cmd:"" help:"Print the JSON Schema of the file, for editors."`
}

type configCheckCmd struct {
	File string `arg:"" optional:"" default:"vantage.yaml" help:"File to check."`
	JSON bool   `help:"Print the findings as JSON."`
}

// finding is a mistake or a warning in --json.
type finding struct {
	Line    int    `json:"line,omitempty"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

type checkReport struct {
	OK       bool      `json:"ok"`
	Errors   []finding `json:"errors"`
	Warnings []finding `json:"warnings"`
}

func (c *configCheckCmd) Run(t *terminal) error {
	cfg, err := loadFile(c.File)
	if c.JSON {
		mistakes := config.Mistakes(err)
		if err != nil && len(mistakes) == 0 {
			return err
		}
		report := checkReport{OK: err == nil, Errors: []finding{}, Warnings: []finding{}}
		for _, m := range mistakes {
			report.Errors = append(report.Errors, finding{m.Line, m.Path, m.Msg, m.Hint})
		}
		if cfg != nil {
			for _, w := range cfg.Warnings() {
				report.Warnings = append(report.Warnings, finding{w.Line, w.Path, w.Msg, w.Hint})
			}
		}
		if err := t.json(report); err != nil {
			return err
		}
		if err != nil {
			return errBadConfig
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, w := range cfg.Warnings() {
		t.warn(w)
	}
	t.printf("%s: good, %s\n", c.File, count(len(cfg.Streams), "stream"))
	return nil
}

// errBadConfig ends a command whose result told the mistakes in the configuration.
var errBadConfig = errors.New("bad configuration")

// loadFile reads a configuration; a file that is not there is bad usage.
func loadFile(name string) (*config.Config, error) {
	cfg, err := config.Load(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{err}
	}
	return cfg, err
}

type configPrintCmd struct {
	File     string `arg:"" optional:"" default:"vantage.yaml" help:"File to read."`
	Defaults bool   `help:"Print the commented sample: every field with its default."`
}

func (c *configPrintCmd) Run(t *terminal) error {
	if c.Defaults {
		t.printf("%s", config.Sample)
		return nil
	}
	cfg, err := loadFile(c.File)
	if err != nil {
		return err
	}
	t.printf("%s", cfg.YAML())
	return nil
}

type configSchemaCmd struct{}

func (configSchemaCmd) Run(t *terminal) error {
	t.printf("%s", config.Schema)
	return nil
}
