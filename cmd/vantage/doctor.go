package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/internal/doctor"
	"vantage/transcode"
	"vantage/transcode/libav"
)

type doctorCmd struct {
	Config string `short:"c" help:"Configuration file whose ports and directories are examined; without one the defaults." placeholder:"FILE"`
	JSON   bool   `help:"Print as JSON, as GET /v1/doctor answers."`
}

func (c *doctorCmd) Run(ctx context.Context, t *terminal) error {
	cfg := config.Default()
	if c.Config != "" {
		loaded, err := loadFile(c.Config)
		if err != nil {
			return err
		}
		cfg = loaded
	}
	t.note("encoding a few pictures with each encoder")
	report := doctor.Examine(ctx, doctor.Options{
		Config: cfg, Encoders: probeEncoders(ctx), FFmpeg: libav.Version(), Ports: true,
	})
	if c.JSON {
		if err := t.json(report); err != nil {
			return err
		}
	} else if err := writeDoctor(t, report); err != nil {
		return err
	}
	if !doctor.Healthy(report) {
		return errFound
	}
	return nil
}

func writeDoctor(t *terminal, r api.DoctorReport) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENCODER\tCODEC\tWORKS\tROI\tLIVE BITRATE\tFORCED IDR\t720P\tREMARK")
	for _, e := range r.Encoders {
		speed := "-"
		if e.MsPerFrame > 0 {
			speed = fmt.Sprintf("%.1f ms", e.MsPerFrame)
		}
		fmt.Fprintf(w, "%s\t%v\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Encoder, e.Codec, yes(e.Works), gain(e), yes(e.Bitrate), yes(e.ForceIDR), speed, remark(e.Reason, e.Hint))
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "CHECK\tOK\tFOUND")
	for _, c := range r.Checks {
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Name, yes(c.OK), remark(c.Detail, c.Hint))
	}
	return w.Flush()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// gain tells whether regions move bits, and by how much.
func gain(e transcode.ProbeResult) string {
	if !e.ROI {
		return "no"
	}
	return fmt.Sprintf("yes (%+.1f dB)", e.ROIGain)
}

func remark(text, remedy string) string {
	if remedy != "" {
		text += "; hint: " + remedy
	}
	return text
}
