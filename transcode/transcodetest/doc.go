// Package transcodetest is the conformance suite of encoders: what every backend of transcode.Encoder must do, measured on
// what comes out of a decoder rather than read from options.
//
//	func TestLibx264(t *testing.T) {
//		transcodetest.Run(t, transcodetest.Subject{
//			NewEncoder: func(cfg transcode.EncoderConfig) (transcode.Encoder, error) { return libav.NewEncoder(cfg, libav.EncoderOptions{}) },
//			NewDecoder: func(t *media.Track) (transcode.Decoder, error) { return libav.NewDecoder(t, libav.DecoderOptions{}) },
//			Config:     transcode.EncoderConfig{Encoder: "libx264", Codec: media.H264},
//			Caps:       transcode.Caps{ROI: true, Bitrate: true, ForceIDR: true},
//		})
//	}
//
// A backend lands with its suite green; a bug found in one becomes a case for all.
//
// # Ownership
//
// The suite checks that no unit or frame is left alive, and that pictures lent to an encoder are not written to.
//
// # Goroutines
//
// One test sends requests from a goroutine of its own, as a server does; run the suite with -race.
//
// # Standards
//
// None.
package transcodetest
