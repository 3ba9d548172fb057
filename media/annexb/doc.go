// Package annexb converts between NAL units and the byte stream format, in which each NAL unit follows a start code:
// what libavcodec and raw .h264 and .h265 files use.
//
//	parts, err := annexb.Split(parts[:0], packet) // packet → NAL units
//	packet = annexb.Append(packet[:0], parts...)  // NAL units → packet
//
// # Ownership
//
// Split aliases its input and allocates only to grow the list of parts. Append copies.
//
// # Goroutines
//
// All functions are pure and safe for concurrent use.
//
// # Standards
//
// ITU-T H.264 Annex B and H.265 Annex B, which are the same but for the length of the NAL unit header.
package annexb
