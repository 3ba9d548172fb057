package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"vantage/ingest"
	"vantage/ingest/file"
	"vantage/ingest/rtsp"
	"vantage/ingest/synth"
	"vantage/internal/hint"
	"vantage/internal/redact"
	"vantage/media"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// sources is the table of what brings streams in, by the scheme of the URL.
var sources = map[string]func(ingest.Config, *slog.Logger) (ingest.Source, error){
	"rtsp":  newRTSP,
	"rtsps": newRTSP,
	"file":  newFile,
	"synth": newSynth,
}

func newRTSP(c ingest.Config, log *slog.Logger) (ingest.Source, error) {
	return rtsp.NewClient(rtsp.ClientOptions{
		URL: c.URL, Transport: rtsp.Transport(c.Transport), Fingerprint: c.Fingerprint, StallAfter: c.StallAfter, Log: log,
	})
}

func newFile(c ingest.Config, log *slog.Logger) (ingest.Source, error) {
	return file.NewSource(file.Options{URL: c.URL, Log: log, Open: func(path string) (file.Demuxer, error) { return libav.OpenDemuxer(path) }})
}

// newSynth encodes in this process: its pictures are our own, which no codec stumbles over.
func newSynth(c ingest.Config, log *slog.Logger) (ingest.Source, error) {
	return synth.NewSource(synth.SourceOptions{URL: c.URL, Log: log, NewEncoder: func(size media.Size, fps float64) (synth.Encoder, error) {
		return libav.OpenEncoder(transcode.EncoderConfig{
			Encoder: transcode.Auto, Codec: media.H264, TrackID: "video", WidthPx: size.WidthPx, HeightPx: size.HeightPx,
			FrameRate: fps, ClockRate: 90000, Rate: transcode.RateControl{CRF: 23, MaxBitrateBPS: 8e6}, GOPFrames: max(1, int(fps)),
		}, nil, libav.EncoderOptions{Log: log})
	}})
}

// newSource makes the source that the configuration names.
func newSource(c ingest.Config, log *slog.Logger) (ingest.Source, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, hint.New(fmt.Errorf("source url %s is not valid", redact.URL(c.URL)), "percent-encode special characters of the password")
	}
	make, ok := sources[u.Scheme]
	if !ok {
		return nil, hint.New(fmt.Errorf("source url with scheme %q", u.Scheme), "use rtsp://, rtsps://, file:// or synth://")
	}
	return make(c, log)
}

// sourceOf returns what keeps a feed's source running; nil when it waits for a publisher.
func (r *roster) sourceOf(f *feed) func(context.Context) error {
	c := f.cfg.Source
	if c.URL == "" {
		return nil
	}
	return func(ctx context.Context) error {
		src, err := newSource(c, f.log)
		if err != nil {
			f.setStatus(ingest.Status{State: ingest.Failed, Err: err, Since: time.Now()})
			return err
		}
		sup := ingest.NewSupervisor(ingest.SupervisorConfig{
			Source: src, Timeline: ingest.NewTimeline(f.source), StallAfter: c.StallAfter, Stream: f.id,
			OnStatus: f.setStatus, Log: f.log, Metrics: r.metrics.ingest,
		})
		if !c.OnDemand {
			return sup.Run(ctx)
		}
		return f.gate.Run(ctx, sup.Run)
	}
}
