package libav

import (
	"slices"

	"vantage/media"
)

// appendParts splits a packet in the byte stream format of its codec (Annex B, OBUs) into the parts of u, with the track's
// parameter sets in front where a random-access picture comes without, and says in u whether it is one. key is what the
// container or encoder says, which is believed where the codec's own syntax is not looked at.
func appendParts(u *media.Unit, t *media.Track, packet []byte, key bool) {
	switch t.Codec {
	case media.H264, media.H265:
		appendNALUs(u, t, func(add func([]byte)) { splitAnnexB(packet, add) })
	case media.AV1:
		appendOBUs(u, t, packet, key)
	default:
		u.RandomAccess = key || t.Codec == media.MJPEG || t.Kind() == media.Audio
		u.Append(packet)
	}
}

// appendNALUs does not ask the container for key pictures: its key may be a recovery point, where a new viewer would see
// damage for a while.
func appendNALUs(u *media.Unit, t *media.Track, split func(add func([]byte))) {
	random, params := false, false
	split(func(nalu []byte) {
		switch kindOfNALU(t.Codec, nalu) {
		case naluRandomAccess:
			random = true
		case naluParameters:
			params = true
		}
	})
	if random && !params {
		for _, p := range t.Params {
			u.Append(p)
		}
	}
	split(func(nalu []byte) {
		if kindOfNALU(t.Codec, nalu) != naluDelimiter {
			u.Append(nalu)
		}
	})
	u.RandomAccess = random
}

func appendOBUs(u *media.Unit, t *media.Track, packet []byte, key bool) {
	sequence := false
	splitOBUs(packet, func(header, _ []byte) { sequence = sequence || obuType(header) == obuSequenceHeader })
	if key && !sequence {
		for _, p := range t.Params {
			u.Append(p)
		}
		sequence = len(t.Params) > 0
	}
	splitOBUs(packet, func(header, payload []byte) { u.AppendN(header, payload) })
	u.RandomAccess = key && sequence
}

// av1CMarker begins an AV1CodecConfigurationRecord (AV1 in ISO-BMFF §2.3.3), of which the first four bytes are not OBUs.
const av1CMarker = 0x81

// parseExtradata returns the parameter sets in extradata: Annex B, avcC, hvcC, av1C, plain OBUs, or the codec's own bytes.
func parseExtradata(codec media.Codec, b []byte) [][]byte {
	var params [][]byte
	keep := func(p []byte) { params = append(params, slices.Clone(p)) }
	keepParams := func(nalu []byte) {
		if kindOfNALU(codec, nalu) == naluParameters {
			keep(nalu)
		}
	}
	switch {
	case len(b) == 0:
	case codec == media.H264 && b[0] == 1:
		splitAVCC(b, keepParams)
	case codec == media.H265 && b[0] == 1:
		splitHVCC(b, keepParams)
	case codec == media.H264 || codec == media.H265:
		splitAnnexB(b, keepParams)
	case codec == media.AV1:
		if b[0] == av1CMarker && len(b) >= 4 {
			b = b[4:]
		}
		splitOBUs(b, func(header, payload []byte) {
			if obuType(header) == obuSequenceHeader {
				keep(append(slices.Clone(header), payload...))
			}
		})
	case codec == media.AAC:
		keep(b)
	}
	return params
}

// splitAVCC calls add with the parameter sets of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1).
func splitAVCC(b []byte, add func([]byte)) {
	if len(b) < 7 {
		return
	}
	count, rest := int(b[5]&0x1f), b[6:]
	for range 2 { // SPS, then PPS
		for range count {
			if len(rest) < 2 {
				return
			}
			n := int(rest[0])<<8 | int(rest[1])
			if n == 0 || n > len(rest)-2 {
				return
			}
			add(rest[2 : 2+n])
			rest = rest[2+n:]
		}
		if len(rest) == 0 {
			return
		}
		count, rest = int(rest[0]), rest[1:]
	}
}

// splitHVCC calls add with the parameter sets of an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 §8.3.3.1).
func splitHVCC(b []byte, add func([]byte)) {
	const fixed = 23
	if len(b) < fixed {
		return
	}
	arrays, rest := int(b[fixed-1]), b[fixed:]
	for range arrays {
		if len(rest) < 3 {
			return
		}
		count := int(rest[1])<<8 | int(rest[2])
		rest = rest[3:]
		for range count {
			if len(rest) < 2 {
				return
			}
			n := int(rest[0])<<8 | int(rest[1])
			if n == 0 || n > len(rest)-2 {
				return
			}
			add(rest[2 : 2+n])
			rest = rest[2+n:]
		}
	}
}

// lengthSize is the size in bytes of the NAL unit lengths that go with extradata; 0 means Annex B.
func lengthSize(codec media.Codec, extradata []byte) int {
	switch {
	case codec == media.H264 && len(extradata) >= 7 && extradata[0] == 1:
		return int(extradata[4]&3) + 1
	case codec == media.H265 && len(extradata) >= 23 && extradata[0] == 1:
		return int(extradata[21]&3) + 1
	}
	return 0
}

// withoutADTS returns the raw AAC frame in b, which may begin with an ADTS header (ISO/IEC 14496-3 §1.A.3.2).
func withoutADTS(b []byte) []byte {
	const header, crc = 7, 2
	if len(b) < header || b[0] != 0xff || b[1]&0xf6 != 0xf0 {
		return b
	}
	n := header
	if b[1]&1 == 0 {
		n += crc
	}
	return b[min(n, len(b)):]
}
