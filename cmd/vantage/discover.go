package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"vantage/ingest/onvif"
	"vantage/internal/redact"
)

type discoverCmd struct {
	Hosts     []string      `arg:"" optional:"" help:"Hosts to ask directly, beside the local networks."`
	HostsOnly bool          `help:"Ask nobody but the named hosts."`
	Timeout   time.Duration `default:"3s" help:"How long to wait for answers."`
	User      string        `help:"Ask the cameras for their stream addresses, too, as this user." placeholder:"NAME"`
	Password  string        `help:"Its password." env:"VANTAGE_CAMERA_PASSWORD"`
	JSON      bool          `help:"Print as JSON, as POST /v1/discover answers."`
}

// found is a camera with what it can send, in --json.
type found struct {
	onvif.Camera
	Streams []onvif.Profile `json:"streams,omitempty"`
}

func (c *discoverCmd) Run(ctx context.Context, t *terminal) error {
	if c.HostsOnly && len(c.Hosts) == 0 {
		return usageError{fmt.Errorf("--hosts-only without a host")}
	}
	t.note("waiting %v for cameras", c.Timeout)
	answers, err := onvif.Discover(ctx, onvif.DiscoverConfig{Timeout: c.Timeout, Hosts: c.Hosts, HostsOnly: c.HostsOnly})
	if err != nil {
		return err
	}
	cameras := make([]found, len(answers))
	for i, a := range answers {
		cameras[i].Camera = a
		if c.User == "" || len(a.XAddrs) == 0 {
			continue
		}
		if cameras[i].Streams, err = c.profiles(ctx, a.XAddrs[0]); err != nil {
			t.tell(fmt.Errorf("%s: %w", a.Address, err)) // the other cameras are still of use
		}
	}
	if c.JSON {
		return t.json(map[string]any{"cameras": cameras})
	}
	if len(cameras) == 0 {
		t.note("no camera answered; those in other networks can be asked by name: vantage discover HOST")
		return nil
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ADDRESS\tNAME\tMODEL\tDEVICE SERVICE")
	for _, cam := range cameras {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", cam.Address, cam.Name, cam.Hardware, strings.Join(cam.XAddrs, " "))
		for _, p := range cam.Streams {
			fmt.Fprintf(w, "\t%s\t%s %dx%d\t%s\n", p.Name, p.Codec, p.Width, p.Height, redact.URL(p.URI))
		}
	}
	return w.Flush()
}

func (c *discoverCmd) profiles(ctx context.Context, xaddr string) ([]onvif.Profile, error) {
	camera, err := onvif.NewClient(onvif.ClientConfig{XAddr: xaddr, Username: c.User, Password: redact.Secret(c.Password)})
	if err != nil {
		return nil, err
	}
	return camera.Profiles(ctx)
}
