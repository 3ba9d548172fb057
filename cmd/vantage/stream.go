package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"vantage/internal/api"
	"vantage/internal/api/client"
	"vantage/media"
)

// serverFlags say which server is asked.
type serverFlags struct {
	Server string `help:"Address of the server." default:"http://127.0.0.1:8080" env:"VANTAGE_SERVER" placeholder:"URL"`
	Token  string `help:"Its admin token; on its own machine none is needed." env:"VANTAGE_TOKEN"`
}

func (f serverFlags) client() (*client.Client, error) {
	c, err := client.New(f.Server, f.Token)
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

type streamCmd struct {
	List     streamListCmd     `cmd:"" help:"List the streams."`
	Probe    streamProbeCmd    `cmd:"" help:"Look at a source for a few seconds and say what is wrong with it."`
	Snapshot streamSnapshotCmd `cmd:"" help:"Save a picture."`
}

type streamListCmd struct {
	serverFlags
	JSON bool `help:"Print as JSON, as GET /v1/streams answers."`
}

func (c *streamListCmd) Run(ctx context.Context, t *terminal) error {
	server, err := c.client()
	if err != nil {
		return err
	}
	streams, err := server.Streams(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return t.json(map[string]any{"streams": streams})
	}
	if len(streams) == 0 {
		t.note("no streams yet: add one in the console, or publish to the server by RTSP or WHIP")
		return nil
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tVIDEO\tBITRATE\tVIEWERS\tSOURCE")
	for _, s := range streams {
		source := s.Source.URL
		if source == "" {
			source = s.Source.Type
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", s.Name, s.Source.State, video(s), rate(s.BitrateBPS), s.Viewers, source)
	}
	return w.Flush()
}

// video describes the picture of a stream in a few words.
func video(s api.Stream) string {
	for _, t := range s.Tracks {
		if t.Kind == media.Video.String() {
			return strings.TrimSpace(fmt.Sprintf("%s %dx%d %.3gfps", t.Codec, t.Width, t.Height, s.FPS))
		}
	}
	return "-"
}

// rate writes a measured bitrate with three digits.
func rate(bps int) string {
	switch {
	case bps >= 1e6:
		return fmt.Sprintf("%.3gMbps", float64(bps)/1e6)
	case bps > 0:
		return fmt.Sprintf("%.3gkbps", float64(bps)/1e3)
	}
	return "-"
}

type streamSnapshotCmd struct {
	serverFlags
	Name  string `arg:"" help:"Name of the stream."`
	Out   string `short:"o" help:"File to write; '-' is standard output. Default NAME.jpg." placeholder:"FILE"`
	Width int    `help:"At most so many pixels wide; 0 is as wide as it is." default:"0"`
}

func (c *streamSnapshotCmd) Run(ctx context.Context, t *terminal) error {
	if !media.StreamID(c.Name).Valid() {
		return usageError{fmt.Errorf("%q is no stream name", c.Name)}
	}
	server, err := c.client()
	if err != nil {
		return err
	}
	picture, err := server.Snapshot(ctx, c.Name, c.Width)
	if err != nil {
		return err
	}
	if c.Out == "-" {
		_, err := bytes.NewReader(picture).WriteTo(t.out)
		return err
	}
	if c.Out == "" {
		c.Out = c.Name + ".jpg"
	}
	if err := os.WriteFile(c.Out, picture, 0o644); err != nil { //nolint:gosec // a picture for whoever may read the directory
		return err
	}
	t.printf("%s\n", c.Out)
	return nil
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
