package bitstream

import (
	"errors"
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

var (
	errForbiddenBit = errors.New("NAL unit header: forbidden_zero_bit is set")
	errNALUnitType  = errors.New("NAL unit is cut short")
)

// h264Syntax is ITU-T H.264 §7.3.
type h264Syntax struct{}

func (h264Syntax) classify(nalu []byte) (nalClass, error) {
	if nalu[0]&0x80 != 0 {
		return nalOther, errForbiddenBit
	}
	switch typ := h264.NALUType(nalu[0] & 0x1f); typ {
	case h264.NALUTypeSPS:
		return nalSPS, nil
	case h264.NALUTypePPS:
		return nalPPS, nil
	case h264.NALUTypeIDR:
		return nalRandomAccess, nil
	case h264.NALUTypeNonIDR, h264.NALUTypeDataPartitionA:
		return nalSlice, nil
	case h264.NALUTypeAccessUnitDelimiter, h264.NALUTypeFillerData:
		return nalDropped, nil
	default:
		// Unspecified types are for the application (Table 7-1). In RTP they mean aggregation and fragments, so a
		// camera's private ones must not reach a packetiser.
		if typ == 0 || typ >= 24 {
			return nalDropped, nil
		}
		return nalOther, nil
	}
}

func (s h264Syntax) parseSet(nalu []byte) (parameterSet, error) {
	if h264.NALUType(nalu[0]&0x1f) == h264.NALUTypePPS {
		var buf [headerBytes]byte
		r := bitReader{buf: unescape(&buf, nalu[1:])}
		set := parameterSet{kind: pps, id: r.ue(), ref: r.ue()}
		if r.short || set.id > 255 || set.ref > 31 {
			return set, errors.New("PPS: cut short or out of range")
		}
		return set, nil
	}
	var v h264.SPS
	if err := v.Unmarshal(nalu); err != nil {
		return parameterSet{}, fmt.Errorf("SPS: %w", err)
	}
	if v.ID > 31 || v.ChromaFormatIdc > 3 || v.Log2MaxFrameNumMinus4 > 12 || v.Log2MaxPicOrderCntLsbMinus4 > 12 {
		return parameterSet{}, errors.New("SPS: value out of range")
	}
	set := parameterSet{
		kind: sps, id: v.ID, width: v.Width(), height: v.Height(), profile: h264Profile(&v),
		inOrder: h264InOrder(&v), frameNumBits: uint8(v.Log2MaxFrameNumMinus4 + 4),
		colourPlanes: v.SeparateColourPlaneFlag, fields: !v.FrameMbsOnlyFlag,
	}
	if v.PicOrderCntType == 0 {
		set.pocBits = uint8(v.Log2MaxPicOrderCntLsbMinus4 + 4)
	}
	if v.VUI != nil && v.VUI.TimingInfo != nil && v.VUI.TimingInfo.NumUnitsInTick > 0 {
		set.fps = plausibleRate(v.FPS())
	}
	return set.sized()
}

// h264InOrder reports whether the SPS rules out reordering: Baseline has no B slices, pic_order_cnt_type 2 is the decoding
// order (§8.2.1.3), and an encoder may say so outright (§E.2.1).
func h264InOrder(v *h264.SPS) bool {
	if v.ProfileIdc == 66 || v.PicOrderCntType == 2 {
		return true
	}
	return v.VUI != nil && v.VUI.BitstreamRestriction != nil && v.VUI.BitstreamRestriction.MaxNumReorderFrames == 0
}

// firstSlice reports whether first_mb_in_slice is 0, which as an Exp-Golomb code is a single 1 bit.
func (h264Syntax) firstSlice(nalu []byte) bool { return len(nalu) > 1 && nalu[1]&0x80 != 0 }

// order reads slice_header up to pic_order_cnt_lsb (§7.3.3).
func (h264Syntax) order(nalu []byte, class nalClass, sets parameterSets) (pictureOrder, error) {
	if len(nalu) < 2 {
		return pictureOrder{}, errNALUnitType
	}
	var buf [headerBytes]byte
	r := bitReader{buf: unescape(&buf, nalu[1:])}
	r.ue() // first_mb_in_slice
	sliceType := r.ue()
	o := pictureOrder{pps: r.ue(), bSlice: sliceType%5 == 1}
	set := sets.active(o.pps)
	if set == nil || set.inOrder || r.short {
		return o, r.err()
	}
	if set.colourPlanes {
		r.u(2)
	}
	r.u(int(set.frameNumBits))
	if set.fields && r.flag() { // field_pic_flag
		r.flag() // bottom_field_flag
	}
	if class == nalRandomAccess {
		r.ue() // idr_pic_id
	}
	o.bits = set.pocBits
	o.count = r.u(int(set.pocBits))
	return o, r.err()
}

// h264Profile names profile and level as people do: "Constrained Baseline 3.1" (§A.2, §A.3).
func h264Profile(v *h264.SPS) string {
	name := ""
	switch v.ProfileIdc {
	case 66:
		name = "Baseline"
		if v.ConstraintSet1Flag {
			name = "Constrained Baseline"
		}
	case 77:
		name = "Main"
	case 88:
		name = "Extended"
	case 100:
		name = "High"
		if v.ConstraintSet4Flag && v.ConstraintSet5Flag {
			name = "Constrained High"
		}
	case 110:
		name = "High 10"
	case 122:
		name = "High 4:2:2"
	case 244:
		name = "High 4:4:4 Predictive"
	default:
		name = fmt.Sprintf("profile %d", v.ProfileIdc)
	}
	if v.LevelIdc == 11 && v.ConstraintSet3Flag && v.ProfileIdc < 100 || v.LevelIdc == 9 {
		return name + " 1b"
	}
	return fmt.Sprintf("%s %d.%d", name, v.LevelIdc/10, v.LevelIdc%10)
}
