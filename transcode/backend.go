package transcode

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"vantage/media"
)

// Backend is one encoder of FFmpeg and how it is driven. It is data: which encoders work here is measured (see [ProbeResult]).
type Backend struct {
	// Name is FFmpeg's name of the encoder.
	Name  string
	Codec media.Codec

	// Device is the kind of hardware: "" (none), "nvenc", "vaapi" or "qsv".
	Device Device

	// PresetOption is the option that trades speed for quality, Preset its value for live video, Presets the values it takes.
	PresetOption, Preset string
	Presets              []string

	// Live are the options for low latency; Offline replaces some of them where no viewer waits.
	Live, Offline map[string]string

	// Rate says how quality and bitrate are set.
	Rate RateStyle

	// QualityMin and QualityMax bound the constant-quality option, which is on the codec's scale.
	QualityMin, QualityMax float64

	// ROI says how regions reach the encoder when its probe agrees; ROIOptions are needed for that.
	ROI        ROIMode
	ROIOptions map[string]string

	// ForceIDR and LiveBitrate say what the encoder is believed to do until it was measured; DelayFrames, how many pictures it
	// holds back.
	ForceIDR, LiveBitrate bool
	DelayFrames           int

	// LiveQuality says that the constant-quality value can be changed while the encoder runs.
	LiveQuality bool

	// Formats are taken without conversion, the preferred one first.
	Formats []media.PixelFormat

	// Threads is the number of threads that alone does no harm; 0 lets the work decide.
	Threads int

	// Async says that the encoder works on pictures in threads of its own: a unit comes out with a later picture, and the
	// encoder must be given a picture and drained before it is closed.
	Async bool

	// EvenSides says that sides must be even: an odd last column or row is cut off.
	EvenSides            bool
	MinSidePx, MaxSidePx int
}

// Device is the kind of hardware that an encoder runs on.
type Device string

// The kinds of hardware. CPU is the zero value.
const (
	CPU   Device = ""
	NVENC Device = "nvenc"
	VAAPI Device = "vaapi"
	QSV   Device = "qsv"
)

// ROIMode is how regions reach an encoder.
type ROIMode uint8

// The ways of regions.
const (
	ROINone      ROIMode = iota // the encoder spends bits as it likes; see [Prefilter]
	ROISideData                 // AVRegionOfInterest records beside the picture
	ROIPrefilter                // detail outside the regions is removed before encoding
)

func (m ROIMode) String() string {
	switch m {
	case ROISideData:
		return "side data"
	case ROIPrefilter:
		return "pre-filter"
	default:
		return "none"
	}
}

// MarshalText writes String.
func (m ROIMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (m *ROIMode) UnmarshalText(text []byte) error {
	for _, v := range []ROIMode{ROINone, ROISideData, ROIPrefilter} {
		if v.String() == string(text) {
			*m = v
			return nil
		}
	}
	return fmt.Errorf("unknown ROI mode %q", text)
}

// hasPreset reports whether the encoder takes the preset; empty means its default.
func (b *Backend) hasPreset(preset string) bool {
	return preset == "" || slices.Contains(b.Presets, preset)
}

func (b *Backend) presetRemedy() string {
	if len(b.Presets) == 0 {
		return "leave preset empty: " + b.Name + " has none"
	}
	return "use one of " + strings.Join(b.Presets, ", ")
}

// Limit is the rate control r under a cap of bps in bit/s.
func (b *Backend) Limit(r RateControl, bps int) RateControl {
	if r.BitrateBPS > 0 {
		r.BitrateBPS = min(r.BitrateBPS, bps)
	} else if b.Rate == RateSVT && (r.MaxBitrateBPS == 0 || bps < r.MaxBitrateBPS) {
		r.BitrateBPS = bps // SVT-AV1 1.4 ignores caps on constant quality
	}
	r.MaxBitrateBPS = bps
	return r
}

// Caps is what the encoder is believed to do until it was measured.
func (b *Backend) Caps() Caps {
	return Caps{Encoder: b.Name, ROI: b.ROI == ROISideData, Bitrate: b.LiveBitrate, ForceIDR: b.ForceIDR, Formats: b.Formats}
}

// RateStyle is how an encoder is told quality and bitrate.
type RateStyle uint8

// The styles of rate control, by the family of encoders that share it.
const (
	RateX264  RateStyle = iota + 1 // crf under maxrate and bufsize; live changes of the caps where the wrapper follows
	RateVPX                        // crf is constrained by b; CBR by minrate = maxrate = b
	RateNVENC                      // rc and cq
	RateVAAPI                      // rc_mode and qp
	RateQSV                        // global_quality
	RateSVT                        // crf, or b
)

// uncapped is the bitrate that stands for "no cap" in live mode: the VBV must exist from the start if it is to be changed
// later, and half a bit a pixel is more than any low-latency stream at usable quality takes.
func uncapped(cfg EncoderConfig) int {
	const bitsPerPixel, floorBPS = 0.5, 10_000_000
	return max(floorBPS, int(bitsPerPixel*cfg.FrameRate*float64(cfg.WidthPx)*float64(cfg.HeightPx)))
}

// ceiling is the bitrate in bit/s that the encoder must not exceed over one VBV buffer; 0 is none.
func (r RateControl) ceiling() int {
	if r.MaxBitrateBPS > 0 {
		return r.MaxBitrateBPS
	}
	return r.BitrateBPS
}

func (r RateControl) vbvSeconds() float64 {
	if r.VBVSeconds > 0 {
		return r.VBVSeconds
	}
	return defaultVBVSeconds
}

const defaultVBVSeconds = 1

// VBVBits is the size in bits of the VBV buffer for a cap of bps.
func (r RateControl) VBVBits(bps int) int { return int(float64(bps) * r.vbvSeconds()) }

// LiveCap is the cap with which an encoder is opened: that of the configuration or, live and without one, a rate so high that
// it does not bind and can be lowered later.
func (cfg EncoderConfig) LiveCap() int {
	if c := cfg.Rate.ceiling(); c > 0 || cfg.Offline {
		return c
	}
	return uncapped(cfg)
}

// Options returns the libav options that open b as cfg wants, cfg.Options over all others.
func (b *Backend) Options(cfg EncoderConfig) map[string]string {
	o := maps.Clone(b.Live)
	if o == nil {
		o = map[string]string{}
	}
	if cfg.Offline {
		maps.Copy(o, b.Offline)
	}
	if preset := cfg.Preset; b.PresetOption != "" {
		if preset == "" {
			preset = b.Preset
		}
		o[b.PresetOption] = preset
	}
	if cfg.ROI && b.ROI == ROISideData {
		maps.Copy(o, b.ROIOptions)
	}
	o["g"] = strconv.Itoa(cfg.gop())
	o["bf"] = "0"
	b.rateOptions(o, cfg)
	maps.Copy(o, cfg.Options)
	return o
}

// threadPixels is how many pixels a second one thread is asked to encode, at half of what a slow core does.
const threadPixels = 14_000_000

// ThreadsFor is the number of threads to open the encoder with, of cores there are; 0 leaves it to the encoder. Live, threads share a
// picture by slices, each of which costs bits, and a server has other streams for its other cores.
func (b *Backend) ThreadsFor(cfg EncoderConfig, cores int) int {
	switch {
	case b.Threads > 0:
		return b.Threads
	case cfg.Threads > 0 || cfg.Offline:
		return cfg.Threads
	}
	const most = 8
	need := math.Ceil(float64(cfg.WidthPx) * float64(cfg.HeightPx) * cfg.FrameRate / threadPixels)
	return max(1, min(int(min(need, most)), cores))
}

// gop is the number of pictures between random-access units.
func (cfg EncoderConfig) gop() int {
	if cfg.GOPFrames > 0 {
		return cfg.GOPFrames
	}
	return max(1, int(math.Round(defaultGOPSeconds*cfg.FrameRate)))
}

const defaultGOPSeconds = 2

func (b *Backend) rateOptions(o map[string]string, cfg EncoderConfig) {
	r := cfg.Rate
	crf := min(max(r.CRF, b.QualityMin), b.QualityMax)
	quality := strconv.FormatFloat(crf, 'f', -1, 64)
	whole := strconv.Itoa(int(math.Round(crf)))
	constant, top := r.BitrateBPS == 0, cfg.LiveCap()
	set := func(key string, bits int) {
		if bits > 0 {
			o[key] = strconv.Itoa(bits)
		}
	}
	set("maxrate", top)
	set("bufsize", r.VBVBits(top))
	if !constant {
		set("b", r.BitrateBPS)
	}
	switch b.Rate {
	case RateX264:
		if constant {
			o["crf"] = quality
		}
	case RateVPX:
		if constant {
			o["crf"] = whole
			// Without a rate VP8 would take 256 kbit/s for one; with it, crf is the best quality under it.
			if top == 0 {
				top = uncapped(cfg)
			}
			o["b"] = strconv.Itoa(top)
		} else {
			o["minrate"] = strconv.Itoa(r.BitrateBPS)
			o["maxrate"] = o["minrate"]
		}
	case RateNVENC:
		o["rc"] = "vbr"
		if constant {
			o["cq"], o["b"] = quality, "0"
		}
	case RateVAAPI:
		switch {
		case constant && r.ceiling() == 0:
			delete(o, "maxrate")
			delete(o, "bufsize")
			o["rc_mode"], o["qp"] = "CQP", whole
		case constant:
			o["rc_mode"], o["b"], o["global_quality"] = "QVBR", o["maxrate"], whole
		default:
			o["rc_mode"] = "VBR"
		}
	case RateQSV:
		if constant {
			o["global_quality"] = whole
		}
	case RateSVT:
		if constant {
			o["crf"] = whole
			delete(o, "maxrate")
			delete(o, "bufsize")
		} else {
			o["maxrate"] = strconv.Itoa(max(top, r.BitrateBPS*3/2)) // it insists on room above the average
		}
	}
}

// numbers lists the integers from low to high as option values.
func numbers(low, high int) []string {
	var s []string
	for i := low; i <= high; i++ {
		s = append(s, strconv.Itoa(i))
	}
	return s
}
