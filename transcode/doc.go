// Package transcode says what a decoder, an encoder, a scaler and an audio transcoder are, which encoders Vantage knows,
// and how one is chosen.
//
// [Table] lists the encoders of FFmpeg with the options that make each one fit for live video. What they really do is
// measured by a short encode ([ProbeResult]); [Choose] picks by codec, measurement and wish. The codecs themselves are
// in transcode/libav (FFmpeg) and transcode/fake (pure Go, for tests); both pass transcode/transcodetest.
//
//	probes := transcode.ProbeAll(ctx, libav.Probe) // once; ProbeChild keeps a driver's crash away
//	cfg.Encoder = transcode.Auto
//	enc, err := libav.OpenEncoder(cfg, probes, libav.EncoderOptions{Log: log}) // as Choose says, or the next that opens
//
// # Ownership
//
// Pictures and units are borrowed for the call in both directions; see package media.
//
// # Goroutines
//
// The package starts none. One goroutine uses a codec; Encoder.Request alone may be called from any.
//
// # Standards
//
// Quality values are on the codecs' own scales: quantiser 0 to 51 (H.264, H.265), 0 to 63 (VP8, VP9, AV1).
package transcode
