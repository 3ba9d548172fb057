package media

import (
	"sync"
	"time"
)

// MaxPooledUnitBytes is the largest buffer kept for reuse; larger ones are left to the garbage collector.
const MaxPooledUnitBytes = 1 << 20

// Unit is one encoded access unit: every NAL unit or OBU of a picture, or one audio frame.
//
// It is reference counted (see the package's Ownership). The publisher fills a unit from [NewUnit], publishes it and
// releases it; after that it is immutable.
type Unit struct {
	Track *Track

	// PTS and DTS are presentation and decoding time in ticks of Track.ClockRate. They are equal unless Track.Reordered.
	PTS, DTS int64

	// RandomAccess says that decoding can start here: an IDR (H.264), IRAP (H.265), key frame (AV1, VP8, VP9), any
	// MJPEG picture, any audio frame.
	RandomAccess bool

	// Captured is the wall-clock time of exposure or sampling, if the source knows it (RTCP sender report, camera
	// clock); zero otherwise.
	Captured time.Time

	// Arrived is when the last byte reached this process, stamped once, with Go's monotonic reading.
	Arrived time.Time

	// Parts are the NAL units without start codes (H.264, H.265), the OBUs without size fields and temporal delimiter
	// (AV1), or a single part: the whole frame (VP8, VP9, MJPEG, audio).
	Parts [][]byte

	// Regions are what detectors saw in this picture, where known.
	Regions []Region

	ref    ref
	buf    []byte // the newest chunk that Append copies into
	parent *Unit  // holds the bytes of a derived unit
}

var unitPool = sync.Pool{New: func() any { return new(Unit) }}

// NewUnit returns an empty unit of the track with one reference, which the caller owns. Its buffer is reused memory
// with room for size bytes; size is a hint.
func NewUnit(t *Track, size int) *Unit {
	u := unitPool.Get().(*Unit)
	u.Track = t
	if cap(u.buf) < size {
		u.buf = make([]byte, 0, size)
	}
	u.ref.init()
	liveUnits.Add(1)
	return u
}

// Append copies a part into the unit's own buffer. Only the unit's maker calls it, before publishing.
func (u *Unit) Append(part []byte) { u.AppendN(part) }

// AppendN is Append for a part that lies in pieces (an aggregated fragment and its rebuilt header).
func (u *Unit) AppendN(pieces ...[]byte) {
	n := 0
	for _, p := range pieces {
		n += len(p)
	}
	if cap(u.buf)-len(u.buf) < n {
		// Earlier parts go on pointing into the old chunk, which they keep alive.
		u.buf = make([]byte, 0, max(2*cap(u.buf), n, 2048))
	}
	start := len(u.buf)
	for _, p := range pieces {
		u.buf = append(u.buf, p...)
	}
	u.Parts = append(u.Parts, u.buf[start:len(u.buf):len(u.buf)])
}

// Size is the sum of the parts' lengths in bytes.
func (u *Unit) Size() int {
	n := 0
	for _, p := range u.Parts {
		n += len(p)
	}
	return n
}

// Derive returns a new unit with the same header over the same bytes, owned by the caller, whose header fields may be
// changed before it is published. It holds a reference on u.
func (u *Unit) Derive() *Unit {
	u.Retain()
	d := unitPool.Get().(*Unit)
	d.Track, d.PTS, d.DTS, d.RandomAccess = u.Track, u.PTS, u.DTS, u.RandomAccess
	d.Captured, d.Arrived, d.Regions = u.Captured, u.Arrived, u.Regions
	d.Parts = append(d.Parts[:0], u.Parts...)
	d.parent = u
	d.ref.init()
	liveUnits.Add(1)
	return d
}

// Retain adds an owner.
func (u *Unit) Retain() { u.ref.retain("unit") }

// Release drops an owner; the last one returns the memory to the pool.
func (u *Unit) Release() {
	if !u.ref.release("unit") {
		return
	}
	liveUnits.Add(-1)
	parent := u.parent
	clear(u.Parts)
	parts, buf := u.Parts[:0], u.buf[:0]
	if cap(buf) > MaxPooledUnitBytes {
		buf = nil
	}
	u.Track, u.Regions, u.parent = nil, nil, nil
	u.PTS, u.DTS, u.RandomAccess = 0, 0, false
	u.Captured, u.Arrived = time.Time{}, time.Time{}
	u.Parts, u.buf = parts, buf
	unitPool.Put(u)
	if parent != nil {
		parent.Release()
	}
}
