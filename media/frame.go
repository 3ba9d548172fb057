package media

import (
	"fmt"
	"math/bits"
	"sync"
	"time"
)

// PixelFormat is the memory layout of a picture.
type PixelFormat uint8

// The pixel formats that cross package borders. All are 8 bits a sample, limited range unless Frame.FullRange.
const (
	I420  PixelFormat = iota + 1 // planar Y, U, V, chroma halved both ways
	NV12                         // planar Y, interleaved UV, chroma halved both ways
	Gray8                        // Y alone
	RGBA                         // packed, 4 bytes a pixel
)

func (f PixelFormat) String() string {
	switch f {
	case I420:
		return "i420"
	case NV12:
		return "nv12"
	case Gray8:
		return "gray8"
	case RGBA:
		return "rgba"
	default:
		return "unknown"
	}
}

// Backing is memory that a frame stands on and does not own itself, such as an AVFrame. Free is called once, when
// the frame's last owner releases it.
type Backing interface{ Free() }

// Frame is one decoded picture: plane views over a backing in host memory, or device memory where Planes is empty.
//
// It is reference counted like [Unit] and immutable once passed on.
type Frame struct {
	WidthPx, HeightPx int
	Format            PixelFormat
	FullRange         bool

	// Planes and Strides (bytes per row) view the picture's samples; row y of plane p starts at y*Strides[p].
	Planes  [][]byte
	Strides []int

	// PTS is in ticks of ClockRate; it continues the time line of the unit that the picture was decoded from.
	PTS       int64
	ClockRate int

	// Captured and Arrived are those of the unit.
	Captured, Arrived time.Time

	// Regions is the plan to encode the picture with: offsets by rectangle, the first match wins.
	Regions []Region

	// Backing is the memory behind the planes when it is not the frame's own; a backend may look it up to avoid copies.
	Backing Backing

	ref    ref
	buf    []byte
	parent *Frame
}

// framePools keep released frames by the binary logarithm of their memory, headers without memory at 0. In one pool, the
// small frames of detectors would sit on the memory of large pictures, which would then be allocated again and again.
var framePools [bits.UintSize + 1]sync.Pool

// pooledFrame returns a dead frame with size bytes of memory.
func pooledFrame(size int) *Frame {
	f, _ := framePools[bits.Len(uint(size))].Get().(*Frame)
	if f == nil {
		f = new(Frame)
	}
	if cap(f.buf) < size {
		f.buf = make([]byte, size)
	}
	return f
}

// MaxFrameSidePx bounds the width and height of a picture.
const MaxFrameSidePx = 16384

// NewFrame returns a picture over reused host memory, with one reference, which the caller owns. The samples are not
// cleared. It panics if a side is not in 1..MaxFrameSidePx: sizes from outside are checked where they are parsed.
func NewFrame(format PixelFormat, widthPx, heightPx int) *Frame {
	if widthPx < 1 || heightPx < 1 || widthPx > MaxFrameSidePx || heightPx > MaxFrameSidePx {
		panic(fmt.Sprintf("media: frame size %dx%d out of range", widthPx, heightPx))
	}
	cw, ch := (widthPx+1)/2, (heightPx+1)/2
	var strides, rows [3]int
	n := 1
	switch format {
	case I420:
		n, strides, rows = 3, [3]int{widthPx, cw, cw}, [3]int{heightPx, ch, ch}
	case NV12:
		n, strides, rows = 2, [3]int{widthPx, 2 * cw}, [3]int{heightPx, ch}
	case Gray8:
		strides[0], rows[0] = widthPx, heightPx
	case RGBA:
		strides[0], rows[0] = 4*widthPx, heightPx
	default:
		panic("media: frame of unknown pixel format")
	}
	size := strides[0]*rows[0] + strides[1]*rows[1] + strides[2]*rows[2]
	f := pooledFrame(size)
	f.WidthPx, f.HeightPx, f.Format = widthPx, heightPx, format
	rest := f.buf[:size]
	for p := range n {
		s := strides[p] * rows[p]
		f.Planes = append(f.Planes, rest[:s:s])
		f.Strides = append(f.Strides, strides[p])
		rest = rest[s:]
	}
	f.ref.init()
	liveFrames.Add(1)
	return f
}

// WrapFrame returns a picture over b, with one reference, which the caller owns; the caller sets the header and the
// plane views. b is freed with the last reference.
func WrapFrame(b Backing) *Frame {
	f := pooledFrame(0)
	f.Backing = b
	f.ref.init()
	liveFrames.Add(1)
	return f
}

// Derive returns a new header over the same samples, owned by the caller, whose fields (Regions above all) may be
// changed before it is passed on. It holds a reference on f.
func (f *Frame) Derive() *Frame {
	f.Retain()
	d := pooledFrame(0)
	d.WidthPx, d.HeightPx, d.Format, d.FullRange = f.WidthPx, f.HeightPx, f.Format, f.FullRange
	d.Planes = append(d.Planes[:0], f.Planes...)
	d.Strides = append(d.Strides[:0], f.Strides...)
	d.PTS, d.ClockRate, d.Captured, d.Arrived = f.PTS, f.ClockRate, f.Captured, f.Arrived
	d.Regions, d.Backing = f.Regions, f.Backing
	d.parent = f
	d.ref.init()
	liveFrames.Add(1)
	return d
}

// Retain adds an owner.
func (f *Frame) Retain() { f.ref.retain("frame") }

// Release drops an owner; the last one frees the backing and returns the memory to the pool.
func (f *Frame) Release() {
	if !f.ref.release("frame") {
		return
	}
	liveFrames.Add(-1)
	parent, backing := f.parent, f.Backing
	clear(f.Planes)
	f.Planes, f.Strides = f.Planes[:0], f.Strides[:0]
	f.WidthPx, f.HeightPx, f.Format, f.FullRange = 0, 0, 0, false
	f.PTS, f.ClockRate, f.Captured, f.Arrived = 0, 0, time.Time{}, time.Time{}
	f.Regions, f.Backing, f.parent = nil, nil, nil
	framePools[bits.Len(uint(cap(f.buf)))].Put(f)
	switch {
	case parent != nil:
		parent.Release()
	case backing != nil:
		backing.Free()
	}
}
