// Package bitstream looks into encoded access units: can decoding start here, have the codec parameters changed, which
// parts are worth keeping. It is what every source runs between its depacketiser and the hub.
//
//	in := bitstream.NewInspector(track)
//	for {
//		info, err := in.Inspect(parts) // the NAL units, OBUs or the frame of one access unit
//		if err != nil {
//			continue // corrupt: count it, drop the unit, go on
//		}
//		if info.Track != nil {
//			pub.SetTracks([]*media.Track{info.Track})
//		}
//		u := media.NewUnit(in.Track(), size)
//		u.RandomAccess = info.RandomAccess
//		for _, p := range info.Parts {
//			u.Append(p)
//		}
//	}
//
// # Ownership
//
// Info.Parts aliases the input, or the track's parameters where they were inserted, and is valid until the next call of
// Inspect. Tracks are immutable and own their bytes. Where nothing changes, Inspect does not allocate.
//
// # Goroutines
//
// One goroutine uses an Inspector.
//
// # Standards
//
// ITU-T H.264 §7.3, ITU-T H.265 §7.3, AV1 Bitstream & Decoding Process §5, RFC 6386 §9 (VP8), VP9 Bitstream §6.2,
// ITU-T T.81 Annex B (JPEG), RFC 6716 §3 (Opus), ISO/IEC 14496-3 §1.6 (AAC). The parameter sets are parsed by
// mediacommon; what it has no parser for, the first bits of a picture, is here.
package bitstream
