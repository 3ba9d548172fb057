package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"vantage/media"
)

// Metrics counts what happens to workers. A nil Metrics is off.
type Metrics struct{ crashes *prometheus.CounterVec }

// NewMetrics registers the package's metrics.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{crashes: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "vantage_worker_crashes_total", Help: "Worker processes that ended without being asked to.",
	}, []string{"stream"})}
	reg.MustRegister(m.crashes)
	return m
}

func (m *Metrics) crash(s media.StreamID) {
	if m != nil {
		m.crashes.WithLabelValues(string(s)).Inc()
	}
}
