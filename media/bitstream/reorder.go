package bitstream

// pictureOrder is the place of a picture in presentation order, as far as its first slice tells.
type pictureOrder struct {
	pps    uint32 // the PPS that the slice refers to
	count  uint32 // pic_order_cnt_lsb
	bits   uint8  // its width; 0 when the order is not coded this way
	bSlice bool   // H.264: predicted from two lists
}

// How often pictures must be seen to step back in presentation order, within how many pictures, before a stream counts as
// reordered. One step proves nothing: after a loss of half the range of the order count (four pictures of a camera with
// the smallest range) the next picture seems to step back too. Streams with B-frames step back once in every two to
// eight pictures.
const (
	reorderSteps  = 2
	reorderWindow = 32
)

// reorderWatch finds out whether pictures come in another order than they are shown. It looks at the order count and not
// at slice types, because low-delay encoders use B slices that only refer to the past.
type reorderWatch struct {
	prev  uint32
	known bool // prev is set
	steps uint8
	since uint8 // pictures since the first of steps
	found bool
}

// observe takes the next picture in decoding order and reports whether the stream is known to be reordered. restart
// says that order counts may begin anew.
func (w *reorderWatch) observe(o pictureOrder, restart bool) bool {
	back := o.bSlice && o.bits == 0
	if o.bits > 0 {
		if w.known && !restart {
			half := uint32(1) << (o.bits - 1)
			diff := (o.count - w.prev) & (2*half - 1)
			back = diff > half
		}
		w.prev, w.known = o.count, true
	}
	if w.steps > 0 {
		w.since++
	}
	if w.since > reorderWindow {
		w.steps, w.since = 0, 0
	}
	if back {
		w.steps++
	}
	if w.steps >= reorderSteps {
		w.found, w.steps, w.since = true, 0, 0
	}
	return w.found
}
