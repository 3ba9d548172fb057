package libav_test

import (
	"context"
	"testing"

	"vantage/internal/hint"
	"vantage/media"
	"vantage/transcode"
	"vantage/transcode/libav"
)

// The same in every build.
var (
	_ func(*media.Track, libav.DecoderOptions) (*libav.Decoder, error)                                     = libav.NewDecoder
	_ func(transcode.EncoderConfig, libav.EncoderOptions) (*libav.Encoder, error)                          = libav.NewEncoder
	_ func(transcode.EncoderConfig, []transcode.ProbeResult, libav.EncoderOptions) (*libav.Encoder, error) = libav.OpenEncoder
	_ func(libav.ScalerConfig) (*libav.Scaler, error)                                                      = libav.NewScaler
	_ func(string) (*libav.Demuxer, error)                                                                 = libav.OpenDemuxer
	_ func(string) (*libav.Reader, error)                                                                  = libav.OpenReader
	_ func(string, ...*media.Track) (*libav.Muxer, error)                                                  = libav.CreateMuxer
	_ func(*media.Track, media.Codec) (*libav.AudioTranscoder, error)                                      = libav.NewAudioTranscoder
	_ func(context.Context, string) transcode.ProbeResult                                                  = libav.Probe
	_ func() (frames, packets int64)                                                                       = libav.Live
	_ func() int64                                                                                         = libav.Forgotten
	_ func() string                                                                                        = libav.Version
)

func TestBuildWithoutFFmpegSaysSo(t *testing.T) {
	if libav.Available {
		if libav.Version() == "" {
			t.Error("no version")
		}
		t.Skip("built with FFmpeg")
	}
	_, decoder := libav.NewDecoder(&media.Track{}, libav.DecoderOptions{})
	_, encoder := libav.NewEncoder(transcode.EncoderConfig{}, libav.EncoderOptions{})
	_, opened := libav.OpenEncoder(transcode.EncoderConfig{Codec: media.H264, Encoder: transcode.Auto}, nil, libav.EncoderOptions{})
	_, demuxer := libav.OpenDemuxer("a.mp4")
	_, audio := libav.NewAudioTranscoder(&media.Track{}, media.Opus)
	for name, err := range map[string]error{"decoder": decoder, "encoder": encoder, "opened encoder": opened, "demuxer": demuxer, "audio": audio} {
		if err == nil || hint.Of(err) == "" {
			t.Errorf("%s: got %v with hint %q", name, err, hint.Of(err))
		}
	}
	if r := libav.Probe(t.Context(), "libx264"); r.Works || r.Reason == "" || r.Hint == "" {
		t.Errorf("probe: %+v", r)
	}
}
