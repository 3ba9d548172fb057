package libav

import (
	"log/slog"
	"time"

	"vantage/media"
	"vantage/transcode"
)

// DecoderOptions are optional.
type DecoderOptions struct {
	Threads int // slices decoded at once; 0 is 1, for a server has many streams to spread over its cores
	Log     *slog.Logger
	Metrics *transcode.Metrics
}

// EncoderOptions are optional.
type EncoderOptions struct {
	Caps    *transcode.Caps // measured by Probe; nil takes the table's word
	Log     *slog.Logger
	Metrics *transcode.Metrics
}

// ScalerConfig is what a [Scaler] makes of every picture.
type ScalerConfig struct {
	Size   media.Size        // of the pictures returned; zero keeps that of each picture given
	Format media.PixelFormat // I420 or Gray8 (for a detector); zero is I420

	Range SampleRange
}

// SampleRange says what becomes of the range of samples: limited (16 to 235 in luma) or full (0 to 255).
type SampleRange uint8

// The ranges.
const (
	KeepRange SampleRange = iota
	LimitedRange
	FullRange
)

func rangeOf(full bool) SampleRange {
	if full {
		return FullRange
	}
	return LimitedRange
}

// full reports whether pictures come out in full range that go in so.
func (r SampleRange) full(in bool) bool { return r == FullRange || r == KeepRange && in }

// ReaderInfo is what a file is known to hold before it is read.
type ReaderInfo struct {
	Codec             string // FFmpeg's name of it: "mpeg4"
	WidthPx, HeightPx int
	FrameRate         float64       // pictures a second; 0 when unknown
	Frames            int64         // 0 when unknown; an estimate where the file does not say
	Duration          time.Duration // 0 when unknown
}
