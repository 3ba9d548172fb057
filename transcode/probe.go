package transcode

import "vantage/media"

// ProbeResult is what a short encode showed of an encoder on this machine. 'vantage doctor' prints it and /v1/doctor returns it.
type ProbeResult struct {
	Encoder string      `json:"encoder"`
	Codec   media.Codec `json:"codec"`
	Device  Device      `json:"device,omitempty"`

	// Works says that pictures went in and units came out. If not, Reason tells why, in words fit for a person.
	Works  bool   `json:"works"`
	Reason string `json:"reason,omitempty"`
	Hint   string `json:"hint,omitempty"`

	// ROI says that a region moved bits: ROIGain is the PSNR in dB by which the region gained on the rest of the picture, against
	// the same encode without regions.
	ROI     bool    `json:"roi"`
	ROIGain float64 `json:"roi_gain_db"`

	// Bitrate says that the rate followed a change without a key frame: RateRatio is the rate measured over the rate asked.
	Bitrate   bool    `json:"live_bitrate"`
	RateRatio float64 `json:"rate_ratio,omitempty"`

	// ForceIDR says that a key frame came with the picture for which it was asked.
	ForceIDR bool `json:"force_idr"`

	// DelayFrames is how many pictures went in before the first unit came out, less one.
	DelayFrames int `json:"delay_frames"`

	// MsPerFrame is the mean time in milliseconds for a picture of 1280x720, as fast as it goes.
	MsPerFrame float64 `json:"ms_per_frame_720p,omitempty"`
}

// Caps is the part of the result that an open encoder tells.
func (r ProbeResult) Caps() Caps {
	c := Caps{Encoder: r.Encoder, ROI: r.ROI, Bitrate: r.Bitrate, ForceIDR: r.ForceIDR}
	if b, ok := BackendByName(r.Encoder); ok {
		c.Formats = b.Formats
	}
	return c
}

// Believed stands in for measured results until there are some: the software encoders, taken at the table's word.
func Believed() []ProbeResult {
	var results []ProbeResult
	for _, b := range backends() {
		if b.Device == CPU {
			results = append(results, ProbeResult{
				Encoder: b.Name, Codec: b.Codec, Works: true,
				ROI: b.ROI == ROISideData, Bitrate: b.LiveBitrate, ForceIDR: b.ForceIDR, DelayFrames: b.DelayFrames,
			})
		}
	}
	return results
}
