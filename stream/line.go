package stream

import (
	"fmt"
	"sync"

	"github.com/pion/webrtc/v4"

	"vantage/internal/rtc"
	"vantage/media"
	"vantage/stream/fanout"
)

// line is one media section of a viewer: a track of ours on its way to one peer connection. It is a [webrtc.TrackLocal] that hands what
// was negotiated to the fan-out in place of sending itself.
type line struct {
	hub    *media.Hub
	track  *media.Track
	codec  rtc.OfferedCodec
	name   string // of the stream
	sender *webrtc.RTPSender

	mu    sync.Mutex
	bound *fanout.StreamConfig
}

// Bind implements [webrtc.TrackLocal]: negotiation is over.
func (l *line) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	pt := webrtc.PayloadType(l.codec.PayloadType)
	for _, p := range c.CodecParameters() {
		if p.PayloadType != pt {
			continue
		}
		s := &fanout.StreamConfig{
			Hub: l.hub, Kind: l.track.Kind(), Codec: l.track.Codec, ClockRate: l.track.ClockRate,
			Writer: c.WriteStream(), SSRC: uint32(c.SSRC()), PayloadType: l.codec.PayloadType,
		}
		if rtx := c.SSRCRetransmission(); rtx != 0 && l.codec.RTX != 0 {
			s.RTXSSRC, s.RTXPayloadType = uint32(rtx), l.codec.RTX
		}
		l.mu.Lock()
		l.bound = s
		l.mu.Unlock()
		return p, nil
	}
	return webrtc.RTPCodecParameters{}, fmt.Errorf("payload type %d was not negotiated", pt)
}

// Unbind implements [webrtc.TrackLocal].
func (l *line) Unbind(webrtc.TrackLocalContext) error { return nil }

// ID implements [webrtc.TrackLocal].
func (l *line) ID() string { return l.track.Kind().String() }

// StreamID implements [webrtc.TrackLocal]: one for all lines, so that the browser plays them together.
func (l *line) StreamID() string { return l.name }

// RID implements [webrtc.TrackLocal].
func (l *line) RID() string { return "" }

// Kind implements [webrtc.TrackLocal].
func (l *line) Kind() webrtc.RTPCodecType {
	if l.track.Kind() == media.Video {
		return webrtc.RTPCodecTypeVideo
	}
	return webrtc.RTPCodecTypeAudio
}

// config is what was negotiated; false before.
func (l *line) config() (fanout.StreamConfig, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bound == nil {
		return fanout.StreamConfig{}, false
	}
	return *l.bound, true
}
