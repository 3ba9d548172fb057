package libav

import (
	"fmt"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"vantage/media"
)

// profileName names profile and level as people know them, "High 4.1"; "" when the parameters do not say.
func profileName(codec media.Codec, params [][]byte) string {
	for _, p := range params {
		switch {
		case codec == media.H264 && len(p) >= 4 && p[0]&h264TypeMask == h264SPS:
			return fmt.Sprintf("%s %d.%d", h264Profile(p[1], p[2]), p[3]/10, p[3]%10)
		case codec == media.H265 && len(p) >= 2 && p[0]>>h265TypeShift&h265TypeMask == h265SPS:
			if name := h265Profile(h264.EmulationPreventionRemove(p)); name != "" {
				return name
			}
		}
	}
	return ""
}

// h264Profile names profile_idc with constraint_set flags (ITU-T H.264 annex A.2).
func h264Profile(idc, constraints byte) string {
	switch idc {
	case 66:
		if constraints&0x40 != 0 {
			return "Constrained Baseline"
		}
		return "Baseline"
	case 77:
		return "Main"
	case 88:
		return "Extended"
	case 100:
		return "High"
	case 110:
		return "High 10"
	case 122:
		return "High 4:2:2"
	case 244:
		return "High 4:4:4 Predictive"
	default:
		return fmt.Sprintf("profile %d", idc)
	}
}

// h265Profile reads profile_tier_level of an SPS without emulation prevention (ITU-T H.265 §7.3.3), whose level is thirty
// times its number.
func h265Profile(sps []byte) string {
	const profileAt, levelAt = 3, 14
	if len(sps) <= levelAt {
		return ""
	}
	names := [...]string{1: "Main", 2: "Main 10", 3: "Main Still Picture", 4: "Range Extensions"}
	idc := int(sps[profileAt] & 0x1f)
	name := fmt.Sprintf("profile %d", idc)
	if idc > 0 && idc < len(names) {
		name = names[idc]
	}
	level := sps[levelAt]
	return fmt.Sprintf("%s %d.%d", name, level/30, level%30/3)
}
