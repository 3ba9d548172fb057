package ingest

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"vantage/media"
)

// Metrics counts what happens to sources. A nil Metrics is off. It is safe for concurrent use.
type Metrics struct {
	reconnects *prometheus.CounterVec

	packets, lost, dropped, clock *prometheus.Desc // read from the links when scraped

	mu    sync.Mutex
	links map[media.StreamID]Linked
}

// NewMetrics registers the package's metrics.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("vantage_ingest_"+name, help, []string{"stream"}, nil)
	}
	m := &Metrics{
		reconnects: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vantage_ingest_reconnects_total", Help: "Connections to sources that were lost or not made.",
		}, []string{"stream"}),
		packets: desc("packets_total", "Media packets received from sources."),
		lost:    desc("packets_lost_total", "Media packets that sources sent and that did not arrive."),
		dropped: desc("units_dropped_total", "Access units from sources that were damaged and dropped."),
		clock:   desc("clock_offset_seconds", "How far the wall clocks of sources that tell it are ahead of ours."),
		links:   map[media.StreamID]Linked{},
	}
	reg.MustRegister(m.reconnects, linkCollector{m})
	return m
}

func (m *Metrics) reconnect(s media.StreamID) {
	if m != nil {
		m.reconnects.WithLabelValues(string(s)).Inc()
	}
}

// watch shows a source's link until the returned function is called.
func (m *Metrics) watch(s media.StreamID, l Linked) (stop func()) {
	if m == nil {
		return func() {}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.links[s] = l
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.links[s] == l { // a reloaded stream may have its new source already
			delete(m.links, s)
		}
	}
}

// linkCollector implements [prometheus.Collector] over the links that are watched.
type linkCollector struct{ m *Metrics }

func (c linkCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.m.packets
	ch <- c.m.lost
	ch <- c.m.dropped
	ch <- c.m.clock
}

func (c linkCollector) Collect(ch chan<- prometheus.Metric) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	for stream, linked := range c.m.links {
		l := linked.Link()
		for desc, n := range map[*prometheus.Desc]uint64{c.m.packets: l.Packets, c.m.lost: l.Lost, c.m.dropped: l.Dropped} {
			ch <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(n), string(stream))
		}
		if l.ClockKnown {
			ch <- prometheus.MustNewConstMetric(c.m.clock, prometheus.GaugeValue, l.ClockOffset.Seconds(), string(stream))
		}
	}
}
