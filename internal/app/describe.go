package app

import (
	"strings"

	"vantage/internal/api"
	"vantage/internal/hint"
	"vantage/internal/pipeline"
	"vantage/internal/redact"
	"vantage/internal/worker"
	"vantage/media"
)

// describe is the feed for the API.
func (f *feed) describe() api.Stream {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := api.Stream{
		Name: f.id, Origin: string(f.origin), Tracks: []api.Track{}, Source: f.describeSource(),
	}
	for _, t := range f.source.Tracks() {
		s.Tracks = append(s.Tracks, api.TrackOf(t))
	}
	s.BitrateBPS, s.FPS = f.rate(renditionSource)
	s.Renditions = f.describeRenditions()
	for _, r := range s.Renditions {
		s.Viewers += r.Viewers
	}
	return s
}

func (f *feed) describeSource() api.Source {
	st := f.status.Load()
	s := api.Source{
		URL: redact.URL(f.cfg.Source.URL), Type: sourceType(f.cfg.Source.URL, f.via), State: string(st.State), Since: st.Since,
		Attempts: st.Attempts, Peer: st.Peer,
	}
	if st.Err != nil {
		s.Error, s.Hint = st.Err.Error(), hint.Of(st.Err)
	}
	return s
}

// sourceType names how a stream comes in.
func sourceType(url, via string) string {
	scheme, _, _ := strings.Cut(url, ":")
	switch {
	case scheme == "rtsps":
		return "rtsp"
	case scheme != "":
		return scheme
	case via == "whip":
		return "whip"
	default:
		return "publish"
	}
}

// describeRenditions lists the source and the ladder. The lock is held.
func (f *feed) describeRenditions() []api.Rendition {
	src := api.Rendition{Name: renditionSource, Kind: "source", State: "off", Viewers: f.viewers[renditionSource]}
	if t := media.TrackOf(f.source.Tracks(), media.Video); t != nil {
		src.State, src.Codec, src.Width, src.Height = "live", t.Codec.String(), t.WidthPx, t.HeightPx
	}
	src.BitrateBPS, src.FPS = f.rate(renditionSource)
	list := []api.Rendition{src}
	if f.worker == nil {
		return list
	}
	st := f.worker.Status()
	for _, rung := range f.ladder {
		list = append(list, f.describeRendition(rung, st))
	}
	return list
}

func (f *feed) describeRendition(rung pipeline.Rendition, st worker.Status) api.Rendition {
	d := api.Rendition{
		Name: rung.Name, Kind: "transcode", State: string(pipeline.Off), Codec: rung.Codec.String(), ROI: rung.ROI,
		Width: rung.Size.WidthPx, Height: rung.Size.HeightPx, Viewers: f.viewers[rung.Name],
	}
	if !f.outputs[rung.Name].Watched() {
		return d
	}
	d.State = string(pipeline.Starting)
	if s, ok := st.Stats.Renditions[rung.Name]; ok {
		d.State, d.Encoder, d.Error, d.Hint = string(s.State), s.Encoder, s.Err, s.Hint
		if s.WidthPx > 0 {
			d.Width, d.Height = s.WidthPx, s.HeightPx
		}
	}
	if st.Err != nil {
		d.Error, d.Hint = st.Err.Error(), hint.Of(st.Err)
	}
	if st.State == worker.Broken {
		d.State = string(pipeline.Failed)
	}
	d.BitrateBPS, d.FPS = f.rate(rung.Name)
	if rung.Name == renditionROI {
		if ratio, window, ok := f.meter(renditionROI).saving(f.meter(renditionUniform)); ok {
			d.Saving = &api.Saving{Against: renditionUniform, Ratio: ratio, WindowS: window.Seconds()}
		}
	}
	return d
}

// rate is a hub's bitrate and frame rate over the last seconds. The lock is held.
func (f *feed) rate(name string) (bps int, fps float64) {
	b, fps := f.meter(name).rate(rateWindow)
	return int(b), fps
}
