package transcode

import "vantage/media"

// Auto is the encoder name that picks the best usable one.
const Auto = "auto"

// Table lists the encoders that Vantage drives, for each codec the preferred first. Presets and options are for the least
// delay: no B-frames, no look-ahead, one picture in, one unit out.
var Table = []Backend{
	{
		Name: "h264_nvenc", Codec: media.H264, Device: NVENC,
		PresetOption: "preset", Preset: "p4", Presets: []string{"p1", "p2", "p3", "p4", "p5", "p6", "p7"},
		Live: map[string]string{
			"tune": "ull", "profile": "main", "zerolatency": "1", "delay": "0", "forced-idr": "1", "no-scenecut": "1",
			"rc-lookahead": "0", "spatial-aq": "1",
		},
		Rate: RateNVENC, QualityMin: 1, QualityMax: 51,
		ROI:      ROIPrefilter,
		ForceIDR: true, LiveBitrate: true,
		Formats: []media.PixelFormat{media.NV12, media.I420}, EvenSides: true, MinSidePx: 146, MaxSidePx: 4096,
	},
	{
		Name: "libx264", Codec: media.H264,
		PresetOption: "preset", Preset: "veryfast", Presets: x26xPresets,
		Live:    map[string]string{"tune": "zerolatency", "profile": "main", "forced-idr": "1", "sc_threshold": "0", "aq-mode": "1"},
		Offline: map[string]string{"x264-params": "sliced-threads=0"},
		Rate:    RateX264, QualityMax: 51,
		// Regions are offsets to the quantisers that adaptive quantisation chooses, and are dropped in silence when it is off,
		// as the preset ultrafast has it.
		ROI: ROISideData, ROIOptions: map[string]string{"aq-mode": "1"},
		ForceIDR: true, LiveBitrate: true, LiveQuality: true,
		Formats: []media.PixelFormat{media.I420, media.NV12}, EvenSides: true, MinSidePx: 16, MaxSidePx: media.MaxFrameSidePx,
	},
	{
		Name: "h264_qsv", Codec: media.H264, Device: QSV,
		PresetOption: "preset", Preset: "veryfast",
		Presets: []string{"veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"},
		Live:    map[string]string{"profile": "main", "async_depth": "1", "look_ahead": "0", "forced_idr": "1"},
		Rate:    RateQSV, QualityMin: 1, QualityMax: 51,
		ROI:      ROISideData,
		ForceIDR: true,
		Formats:  []media.PixelFormat{media.NV12}, EvenSides: true, MinSidePx: 32, MaxSidePx: 4096,
	},
	{
		Name: "h264_vaapi", Codec: media.H264, Device: VAAPI,
		Live: map[string]string{"profile": "main", "async_depth": "1"},
		Rate: RateVAAPI, QualityMin: 1, QualityMax: 51,
		ROI:      ROISideData,
		ForceIDR: true,
		Formats:  []media.PixelFormat{media.NV12}, EvenSides: true, MinSidePx: 32, MaxSidePx: 4096,
	},
	{
		Name: "libx265", Codec: media.H265,
		PresetOption: "preset", Preset: "ultrafast", Presets: x26xPresets,
		Live: map[string]string{
			"tune": "zerolatency", "profile": "main", "forced-idr": "1",
			"x265-params": "log-level=none:scenecut=0:open-gop=0:aq-mode=1:aq-strength=1:rc-lookahead=0",
		},
		Threads: 1, // frame threads, each of which holds a picture back; rows are coded on all cores anyway
		Rate:    RateX264, QualityMax: 51,
		// As with libx264, and presets that turn adaptive quantisation off also set its strength to 0.
		ROI:      ROISideData,
		ForceIDR: true,
		Formats:  []media.PixelFormat{media.I420}, EvenSides: true, MinSidePx: 64, MaxSidePx: 8192,
	},
	{
		Name: "libvpx", Codec: media.VP8,
		// Negative values fix the speed; positive ones let libvpx find it from what the processor bears, slowly.
		PresetOption: "cpu-used", Preset: "-8", Presets: numbers(-16, 16),
		Threads: 1, // its threads wait for each other by spinning, which is ten times slower when cores are short
		Live:    map[string]string{"deadline": "realtime", "lag-in-frames": "0", "error-resilient": "0", "auto-alt-ref": "0"},
		Rate:    RateVPX, QualityMax: 63,
		ROI:      ROISideData,
		ForceIDR: true,
		Formats:  []media.PixelFormat{media.I420}, MinSidePx: 16, MaxSidePx: 16383,
	},
	{
		Name: "libvpx-vp9", Codec: media.VP9,
		PresetOption: "cpu-used", Preset: "8", Presets: numbers(-8, 8),
		Live: map[string]string{
			"deadline": "realtime", "lag-in-frames": "0", "error-resilient": "0", "auto-alt-ref": "0", "row-mt": "1", "aq-mode": "3",
		},
		Rate: RateVPX, QualityMax: 63,
		// libvpx has one segment map: regions take the place of its cyclic refresh.
		ROI: ROISideData, ROIOptions: map[string]string{"aq-mode": "0"},
		ForceIDR: true,
		Formats:  []media.PixelFormat{media.I420}, MinSidePx: 16, MaxSidePx: media.MaxFrameSidePx,
	},
	{
		Name: "libsvtav1", Codec: media.AV1,
		PresetOption: "preset", Preset: "12", Presets: numbers(0, 13),
		Live: map[string]string{"svtav1-params": "pred-struct=1:lookahead=0:scd=0"},
		Rate: RateSVT, QualityMin: 1, QualityMax: 63, Async: true,
		ROI:         ROIPrefilter,
		DelayFrames: 4, // FFmpeg 5.1 asks it for one unit with each picture
		Formats:     []media.PixelFormat{media.I420}, EvenSides: true, MinSidePx: 64, MaxSidePx: 4096,
	},
}

var x26xPresets = []string{
	"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo",
}

// BackendByName finds an encoder in the table.
func BackendByName(name string) (*Backend, bool) {
	for i := range Table {
		if Table[i].Name == name {
			return &Table[i], true
		}
	}
	return nil, false
}

// backends points at every row of the table.
func backends() []*Backend {
	all := make([]*Backend, len(Table))
	for i := range Table {
		all[i] = &Table[i]
	}
	return all
}
