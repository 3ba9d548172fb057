package api

import (
	"time"

	"vantage/media"
)

// Stream is a stream as it is now.
type Stream struct {
	Name       media.StreamID `json:"name" doc:"1 to 63 characters of a-z, 0-9 and '-'"`
	Source     Source         `json:"source"`
	Tracks     []Track        `json:"tracks" nullable:"false" doc:"what the source carries; empty until it has been live"`
	Renditions []Rendition    `json:"renditions" nullable:"false" doc:"the source first"`
	Viewers    int            `json:"viewers" doc:"of all renditions"`
	BitrateBPS int            `json:"bitrate_bps" doc:"of the source over the last seconds, in bit/s"`
	FPS        float64        `json:"fps" doc:"pictures per second over the last seconds"`
	Origin     string         `json:"origin" enum:"config,api,publisher" doc:"who brought the stream: the configuration file, this API, or a publisher"`
}

// Source is where a stream comes from.
type Source struct {
	URL      string    `json:"url" doc:"without its password; empty for a publisher"`
	Type     string    `json:"type" enum:"rtsp,whip,file,synth,publish" doc:"publish waits for a publisher"`
	State    string    `json:"state" enum:"idle,connecting,live,stalled,retrying,failed,ended"`
	Since    time.Time `json:"since" doc:"of the state"`
	Error    string    `json:"error,omitempty" doc:"of the last failure"`
	Hint     string    `json:"hint,omitempty" doc:"what can be done about it"`
	Attempts int       `json:"attempts" doc:"since the source was last live"`
	Peer     string    `json:"peer,omitempty" doc:"its network address"`
}

// Track is one elementary stream.
type Track struct {
	ID         string  `json:"id"`
	Kind       string  `json:"kind" enum:"video,audio"`
	Codec      string  `json:"codec" doc:"h264, h265, av1, vp8, vp9, mjpeg, opus, aac, pcmu or pcma"`
	Profile    string  `json:"profile,omitempty" example:"High 4.1"`
	Width      int     `json:"width,omitempty" doc:"in pixels"`
	Height     int     `json:"height,omitempty" doc:"in pixels"`
	FPS        float64 `json:"fps,omitempty" doc:"nominal pictures per second"`
	SampleRate int     `json:"sample_rate,omitempty" doc:"in Hz"`
	Channels   int     `json:"channels,omitempty"`
	ClockRate  int     `json:"clock_rate" doc:"ticks per second of the track's time stamps"`
}

// TrackOf describes a track of the kernel.
func TrackOf(t *media.Track) Track {
	return Track{
		ID: string(t.ID), Kind: t.Kind().String(), Codec: t.Codec.String(), Profile: t.Profile, Width: t.WidthPx, Height: t.HeightPx,
		FPS: t.FrameRate, SampleRate: t.SampleRate, Channels: t.Channels, ClockRate: t.ClockRate,
	}
}

// Rendition is one way in which a stream can be watched.
type Rendition struct {
	Name       string  `json:"name"`
	Kind       string  `json:"kind" enum:"source,transcode"`
	State      string  `json:"state" enum:"off,starting,live,failed" doc:"off is not encoded, since nobody watches"`
	Codec      string  `json:"codec"`
	Width      int     `json:"width" doc:"in pixels; 0 while unknown"`
	Height     int     `json:"height" doc:"in pixels; 0 while unknown"`
	FPS        float64 `json:"fps" doc:"0 while unknown"`
	BitrateBPS int     `json:"bitrate_bps" doc:"over the last seconds, in bit/s"`
	Viewers    int     `json:"viewers"`
	ROI        bool    `json:"roi" doc:"quality follows the regions"`
	Encoder    string  `json:"encoder,omitempty" example:"libx264"`
	Saving     *Saving `json:"saving,omitempty"`
	Error      string  `json:"error,omitempty" doc:"of the last failure"`
	Hint       string  `json:"hint,omitempty" doc:"what can be done about it"`
}

// Saving compares a rendition with one that is encoded at the same time without regard to regions.
type Saving struct {
	Against string  `json:"against" doc:"the rendition compared with" example:"uniform"`
	Ratio   float64 `json:"ratio" doc:"fraction of that rendition's bytes that were not needed, below 0 when more were"`
	WindowS float64 `json:"window_s" doc:"over which both were counted, in seconds"`
}
