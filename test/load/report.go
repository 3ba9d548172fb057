package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// report is the outcome. Names of fields carry their units.
type report struct {
	URL     string `json:"url"`
	Viewers int    `json:"viewers"`
	Failed  int    `json:"failed"`

	Seconds         float64 `json:"seconds"`
	FPS             spread  `json:"fps_per_viewer"`
	MbpsPerViewer   float64 `json:"mbps_per_viewer"`
	PacketsPerSec   float64 `json:"packets_per_viewer_second"`
	LostPackets     int64   `json:"lost_packets"`
	LostRatio       float64 `json:"lost_ratio"`
	Starved         int     `json:"starved_viewers"` // without a single frame
	ConnectedMS     spread  `json:"connected_ms"`
	FirstPictureMS  spread  `json:"first_picture_ms"`
	ServerCPUMS     float64 `json:"server_cpu_ms_per_viewer_second,omitempty"`
	ServerUSPacket  float64 `json:"server_cpu_us_per_packet,omitempty"`
	ServerJoinCPUMS float64 `json:"server_cpu_ms_per_join,omitempty"`
	ServerRSSMiB    float64 `json:"server_rss_mib_per_viewer,omitempty"`
	ServerTotalMiB  float64 `json:"server_rss_mib,omitempty"`
	OwnCPUMS        float64 `json:"own_cpu_ms_per_viewer_second"`

	fps, connected, first []float64
	packets, bytes        int64
	expected              int64
}

// spread is a distribution.
type spread struct {
	Min float64 `json:"min"`
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	Max float64 `json:"max"`
}

func spreadOf(v []float64) spread {
	if len(v) == 0 {
		return spread{}
	}
	slices.Sort(v)
	at := func(q float64) float64 { return v[min(int(q*float64(len(v))), len(v)-1)] }
	return spread{v[0], at(.5), at(.95), v[len(v)-1]}
}

// add takes one viewer in.
func (r *report) add(v *viewer, before counts, elapsed time.Duration) {
	if v.connected == 0 {
		return
	}
	now := v.counts()
	frames := now.frames - before.frames
	if frames == 0 {
		r.Starved++
	}
	r.fps = append(r.fps, float64(frames)/elapsed.Seconds())
	r.connected = append(r.connected, v.connected.Seconds()*1e3)
	if !now.frame.IsZero() {
		r.first = append(r.first, now.frame.Sub(v.began).Seconds()*1e3)
	}
	r.packets += now.packets - before.packets
	r.bytes += now.bytes - before.bytes
	r.expected += now.expected - before.expected
}

// usage is what the measurement cost.
type usage struct {
	idle, joined, end process
	self              time.Duration
	elapsed           time.Duration
}

func (r *report) finish(o options, u usage) {
	seconds := u.elapsed.Seconds()
	joined := float64(max(len(r.fps), 1))
	r.Seconds = seconds
	r.FPS, r.ConnectedMS, r.FirstPictureMS = spreadOf(r.fps), spreadOf(r.connected), spreadOf(r.first)
	r.MbpsPerViewer = float64(r.bytes) * 8 / 1e6 / seconds / joined
	r.PacketsPerSec = float64(r.packets) / seconds / joined
	r.LostPackets = r.expected - r.packets
	if r.expected > 0 {
		r.LostRatio = float64(r.LostPackets) / float64(r.expected)
	}
	r.OwnCPUMS = u.self.Seconds() * 1e3 / seconds / joined
	if o.pid == 0 {
		return
	}
	cpu := (u.end.cpu - u.joined.cpu).Seconds()
	r.ServerCPUMS = cpu * 1e3 / seconds / joined
	if r.packets > 0 {
		r.ServerUSPacket = cpu * 1e6 / float64(r.packets)
	}
	r.ServerJoinCPUMS = (u.joined.cpu - u.idle.cpu).Seconds() * 1e3 / joined
	r.ServerRSSMiB = float64(u.end.rss-u.idle.rss) / joined / (1 << 20)
	r.ServerTotalMiB = float64(u.end.rss) / (1 << 20)
}

// String is the report as text.
func (r *report) String() string {
	var b strings.Builder
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-26s "+format+"\n", append([]any{name}, args...)...)
	}
	of := func(s spread, unit string) string {
		return fmt.Sprintf("min %.1f  p50 %.1f  p95 %.1f  max %.1f %s", s.Min, s.P50, s.P95, s.Max, unit)
	}
	row("url", "%s", r.URL)
	row("viewers", "%d (%d failed, %d without a picture) for %.1f s", r.Viewers, r.Failed, r.Starved, r.Seconds)
	row("frames per viewer", "%s", of(r.FPS, "fps"))
	row("received per viewer", "%.2f Mbit/s, %.0f packets/s", r.MbpsPerViewer, r.PacketsPerSec)
	row("lost", "%d packets (%.4f %%)", r.LostPackets, r.LostRatio*100)
	row("connected after", "%s", of(r.ConnectedMS, "ms"))
	row("first picture after", "%s", of(r.FirstPictureMS, "ms"))
	if r.ServerTotalMiB > 0 {
		row("server CPU", "%.2f ms per viewer-second, %.2f us per packet", r.ServerCPUMS, r.ServerUSPacket)
		row("server CPU while joining", "%.1f ms per join, the stream to earlier viewers included", r.ServerJoinCPUMS)
		row("server memory", "%.2f MiB per viewer, %.0f MiB in all", r.ServerRSSMiB, r.ServerTotalMiB)
	}
	row("own CPU", "%.2f ms per viewer-second", r.OwnCPUMS)
	return b.String()
}
