package whip

import "github.com/prometheus/client_golang/prometheus"

// Metrics are the counts of all publishers.
type Metrics struct {
	sessions                                         prometheus.Gauge
	packets, bytes, lost, gaps, corrupt, nacks, plis prometheus.Counter
}

// NewMetrics registers the metrics with reg; nil registers nowhere.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "vantage_whip_" + name, Help: help})
	}
	m := &Metrics{
		sessions: prometheus.NewGauge(prometheus.GaugeOpts{Name: "vantage_whip_sessions", Help: "WHIP publishers."}),
		packets:  counter("packets_total", "RTP packets received from WHIP publishers."),
		bytes:    counter("bytes_total", "Bytes of RTP received from WHIP publishers."),
		lost:     counter("lost_packets_total", "RTP packets that did not come in time."),
		gaps:     counter("gaps_total", "Losses that could not be mended."),
		corrupt:  counter("corrupt_units_total", "Access units that do not parse."),
		nacks:    counter("nacks_total", "Packets asked for again."),
		plis:     counter("plis_total", "Key frames asked for."),
	}
	if reg != nil {
		reg.MustRegister(m.sessions, m.packets, m.bytes, m.lost, m.gaps, m.corrupt, m.nacks, m.plis)
	}
	return m
}
