package ingest

import (
	"github.com/prometheus/client_golang/prometheus"

	"vantage/media"
)

// Metrics counts what happens to sources. A nil Metrics is off.
type Metrics struct{ reconnects *prometheus.CounterVec }

// NewMetrics registers the package's metrics.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{reconnects: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "vantage_ingest_reconnects_total", Help: "Connections to sources that were lost or not made.",
	}, []string{"stream"})}
	reg.MustRegister(m.reconnects)
	return m
}

func (m *Metrics) reconnect(s media.StreamID) {
	if m != nil {
		m.reconnects.WithLabelValues(string(s)).Inc()
	}
}
