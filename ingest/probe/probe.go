package probe

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"vantage/ingest"
	"vantage/internal/hint"
	"vantage/media"
)

// Bounds of a look.
const (
	MinDuration     = 2 * time.Second
	DefaultDuration = 5 * time.Second
	MaxDuration     = 30 * time.Second

	// connectTimeout is how long a source may take to its first unit: UDP in vain, then TCP, then the rest of a GOP.
	connectTimeout = 15 * time.Second
)

// What is worth telling.
const (
	maxIDRInterval = 4.0  // seconds: a new viewer waits for it
	minFPS         = 10.0 // pictures a second
	maxJitter      = 0.5  // standard deviation of the picture interval, as a fraction of it
	maxLoss        = 0.01
	maxDriftPPM    = 500.0
	maxOffset      = time.Second
)

// Probe runs the source for the duration after its first unit and judges what it saw. openErr is what kept the source from being made, if
// anything; src may be nil then.
func Probe(ctx context.Context, src ingest.Source, openErr error, d time.Duration) *Verdict {
	v := &Verdict{Verdict: OK, Auth: "unknown", Tracks: []Track{}, Problems: []Problem{}}
	if openErr != nil {
		v.failed(openErr, codeInvalid)
		return v
	}
	d = min(max(d, MinDuration), MaxDuration) + settle
	rec := newRecorder()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- src.Run(ctx, rec) }()
	var err error
	select {
	case <-rec.first:
		select {
		case <-time.After(d):
		case err = <-ended:
			ended <- err
		case <-ctx.Done():
		}
	case err = <-ended:
		ended <- err
	case <-time.After(connectTimeout):
		err = errNothing
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	cancel()
	<-ended
	link := v.link(src)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.begun.IsZero() {
		if err == nil {
			err = errNothing
		}
		v.failed(err, codeFailed)
		return v
	}
	v.Reachable, v.Auth = true, "ok"
	v.judge(rec, link, err)
	return v
}

// link notes what the source tells of its connection.
func (v *Verdict) link(src ingest.Source) ingest.Link {
	if p, ok := src.(ingest.Peered); ok {
		v.Peer = p.Peer()
	}
	l, ok := src.(ingest.Linked)
	if !ok {
		return ingest.Link{}
	}
	link := l.Link()
	v.Transport = link.Transport
	if all := link.Packets + link.Lost; all > 0 {
		v.Loss = float64(link.Lost) / float64(all)
	}
	return link
}

// judge measures what was recorded and finds the problems.
func (v *Verdict) judge(rec *recorder, link ingest.Link, ended error) {
	hasVideo := false
	for _, t := range rec.tracks {
		l := rec.lanes[t.ID]
		if l == nil {
			v.add(Warn, "track_silent", "switch the track off in the camera, or check its microphone", "the %s track is announced and sends nothing", t.Kind())
			continue
		}
		m := measure(t, l)
		v.Tracks = append(v.Tracks, m)
		v.Duration = max(v.Duration, round(l.lastAt.Sub(l.firstAt).Seconds(), 0.1))
		if t.Kind() == media.Video {
			hasVideo = true
			v.judgeVideo(t, l, m)
		}
		if math.Abs(m.ClockDriftPPM) > maxDriftPPM {
			v.add(Warn, "clock_drift", "update the camera's firmware; Vantage follows the drift meanwhile",
				"the %s clock runs %.0f ppm off", t.Kind(), m.ClockDriftPPM)
		}
	}
	if !hasVideo {
		v.add(Warn, "no_video", "check the path of the URL: it may be the camera's audio only", "the source has no video")
	}
	v.judgeClock(link)
	if v.Loss > maxLoss {
		v.add(Warn, "loss", "set transport to tcp, or mend the network between", "%.1f %% of the packets were lost", 100*v.Loss)
	}
	if link.TriedUDP && link.Transport == "tcp" {
		v.add(Warn, "udp_blocked", "open UDP from the camera for a lower delay, or set transport to tcp so that connecting is quick",
			"nothing came over UDP, so media come over TCP")
	}
	if ended != nil {
		v.add(Warn, "connection_lost", hintOr(ended, "check the camera's network"), "the connection was lost: %s", plain(ended))
	}
}

func (v *Verdict) judgeVideo(t *media.Track, l *lane, m Track) {
	switch t.Codec {
	case media.H265, media.MJPEG:
		v.add(Warn, "codec", "set the camera to H.264 to save the transcoding", "few browsers play %v: it will be transcoded for them", t.Codec)
	}
	if t.Reordered {
		v.add(Warn, "b_frames", "set the camera's profile to Baseline, or switch B-frames off", "WebRTC cannot carry B-frames: it will be transcoded for browsers")
	}
	switch {
	case len(l.random) == 0:
		v.add(Fail, "no_idr", "set the camera's I-frame interval (GOP) to 1 to 2 seconds", "no random-access picture came: no viewer can begin to watch")
	case m.IDRIntervalS > maxIDRInterval || len(l.random) == 1 && l.lastAt.Sub(l.firstAt).Seconds() > maxIDRInterval:
		v.add(Warn, "idr_interval", "set the camera's I-frame interval (GOP) to 1 to 2 seconds",
			"random-access pictures come more than %.0f s apart: that long a new viewer may wait", maxIDRInterval)
	}
	if m.FPS > 0 && m.FPS < minFPS {
		v.add(Warn, "low_fps", "raise the camera's frame rate", "only %.1f pictures a second", m.FPS)
	}
	if mean, dev := spread(l.steps); mean > 0 && dev > maxJitter*mean {
		v.add(Warn, "unstable_fps", "set a constant frame rate; in the dark, limit the exposure time", "the time between pictures varies by %.0f %%", 100*dev/mean)
	}
}

// judgeClock looks at the source's wall clock: what it told, or else what its units were stamped with.
func (v *Verdict) judgeClock(link ingest.Link) {
	offset := link.ClockOffset
	for _, t := range v.Tracks {
		if !link.ClockKnown && t.ClockOffsetMs != nil {
			offset = time.Duration(*t.ClockOffsetMs * float64(time.Millisecond))
		}
	}
	if offset.Abs() <= maxOffset {
		return
	}
	how := "behind"
	if offset > 0 {
		how = "ahead"
	}
	size := fmt.Sprintf("%.1f s", offset.Abs().Seconds())
	if days := offset.Abs().Hours() / 24; days >= 1 {
		size = fmt.Sprintf("%.0f days", days)
	}
	v.add(Warn, "clock_offset", "set the camera to synchronise its clock by NTP", "the camera's clock is %s %s", size, how)
}

// measure computes the figures of a track.
func measure(t *media.Track, l *lane) Track {
	m := Track{
		ID: string(t.ID), Kind: t.Kind().String(), Codec: t.Codec.String(), Profile: t.Profile, Width: t.WidthPx, Height: t.HeightPx,
		BFrames: t.Reordered, SampleRate: t.SampleRate, Channels: t.Channels,
	}
	if l.hasOffset {
		ms := round(float64(l.offset)/float64(time.Millisecond), 1)
		m.ClockOffsetMs = &ms
	}
	wall := l.lastAt.Sub(l.firstAt).Seconds()
	line := media.Duration(l.lastPTS-l.firstPTS, t.ClockRate).Seconds()
	if l.units < 2 || wall <= 0 || line <= 0 {
		return m
	}
	m.BitrateBPS = int(float64(l.bytes) * 8 / wall)
	m.ClockDriftPPM = math.Round(l.drift.ppm())
	if t.Kind() != media.Video {
		return m
	}
	m.FPS = round(float64(l.units-1)/line, 0.01)
	if n := len(l.random); n > 1 {
		m.IDRIntervalS = round(media.Duration(l.random[n-1]-l.random[0], t.ClockRate).Seconds()/float64(n-1), 0.01)
	}
	return m
}

// spread is the mean and the standard deviation, without the largest twentieth: a single hiccup is none.
func spread(steps []float64) (mean, dev float64) {
	s := slices.Sorted(slices.Values(steps))
	s = s[:len(s)-len(s)/20]
	if len(s) < 8 {
		return 0, 0
	}
	for _, x := range s {
		mean += x
	}
	mean /= float64(len(s))
	for _, x := range s {
		dev += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(dev / float64(len(s)))
}

func hintOr(err error, otherwise string) string {
	if h := hint.Of(err); h != "" {
		return h
	}
	return otherwise
}
