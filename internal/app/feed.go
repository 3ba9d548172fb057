package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"vantage/ingest"
	"vantage/internal/config"
	"vantage/internal/pipeline"
	"vantage/internal/worker"
	"vantage/media"
	"vantage/roi"
	"vantage/transcode"
)

// Renditions that exist for every stream.
const (
	renditionSource  = "source"  // as it comes
	renditionROI     = "roi"     // as it comes in size, bits where people look
	renditionUniform = "uniform" // the same encoder and rate control without regions: what roi is measured against
)

// regionGain is by how much a plan of the default strength is finer inside the regions, on the scale of CRF: so much finer the
// even encode must be to look alike there.
const regionGain = 2.5

// analysisOutput is active while somebody wants region plans or a snapshot: it keeps the worker decoding and looking without encoding.
const analysisOutput = "analysis"

// workerLinger keeps a worker for the next viewer.
const workerLinger = 10 * time.Second

// origin says who made a feed, and so what may remove it.
type origin string

const (
	fromConfig    origin = "config"
	fromAPI       origin = "api"
	fromPublisher origin = "publisher"
)

// feed is one stream and all that is made of it.
type feed struct {
	id      media.StreamID
	origin  origin
	cfg     config.Stream
	log     *slog.Logger
	changed func(*feed) // told when the status changes; does not block

	gate    *ingest.Gate // open while somebody watches
	source  *media.Hub
	outputs map[string]*media.Hub // of the worker: renditions and pipeline.AudioOutput
	ladder  []pipeline.Rendition
	worker  *worker.Stream // nil: transcoding is not available
	plans   broadcast[*roi.Plan]

	status atomic.Pointer[ingest.Status]

	activating sync.Mutex // held while the worker is told what is wanted; taken before mu

	mu        sync.Mutex
	retired   bool             // on its way out: publishers are turned away
	publisher *publication     // who publishes to us, nil when nobody
	via       string           // how the last publisher came: "rtsp" or "whip"
	timeline  *ingest.Timeline // of publishers: goes on from one to the next
	meters    map[string]*meter
	viewers   map[string]int // by rendition
	snapshots int            // waiting for a picture

	cancel context.CancelCauseFunc // of run; nil before. The roster's lock guards it
	done   chan struct{}           // closed when run has returned
}

// errRemoved is why the sessions of a removed stream end.
var errRemoved = errors.New("the stream was removed")

// newFeed returns a feed that does nothing yet.
func (r *roster) newFeed(id media.StreamID, from origin, cfg config.Stream) *feed {
	f := &feed{
		id: id, origin: from, cfg: cfg, log: r.o.Log.With("stream", id), changed: r.feedChanged,
		outputs: map[string]*media.Hub{}, meters: map[string]*meter{}, viewers: map[string]int{}, done: make(chan struct{}),
	}
	f.status.Store(&ingest.Status{State: ingest.Idle, Since: time.Now()})
	f.gate = ingest.NewGate(cfg.Source.Linger)
	f.source = media.NewHub(string(id)+"/"+renditionSource, media.HubConfig{OnSubscribers: func(int) {
		f.gate.Set(f.source.Watched())
		f.changed(f)
	}})
	f.ladder = ladderOf(cfg)
	if !r.transcodes {
		return f
	}
	for _, rung := range f.ladder {
		f.outputs[rung.Name] = f.newOutput(rung.Name)
	}
	f.outputs[pipeline.AudioOutput] = f.newOutput(pipeline.AudioOutput)
	f.worker = worker.New(worker.Options{
		Stream: id,
		Pipeline: func() pipeline.Config {
			return pipeline.Config{Stream: id, ROI: cfg.ROI, Renditions: f.ladder, Probes: r.encoders.results()}
		},
		Source: f.source, Outputs: f.outputs, Start: r.o.Start, Linger: workerLinger,
		CrashLimit: r.cfg.Workers.CrashLimit, CrashWindow: r.cfg.Workers.CrashWindow,
		OnPlan: f.plans.send, OnStatus: func(worker.Status) { f.changed(f) },
		Log: f.log, Metrics: r.metrics.worker,
	})
	return f
}

// ladderOf is the built-in renditions and the configured ones, in order of name.
func ladderOf(cfg config.Stream) []pipeline.Rendition {
	builtin := transcode.Default()
	withROI, without := builtin, builtin
	withROI.ROI, without.ROI = true, false
	without.CRF -= regionGain // the same quality inside the regions
	l := []pipeline.Rendition{{Name: renditionROI, RenditionConfig: withROI}, {Name: renditionUniform, RenditionConfig: without}}
	names := make([]string, 0, len(cfg.Renditions))
	for name := range cfg.Renditions {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		l = append(l, pipeline.Rendition{Name: name, RenditionConfig: cfg.Renditions[name]})
	}
	return l
}

// newOutput returns the hub of an output of the worker, which makes it only while somebody watches.
func (f *feed) newOutput(name string) *media.Hub {
	return media.NewHub(string(f.id)+"/"+name, media.HubConfig{OnSubscribers: func(int) {
		f.activate()
		f.changed(f)
	}})
}

// activate tells the worker what is wanted now. Whoever comes last tells the last state, so that one who leaves cannot undo what one who
// joins meanwhile has asked for.
func (f *feed) activate() {
	f.activating.Lock()
	defer f.activating.Unlock()
	f.worker.SetActive(f.wanted())
}

// wanted is the outputs that somebody watches.
func (f *feed) wanted() []string {
	var names []string
	for name, hub := range f.outputs {
		if hub.Watched() {
			names = append(names, name)
		}
	}
	f.mu.Lock()
	looking := f.plans.listeners() > 0 || f.snapshots > 0
	f.mu.Unlock()
	if looking {
		names = append(names, analysisOutput)
	}
	slices.Sort(names)
	return names
}

// run keeps the source and the worker going until ctx ends.
func (f *feed) run(ctx context.Context, source func(context.Context) error) {
	var wg sync.WaitGroup
	if f.worker != nil {
		wg.Go(func() { _ = f.worker.Run(ctx) }) // nil always: its failures are in its status
	}
	if source != nil {
		if err := source(ctx); err != nil && ctx.Err() == nil {
			f.log.Error("source given up", "err", err)
		}
	}
	<-ctx.Done()
	wg.Wait()
	f.end(context.Cause(ctx))
}

// end closes the hubs of a feed that does not run, or not any more.
func (f *feed) end(reason error) {
	f.source.Close(reason)
	for _, hub := range f.outputs {
		hub.Close(reason)
	}
	close(f.done)
}

// retire turns publishers away from now on, and reports whether there is one.
func (f *feed) retire() (published bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retired = true
	return f.publisher != nil
}

// setStatus replaces the source's status and tells it.
func (f *feed) setStatus(s ingest.Status) {
	f.status.Store(&s)
	f.changed(f)
}

// hub returns the hub of a rendition by name, or nil.
func (f *feed) hub(rendition string) *media.Hub {
	if rendition == renditionSource {
		return f.source
	}
	if rendition == pipeline.AudioOutput {
		return nil
	}
	return f.outputs[rendition]
}

// sample takes the counts of this moment.
func (f *feed) sample(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.meter(renditionSource).add(now, f.source.Stats())
	for name, hub := range f.outputs {
		f.meter(name).add(now, hub.Stats())
	}
}

// meter returns the meter of a hub. The lock is held.
func (f *feed) meter(name string) *meter {
	m := f.meters[name]
	if m == nil {
		m = new(meter)
		f.meters[name] = m
	}
	return m
}
