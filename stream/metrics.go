package stream

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"vantage/internal/httpx"
	"vantage/stream/fanout"
)

// Metrics are the counts of all viewers.
type Metrics struct {
	fanout       *fanout.Metrics
	sessions     prometheus.Gauge
	refusals     *prometheus.CounterVec
	firstPicture prometheus.Histogram
}

// NewMetrics registers the metrics with reg; nil registers nowhere.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		fanout:   fanout.NewMetrics(reg),
		sessions: prometheus.NewGauge(prometheus.GaugeOpts{Name: "vantage_stream_sessions", Help: "WHEP sessions."}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vantage_stream_refused_total", Help: "WHEP offers that were refused, by HTTP status.",
		}, []string{"status"}),
		firstPicture: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "vantage_stream_first_picture_seconds", Help: "From the POST to the first picture sent.",
			Buckets: []float64{.02, .05, .1, .15, .2, .3, .5, 1, 2, 4, 8},
		}),
	}
	if reg != nil {
		reg.MustRegister(m.sessions, m.refusals, m.firstPicture)
	}
	return m
}

// refused counts an error by the status that it is answered with: there are a dozen.
func (m *Metrics) refused(err error) {
	m.refusals.WithLabelValues(strconv.Itoa(httpx.ProblemOf(err).GetStatus())).Inc()
}
