package bitstream

import (
	"errors"
	"fmt"
	"slices"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
)

// h265Syntax is ITU-T H.265 §7.3.
type h265Syntax struct{}

func h265Type(nalu []byte) h265.NALUType { return h265.NALUType(nalu[0] >> 1 & 0x3f) }

func isIDR(t h265.NALUType) bool {
	return t == h265.NALUType_IDR_W_RADL || t == h265.NALUType_IDR_N_LP
}

func (h265Syntax) classify(nalu []byte) (nalClass, error) {
	if nalu[0]&0x80 != 0 {
		return nalOther, errForbiddenBit
	}
	if len(nalu) < 3 { // a header of two bytes and at least one of payload
		return nalOther, errNALUnitType
	}
	switch typ := h265Type(nalu); {
	case typ == h265.NALUType_VPS_NUT:
		return nalVPS, nil
	case typ == h265.NALUType_SPS_NUT:
		return nalSPS, nil
	case typ == h265.NALUType_PPS_NUT:
		return nalPPS, nil
	case typ >= h265.NALUType_BLA_W_LP && typ <= h265.NALUType_CRA_NUT: // IRAP, §3.69
		return nalRandomAccess, nil
	case typ < h265.NALUType_BLA_W_LP:
		return nalSlice, nil
	case typ == h265.NALUType_AUD_NUT, typ == h265.NALUType_FD_NUT, typ >= 48:
		// From 48 on types are unspecified (Table 7-1), and mean aggregation and fragments in RTP.
		return nalDropped, nil
	default:
		return nalOther, nil
	}
}

func (s h265Syntax) parseSet(nalu []byte) (parameterSet, error) {
	switch h265Type(nalu) {
	case h265.NALUType_VPS_NUT:
		return parameterSet{kind: vps, id: uint32(nalu[2] >> 4)}, nil
	case h265.NALUType_PPS_NUT:
		var v h265.PPS
		if err := v.Unmarshal(nalu); err != nil || v.ID > 63 || v.SPSID > 15 {
			return parameterSet{}, errors.New("PPS: cut short or out of range")
		}
		return parameterSet{
			kind: pps, id: v.ID, ref: v.SPSID,
			extraSliceBits: v.NumExtraSliceHeaderBits, outputFlag: v.OutputFlagPresentFlag,
		}, nil
	}
	var v h265.SPS
	err := v.Unmarshal(nalu)
	if err != nil && describesSubLayers(&v.ProfileTierLevel) {
		// The parser gives up before it has come to the size; temporal layers of cameras play all the same.
		return parameterSet{kind: sps, profile: h265Profile(&v), inOrder: true}, nil
	}
	// It also gives up at long-term reference pictures listed in the SPS, as the "smart" modes of cameras have; all
	// that we need comes before them, but for the frame rate.
	if err != nil && !v.LongTermRefPicsPresentFlag {
		return parameterSet{}, fmt.Errorf("SPS: %w", err)
	}
	if v.ID > 15 || v.Log2MaxPicOrderCntLsbMinus4 > 12 {
		return parameterSet{}, errors.New("SPS: value out of range")
	}
	set := parameterSet{
		kind: sps, id: uint32(v.ID), width: v.Width(), height: v.Height(), profile: h265Profile(&v),
		inOrder: v.MaxNumReorderPics[v.MaxSubLayersMinus1] == 0,
		pocBits: uint8(v.Log2MaxPicOrderCntLsbMinus4 + 4), colourPlanes: v.SeparateColourPlaneFlag,
	}
	if v.VUI != nil && v.VUI.TimingInfo != nil && v.VUI.TimingInfo.NumUnitsInTick > 0 {
		set.fps = plausibleRate(v.FPS())
	}
	return set.sized()
}

// describesSubLayers reports whether profile_tier_level holds those of single temporal sub-layers (§7.3.3).
func describesSubLayers(p *h265.SPS_ProfileTierLevel) bool {
	return slices.Contains(p.SubLayerProfilePresentFlag, true) || slices.Contains(p.SubLayerLevelPresentFlag, true)
}

// firstSlice is first_slice_segment_in_pic_flag.
func (h265Syntax) firstSlice(nalu []byte) bool { return nalu[2]&0x80 != 0 }

// order reads slice_segment_header up to slice_pic_order_cnt_lsb (§7.3.6.1).
func (s h265Syntax) order(nalu []byte, class nalClass, sets parameterSets) (pictureOrder, error) {
	var buf [headerBytes]byte
	r := bitReader{buf: unescape(&buf, nalu[2:])}
	first := r.flag()
	if class == nalRandomAccess {
		r.flag() // no_output_of_prior_pics_flag
	}
	o := pictureOrder{pps: r.ue()}
	set, p := sets.active(o.pps), sets.find(pps, o.pps)
	if r.short || !first || set == nil || set.inOrder || p == nil || isIDR(h265Type(nalu)) {
		return o, r.err() // the order count of an IDR is 0, and it restarts the watch anyway
	}
	r.u(int(p.extraSliceBits))
	r.ue() // slice_type
	if p.outputFlag {
		r.flag()
	}
	if set.colourPlanes {
		r.u(2)
	}
	o.bits = set.pocBits
	o.count = r.u(int(set.pocBits))
	return o, r.err()
}

// h265Profile names profile and level as people do: "Main 10 4.1" (§A.3, §A.4).
func h265Profile(v *h265.SPS) string {
	names := [...]string{1: "Main", 2: "Main 10", 3: "Main Still Picture", 4: "Range Extensions", 9: "Screen Content"}
	ptl := &v.ProfileTierLevel
	name := fmt.Sprintf("profile %d", ptl.GeneralProfileIdc)
	if int(ptl.GeneralProfileIdc) < len(names) && names[ptl.GeneralProfileIdc] != "" {
		name = names[ptl.GeneralProfileIdc]
	}
	if ptl.GeneralTierFlag == 1 {
		name += " High Tier"
	}
	return fmt.Sprintf("%s %d.%d", name, ptl.GeneralLevelIdc/30, ptl.GeneralLevelIdc%30/3)
}
