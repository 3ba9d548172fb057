package fanout

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxPlausibleLatency is the oldest capture time that is believed; beyond, the camera's clock is not ours.
const maxPlausibleLatency = time.Minute

// Metrics are the counts of all viewers.
type Metrics struct {
	packets, bytes              prometheus.Counter
	resentPackets, nacks, plis  prometheus.Counter
	droppedBursts, droppedUnits prometheus.Counter
	glassToGlass, inServer      prometheus.Histogram
}

// NewMetrics registers the metrics with reg; nil registers nowhere.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "vantage_stream_" + name, Help: help})
	}
	m := &Metrics{
		packets:       counter("packets_total", "RTP packets sent to viewers, retransmissions included."),
		bytes:         counter("bytes_total", "Bytes of encrypted RTP sent to viewers."),
		resentPackets: counter("resent_packets_total", "RTP packets sent again after a NACK."),
		nacks:         counter("nacks_total", "Packets that viewers asked for again."),
		plis:          counter("plis_total", "Key frames that viewers asked for."),
		droppedBursts: counter("dropped_bursts_total", "Access units not sent in time to a share of the viewers: the machine is too slow."),
		droppedUnits:  counter("dropped_units_total", "Access units that could not be packetised."),
		glassToGlass: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "vantage_stream_glass_to_glass_seconds", Help: "From capture, where it is known, to the last packet sent to a share of the viewers.",
			Buckets: []float64{.01, .02, .04, .06, .08, .1, .15, .2, .3, .5, .75, 1, 2, 5},
		}),
		inServer: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "vantage_stream_in_server_seconds", Help: "From the arrival of an access unit to the last packet sent to a share of the viewers.",
			Buckets: []float64{.0005, .001, .002, .003, .005, .01, .02, .03, .05, .1, .2, .5, 1},
		}),
	}
	if reg != nil {
		reg.MustRegister(m.packets, m.bytes, m.resentPackets, m.nacks, m.plis, m.droppedBursts, m.droppedUnits, m.glassToGlass, m.inServer)
	}
	return m
}

// sent counts what a lane has sent of a burst.
func (m *Metrics) sent(j job, packets, bytes int) {
	m.packets.Add(float64(packets))
	m.bytes.Add(float64(bytes))
	now := time.Now()
	if age := now.Sub(j.burst.captured); !j.burst.captured.IsZero() && age >= 0 && age < maxPlausibleLatency {
		m.glassToGlass.Observe(age.Seconds())
	}
	if !j.burst.arrived.IsZero() {
		m.inServer.Observe(now.Sub(j.burst.arrived).Seconds())
	}
}

func (m *Metrics) resent(bytes int) {
	m.resentPackets.Inc()
	m.packets.Inc()
	m.bytes.Add(float64(bytes))
}
