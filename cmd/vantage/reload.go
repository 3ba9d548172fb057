package main

import (
	"context"
	"strings"

	"vantage/internal/api"
	"vantage/internal/config"
)

type reloadCmd struct {
	serverFlags
	JSON bool `help:"Print what changed as JSON, as POST /v1/reload answers."`
}

func (c *reloadCmd) Run(ctx context.Context, t *terminal) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	report, err := server.Reload(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(report)
	}
	for _, w := range report.Warnings {
		t.warn(config.Warning{Line: w.Line, Path: w.Path, Msg: w.Message, Hint: w.Hint})
	}
	for _, name := range report.Added {
		t.printf("added    %s\n", name)
	}
	for _, name := range report.Removed {
		t.printf("removed  %s\n", name)
	}
	for _, s := range report.Changed {
		t.printf("changed  %s (%s)\n", s.Name, strings.Join(parts(s), ", "))
	}
	for _, path := range report.Live {
		t.printf("applied  %s\n", path)
	}
	for _, path := range report.Restart {
		t.say("warning", path+" changed and is not in force", "restart the server")
	}
	if len(report.Added)+len(report.Removed)+len(report.Changed)+len(report.Live)+len(report.Restart) == 0 {
		t.note("nothing changed")
	}
	return nil
}

// parts names what changed in a stream.
func parts(s api.StreamChange) []string {
	var all []string
	if s.Source {
		all = append(all, "source")
	}
	if s.ROI {
		all = append(all, "roi")
	}
	for _, r := range s.Renditions {
		all = append(all, "rendition "+r)
	}
	return all
}
