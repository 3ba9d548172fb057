package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"vantage/ingest"
	"vantage/ingest/rtsp"
	"vantage/internal/worker"
	"vantage/media"
)

// metrics are those of the packages that the app hands out.
type metrics struct {
	ingest *ingest.Metrics
	worker *worker.Metrics
	rtsp   *rtsp.ServerMetrics
}

func newMetrics(reg prometheus.Registerer) metrics {
	return metrics{ingest: ingest.NewMetrics(reg), worker: worker.NewMetrics(reg), rtsp: rtsp.NewServerMetrics(reg)}
}

// Descriptions of what is read from the streams when metrics are scraped.
var (
	descUnits = prometheus.NewDesc("vantage_hub_units_total", "Access units published.", []string{"stream", "rendition"}, nil)
	descBytes = prometheus.NewDesc("vantage_hub_bytes_total", "Bytes of access units published.", []string{"stream", "rendition"}, nil)
	descDrops = prometheus.NewDesc("vantage_queue_dropped_total", "Units dropped at the hub's queues because a consumer was late.",
		[]string{"stream", "rendition"}, nil)
	descViewers = prometheus.NewDesc("vantage_hub_viewers", "Viewers now.", []string{"stream", "rendition"}, nil)
	descLive    = prometheus.NewDesc("vantage_stream_live", "1 while the source is live.", []string{"stream"}, nil)
	descFrames  = prometheus.NewDesc("vantage_encoder_frames_total", "Pictures encoded by the present worker.", []string{"stream", "rendition"}, nil)
	descEncode  = prometheus.NewDesc("vantage_encoder_seconds_total", "Time spent on scaling and encoding by the present worker.",
		[]string{"stream", "rendition"}, nil)
)

// Describe implements [prometheus.Collector].
func (r *roster) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descUnits, descBytes, descDrops, descViewers, descLive, descFrames, descEncode} {
		c <- d
	}
}

// Collect implements [prometheus.Collector].
func (r *roster) Collect(c chan<- prometheus.Metric) {
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	for _, f := range r.list() {
		id := string(f.id)
		live := 0.0
		if f.status.Load().State == ingest.Live {
			live = 1
		}
		c <- prometheus.MustNewConstMetric(descLive, prometheus.GaugeValue, live, id)
		f.mu.Lock()
		viewers := make(map[string]int, len(f.viewers))
		for name, n := range f.viewers {
			viewers[name] = n
		}
		f.mu.Unlock()
		for name, hub := range f.hubs() {
			s := hub.Stats()
			counter(descUnits, float64(s.Units), id, name)
			counter(descBytes, float64(s.Bytes), id, name)
			counter(descDrops, float64(s.Dropped), id, name)
			c <- prometheus.MustNewConstMetric(descViewers, prometheus.GaugeValue, float64(viewers[name]), id, name)
		}
		if f.worker == nil {
			continue
		}
		for name, s := range f.worker.Status().Stats.Renditions {
			counter(descFrames, float64(s.Frames), id, name)
			counter(descEncode, s.EncodeTime.Seconds(), id, name)
		}
	}
}

// hubs is the source's hub and those of the worker, by name.
func (f *feed) hubs() map[string]*media.Hub {
	m := map[string]*media.Hub{renditionSource: f.source}
	for name, hub := range f.outputs {
		m[name] = hub
	}
	return m
}
