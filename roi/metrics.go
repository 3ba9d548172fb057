package roi

import "github.com/prometheus/client_golang/prometheus"

// Metrics are the measurements of all engines of a process, by stream. Nil is off.
type Metrics struct {
	planAge  *prometheus.HistogramVec
	analysis *prometheus.HistogramVec
	coverage *prometheus.GaugeVec
	errors   *prometheus.CounterVec
}

// NewMetrics registers the metrics at reg; nil for a nil reg.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	if reg == nil {
		return nil
	}
	const ns, sub = "vantage", "roi"
	label := []string{"stream"}
	m := &Metrics{
		planAge: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: ns, Subsystem: sub, Name: "plan_age_seconds",
			Help:    "Age of the region plan at the moment a picture was encoded with it.",
			Buckets: []float64{.01, .02, .04, .08, .15, .3, .6, 1, 2, 5},
		}, label),
		analysis: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: ns, Subsystem: sub, Name: "analysis_seconds",
			Help:    "Time that one analysis of a picture took, all detectors together.",
			Buckets: []float64{.001, .002, .004, .008, .016, .033, .066, .15, .5, 2},
		}, label),
		coverage: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: ns, Subsystem: sub, Name: "coverage_ratio",
			Help: "Fraction of the picture that the latest plan makes finer than its background.",
		}, label),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: ns, Subsystem: sub, Name: "detector_errors_total",
			Help: "Analyses that a detector ended with an error or a panic.",
		}, label),
	}
	reg.MustRegister(m.planAge, m.analysis, m.coverage, m.errors)
	return m
}

// Forget drops the series of a stream that has been removed.
func (m *Metrics) Forget(stream string) {
	if m == nil {
		return
	}
	m.planAge.DeleteLabelValues(stream)
	m.analysis.DeleteLabelValues(stream)
	m.coverage.DeleteLabelValues(stream)
	m.errors.DeleteLabelValues(stream)
}

// series are the metrics of one stream.
type series struct {
	planAge, analysis prometheus.Observer
	coverage          prometheus.Gauge
	errors            prometheus.Counter
}

func (m *Metrics) of(stream string) *series {
	if m == nil {
		return nil
	}
	return &series{
		m.planAge.WithLabelValues(stream), m.analysis.WithLabelValues(stream),
		m.coverage.WithLabelValues(stream), m.errors.WithLabelValues(stream),
	}
}
