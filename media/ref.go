package media

import "sync/atomic"

// ref counts the owners of a pooled value. The zero value is dead; init makes the first reference.
type ref struct{ n atomic.Int32 }

func (r *ref) init() { r.n.Store(1) }

// retain adds an owner. It panics on a dead value, because its memory may already carry another picture.
func (r *ref) retain(what string) {
	if r.n.Add(1) <= 1 {
		r.n.Add(-1) // stays dead, should somebody recover
		panic("media: retain of a released " + what)
	}
}

// release drops an owner and reports whether it was the last.
func (r *ref) release(what string) bool {
	n := r.n.Add(-1)
	if n < 0 {
		r.n.Add(1)
		panic("media: release of a released " + what)
	}
	return n == 0
}

// live counts what is not released yet; mediatest.NoLeaks reads it.
var liveUnits, liveFrames atomic.Int64

// Live returns the number of units and frames that are alive in the process: for leak tests and for metrics.
func Live() (units, frames int64) { return liveUnits.Load(), liveFrames.Load() }
