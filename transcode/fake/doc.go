// Package fake is a codec in pure Go that behaves as a real one does and needs no FFmpeg: the tests of pipeline, worker and server
// run with it.
//
// It is a true if simple lossy codec: samples are predicted from the picture before, quantised with H.264's step sizes and
// packed by DEFLATE. So regions really move bits, a bitrate is really kept, a lost unit really breaks the decoder until the next
// random-access unit, and the same conformance suite (transcode/transcodetest) holds for it as for FFmpeg's codecs.
// Its units are shaped like H.264 (SPS, PPS, IDR and non-IDR NAL units by their header bytes), but no H.264 decoder can
// read them.
//
//	enc, err := fake.NewEncoder(cfg)
//	dec, err := fake.NewDecoder(enc.Track())
//
// # Ownership
//
// As in package transcode: pictures and units are borrowed both ways.
//
// # Goroutines
//
// None.
//
// # Standards
//
// The quantiser steps are those of ITU-T H.264 (0.625·2^(QP/6)); the bit stream is DEFLATE (RFC 1951).
package fake
