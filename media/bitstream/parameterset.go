package bitstream

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// The limits on parameter sets. Encoders use one to three of a hundred bytes or less each.
const (
	maxParameterSets     = 64
	maxParameterSetBytes = 4096
)

var errParameterSets = errors.New("too many or too large parameter sets")

// setKind orders parameter sets as they are sent.
type setKind uint8

const (
	notASet setKind = iota
	vps
	sps
	pps
)

func (k setKind) String() string { return [...]string{"NAL unit", "VPS", "SPS", "PPS"}[k] }

// parameterSet is one VPS, SPS or PPS and what we need to know of it.
type parameterSet struct {
	kind    setKind
	id, ref uint32 // its own number, and that of the SPS that a PPS refers to
	data    []byte

	// of an SPS
	width, height int
	fps           float64
	profile       string
	inOrder       bool  // pictures are never reordered
	frameNumBits  uint8 // H.264 frame_num
	pocBits       uint8 // pic_order_cnt_lsb; 0 when the order count is not coded this way
	colourPlanes  bool  // separate_colour_plane_flag
	fields        bool  // H.264: pictures may be fields

	// of an H.265 PPS
	extraSliceBits uint8
	outputFlag     bool
}

// parameterSets are the active sets, ordered by kind. The list is replaced, never changed in place, because tracks
// share its bytes.
type parameterSets []parameterSet

// has reports whether the list contains exactly these bytes.
func (l parameterSets) has(data []byte) bool {
	return slices.ContainsFunc(l, func(s parameterSet) bool { return bytes.Equal(s.data, data) })
}

func (l parameterSets) hasKind(k setKind) bool {
	return slices.ContainsFunc(l, func(s parameterSet) bool { return s.kind == k })
}

func (l parameterSets) find(k setKind, id uint32) *parameterSet {
	for i := range l {
		if l[i].kind == k && l[i].id == id {
			return &l[i]
		}
	}
	return nil
}

// active returns the SPS that a PPS leads to; without such a PPS the first SPS; nil when there is none.
func (l parameterSets) active(ppsID uint32) *parameterSet {
	if p := l.find(pps, ppsID); p != nil {
		if s := l.find(sps, p.ref); s != nil {
			return s
		}
	}
	for i := range l {
		if l[i].kind == sps {
			return &l[i]
		}
	}
	return nil
}

// complete reports whether a decoder could start with these sets. The VPS is not asked for, for decoders of one layer
// do without it and some cameras leave it out.
func (l parameterSets) complete() bool { return l.hasKind(sps) && l.hasKind(pps) }

// data returns the sets' bytes in sending order.
func (l parameterSets) data() [][]byte {
	out := make([][]byte, len(l))
	for i := range l {
		out[i] = l[i].data
	}
	return out
}

// same reports whether with would return a list equal to l.
func (l parameterSets) same(in [][]byte, replace bool) bool {
	for _, data := range in {
		if !l.has(data) {
			return false
		}
	}
	if !replace {
		return true
	}
	for i := range l {
		if !slices.ContainsFunc(in, func(data []byte) bool { return bytes.Equal(data, l[i].data) }) {
			return false
		}
	}
	return true
}

// with returns the list after the sets in arrive: over the old list by kind and number, or in its place.
func (l parameterSets) with(in [][]byte, replace bool, parse func([]byte) (parameterSet, error)) (parameterSets, error) {
	var next parameterSets
	if !replace {
		next = slices.Clone(l)
	}
	for _, data := range in {
		if len(data) > maxParameterSetBytes {
			return l, errParameterSets
		}
		s, err := parse(data)
		if err != nil {
			return l, err
		}
		s.data = bytes.Clone(data)
		if old := next.find(s.kind, s.id); old != nil {
			*old = s
		} else if next = append(next, s); len(next) > maxParameterSets {
			return l, errParameterSets
		}
	}
	slices.SortStableFunc(next, func(a, b parameterSet) int { return int(a.kind) - int(b.kind) })
	return next, nil
}

// sized checks the size that an SPS tells.
func (s parameterSet) sized() (parameterSet, error) {
	if !plausibleSize(s.width, s.height) {
		return s, fmt.Errorf("SPS: picture size %dx%d", s.width, s.height)
	}
	return s, nil
}
