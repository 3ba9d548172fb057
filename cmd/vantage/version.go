package main

import (
	"vantage/internal/api"
	"vantage/internal/obs"
	"vantage/transcode/libav"
)

type versionCmd struct {
	JSON bool `help:"Print as JSON, as GET /v1/version answers."`
}

func (c *versionCmd) Run(t *terminal) error {
	b := obs.ReadBuild()
	v := api.Version{Version: b.Version, Revision: b.Revision, Go: b.Go, FFmpeg: libav.Version()}
	if c.JSON {
		return t.json(v)
	}
	t.printf("vantage %s\n", v.Version)
	for _, line := range [][2]string{{"revision", v.Revision}, {"go", v.Go}, {"ffmpeg", v.FFmpeg}} {
		if line[1] != "" {
			t.printf("%-9s%s\n", line[0], line[1])
		}
	}
	return nil
}
