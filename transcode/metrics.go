package transcode

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what codecs do. A nil *Metrics counts nothing.
type Metrics struct {
	encodeSeconds *prometheus.HistogramVec // rendition's encoder
	encodedFrames *prometheus.CounterVec
	encodedBytes  *prometheus.CounterVec
	encodeErrors  *prometheus.CounterVec
	decodedFrames prometheus.Counter
	decodeErrors  prometheus.Counter
}

// NewMetrics registers the metrics; a nil registerer returns nil. The only label is the encoder's table name.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	if reg == nil {
		return nil
	}
	counter := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "vantage", Subsystem: "transcode", Name: name, Help: help,
		}, []string{"encoder"})
	}
	m := &Metrics{
		encodeSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "vantage", Subsystem: "transcode", Name: "encoder_frame_seconds",
			Help:    "Time from a picture given to an encoder until its unit is out.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 10),
		}, []string{"encoder"}),
		encodedFrames: counter("encoded_frames_total", "Pictures encoded."),
		encodedBytes:  counter("encoded_bytes_total", "Bytes of the units that encoders returned."),
		encodeErrors:  counter("encode_errors_total", "Pictures that an encoder refused."),
		decodedFrames: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "vantage", Subsystem: "transcode", Name: "decoded_frames_total", Help: "Pictures decoded.",
		}),
		decodeErrors: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "vantage", Subsystem: "transcode", Name: "decode_errors_total",
			Help: "Units that a decoder refused, each with the wait for a random-access unit.",
		}),
	}
	reg.MustRegister(m.encodeSeconds, m.encodedFrames, m.encodedBytes, m.encodeErrors, m.decodedFrames, m.decodeErrors)
	return m
}

// Encoded counts a picture that took took in the encoder and came out as size bytes.
func (m *Metrics) Encoded(encoder string, took time.Duration, size int) {
	if m == nil {
		return
	}
	m.encodeSeconds.WithLabelValues(encoder).Observe(took.Seconds())
	m.encodedFrames.WithLabelValues(encoder).Inc()
	m.encodedBytes.WithLabelValues(encoder).Add(float64(size))
}

// EncodeError counts a picture that the encoder refused.
func (m *Metrics) EncodeError(encoder string) {
	if m != nil {
		m.encodeErrors.WithLabelValues(encoder).Inc()
	}
}

// Decoded counts a picture out of a decoder.
func (m *Metrics) Decoded() {
	if m != nil {
		m.decodedFrames.Inc()
	}
}

// DecodeError counts a unit that a decoder refused.
func (m *Metrics) DecodeError() {
	if m != nil {
		m.decodeErrors.Inc()
	}
}
