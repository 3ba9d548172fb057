package bitstream

import (
	"bytes"
	"fmt"

	"vantage/media"
)

// nalClass is what a NAL unit is for, the same in H.264 and H.265.
type nalClass uint8

const (
	nalOther   nalClass = iota // kept as it is: SEI, end of sequence, …
	nalDropped                 // delimiters, filler, and types that decoders must ignore
	nalVPS
	nalSPS
	nalPPS
	nalSlice
	nalRandomAccess // a slice of a picture at which decoding can start
)

func (c nalClass) set() setKind {
	switch c {
	case nalVPS:
		return vps
	case nalSPS:
		return sps
	case nalPPS:
		return pps
	default:
		return notASet
	}
}

// nalSyntax is what differs between H.264 and H.265.
type nalSyntax interface {
	// classify reads the NAL unit header.
	classify(nalu []byte) (nalClass, error)

	// parseSet reads a parameter set.
	parseSet(nalu []byte) (parameterSet, error)

	// firstSlice reports whether the slice is the first of its picture.
	firstSlice(nalu []byte) bool

	// order reads the place of the slice's picture in presentation order.
	order(nalu []byte, class nalClass, sets parameterSets) (pictureOrder, error)
}

// nalParser inspects H.264 and H.265.
type nalParser struct {
	syntax    nalSyntax
	sets      parameterSets
	reorder   reorderWatch
	reordered bool
	inBand    [][]byte // parameter sets of the present unit; its array is reused
}

func (p *nalParser) configure(params [][]byte) {
	for _, data := range params {
		if class, err := p.syntax.classify(data); err != nil || class.set() == notASet {
			continue
		}
		if next, err := p.sets.with([][]byte{data}, false, p.syntax.parseSet); err == nil {
			p.sets = next
		}
	}
}

func (p *nalParser) describe(t *media.Track) {
	t.Params = p.sets.data()
	t.Reordered = p.reordered
	if s := p.sets.active(0); s != nil {
		t.WidthPx, t.HeightPx, t.Profile = s.width, s.height, s.profile
		if s.fps > 0 {
			t.FrameRate = s.fps
		}
	}
}

func (p *nalParser) inspect(parts [][]byte, f *findings) error {
	p.inBand = p.inBand[:0]
	var kinds [pps + 1]bool
	var slice []byte // the first of the picture to arrive
	var sliceClass nalClass
	start := false // the first slice of a random-access picture is here
	for _, nalu := range parts {
		if len(nalu) == 0 {
			continue
		}
		class, err := p.syntax.classify(nalu)
		if err != nil {
			return err
		}
		switch class {
		case nalDropped:
			continue
		case nalVPS, nalSPS, nalPPS:
			if len(p.inBand) == maxParameterSets {
				return errParameterSets
			}
			p.inBand = append(p.inBand, nalu)
			kinds[class.set()] = true
		case nalSlice, nalRandomAccess:
			if slice == nil {
				slice, sliceClass = nalu, class
			}
			start = start || class == nalRandomAccess && p.syntax.firstSlice(nalu)
		}
		f.parts = append(f.parts, nalu)
	}

	// A random-access picture with all sets in front begins a sequence anew, and what is not repeated is gone.
	// Otherwise they add to what is known.
	next, err := p.learn(start && kinds[sps] && kinds[pps] && (kinds[vps] || !p.sets.hasKind(vps)))
	if err != nil {
		return err
	}
	if a, b := p.sets.active(0), next.active(0); a != nil && b != nil && !bytes.Equal(a.data, b.data) {
		p.reorder = reorderWatch{} // another encoder, or another set-up of it
	}
	if slice != nil {
		order, err := p.syntax.order(slice, sliceClass, next)
		if err != nil {
			return fmt.Errorf("slice: %w", err)
		}
		p.watch(order, sliceClass, next, f)
	}
	if len(next) != len(p.sets) || len(next) > 0 && &next[0] != &p.sets[0] {
		p.sets, f.changed = next, true
	}
	f.random = start && p.sets.complete()
	if f.random && (!kinds[sps] || !kinds[pps] || !kinds[vps] && p.sets.hasKind(vps)) {
		p.insertSets(f)
	}
	return nil
}

// learn returns the parameter sets as they are after the present unit: p.sets itself when it brings nothing new.
func (p *nalParser) learn(replace bool) (parameterSets, error) {
	if len(p.inBand) == 0 || p.sets.same(p.inBand, replace) {
		return p.sets, nil
	}
	return p.sets.with(p.inBand, replace, p.syntax.parseSet)
}

// watch follows the order of pictures, and starts afresh when another sequence begins.
func (p *nalParser) watch(o pictureOrder, class nalClass, sets parameterSets, f *findings) {
	was := p.reordered
	s := sets.active(o.pps)
	switch {
	case s == nil || s.inOrder:
		p.reordered, p.reorder = false, reorderWatch{}
	case p.reorder.observe(o, class == nalRandomAccess):
		p.reordered = true
	}
	f.changed = f.changed || was != p.reordered
}

// insertSets puts all known parameter sets in front, in the place of those that the unit has.
func (p *nalParser) insertSets(f *findings) {
	kept := 0
	for _, nalu := range f.parts {
		if class, _ := p.syntax.classify(nalu); class.set() == notASet {
			f.parts[kept] = nalu
			kept++
		}
	}
	for range p.sets {
		f.parts = append(f.parts, nil)
	}
	n := kept + len(p.sets)
	copy(f.parts[len(p.sets):n], f.parts[:kept])
	for i := range p.sets {
		f.parts[i] = p.sets[i].data
	}
	f.parts = f.parts[:n]
}
