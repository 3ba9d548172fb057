package rtsp

import "github.com/prometheus/client_golang/prometheus"

// ServerMetrics are the server's counters. A nil *ServerMetrics counts nothing.
type ServerMetrics struct {
	players, publishers prometheus.Gauge
	sent, received      prometheus.Counter
	refused             *prometheus.CounterVec
}

// NewServerMetrics registers the server's metrics.
func NewServerMetrics(reg prometheus.Registerer) *ServerMetrics {
	m := &ServerMetrics{
		players: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "vantage_rtsp_players", Help: "RTSP players that are playing.",
		}),
		publishers: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "vantage_rtsp_publishers", Help: "RTSP publishers that hold a stream.",
		}),
		sent: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "vantage_rtsp_sent_bytes_total", Help: "RTP bytes sent to RTSP players.",
		}),
		received: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "vantage_rtsp_received_bytes_total", Help: "RTP bytes received from RTSP publishers.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vantage_rtsp_refused_total", Help: "RTSP requests refused, by reason.",
		}, []string{"reason"}),
	}
	reg.MustRegister(m.players, m.publishers, m.sent, m.received, m.refused)
	return m
}

func (m *ServerMetrics) playing(delta float64) {
	if m != nil {
		m.players.Add(delta)
	}
}

func (m *ServerMetrics) publishing(delta float64) {
	if m != nil {
		m.publishers.Add(delta)
	}
}

func (m *ServerMetrics) sentBytes(n int) {
	if m != nil {
		m.sent.Add(float64(n))
	}
}

func (m *ServerMetrics) receivedBytes(n int) {
	if m != nil {
		m.received.Add(float64(n))
	}
}

func (m *ServerMetrics) refuse(reason string) {
	if m != nil {
		m.refused.WithLabelValues(reason).Inc()
	}
}
