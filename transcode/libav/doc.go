// Package libav decodes, scales and encodes with FFmpeg's libraries. It is the only package of Vantage that imports
// go-astiav, and with roi/onnx the only one that uses cgo.
//
//	dec, err := libav.NewDecoder(track, libav.DecoderOptions{})
//	enc, err := libav.NewEncoder(transcode.EncoderConfig{
//		Encoder: "libx264", Codec: media.H264, TrackID: "video",
//		WidthPx: 1280, HeightPx: 720, FrameRate: 30, ClockRate: 90000,
//		Rate: transcode.RateControl{CRF: 26, MaxBitrateBPS: 6e6}, ROI: true,
//	}, libav.EncoderOptions{})
//	err = dec.Decode(unit, func(f *media.Frame) {
//		planned := f.Derive()
//		planned.Regions = plan
//		err = enc.Encode(planned, publish)
//		planned.Release()
//	})
//
// Built without cgo or with the tag nolibav, every constructor fails with a hint and [Available] is false.
//
// # Ownership
//
// Pictures that a Decoder or Scaler makes stand on AVFrames: their planes are views of C memory, which lives until the last
// reference on the [vantage/media.Frame] is released. Scaler and Encoder take such pictures without a copy; pictures in Go
// memory are copied once. Encoded units are copied, by kilobytes, out of and into libav's packets. No Go pointer outlives a
// call into C, no callback enters Go, and every wrapper frees once: Close twice is allowed, use after Close fails with
// [ErrClosed]. What was forgotten is counted by [Forgotten], not repaired.
//
// # Goroutines
//
// None is started in Go; libav may start threads of its own, which end with Close. One goroutine uses a codec, scaler, reader
// or muxer at a time; Encoder.Request may be called from any. A fault inside libav ends the process: a server
// runs this package in a worker process.
//
// # Standards
//
// ITU-T H.264 and H.265 Annex B, ISO/IEC 14496-15 (avcC, hvcC), AV1 §5 and its ISO-BMFF binding §2.3, RFC 6716 (Opus).
package libav
