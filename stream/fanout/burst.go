package fanout

import (
	"sync"
	"sync/atomic"
	"time"
)

// maxPooledBurstBytes is the largest buffer kept for reuse.
const maxPooledBurstBytes = 1 << 20

// burst is one access unit as RTP payloads: immutable once it is in the ring, and reference counted.
type burst struct {
	first    uint64 // index of its first packet in the feed
	pts      int64  // in ticks of the RTP clock
	random   bool   // decoding can start here
	captured time.Time
	arrived  time.Time
	at       time.Time // when it was packetised

	packets []packet
	data    []byte // the payloads, one behind the other

	refs atomic.Int32
}

// packet is one RTP payload of a burst.
type packet struct {
	off, end uint32 // in burst.data
	ts       uint32 // after the burst's pts, in ticks
	marker   bool
}

var burstPool = sync.Pool{New: func() any { return new(burst) }}

// newBurst returns an empty burst with one reference.
func newBurst() *burst {
	b := burstPool.Get().(*burst)
	b.refs.Store(1)
	return b
}

func (b *burst) add(payload []byte, ts uint32, marker bool) {
	off := uint32(len(b.data))
	b.data = append(b.data, payload...)
	b.packets = append(b.packets, packet{off, uint32(len(b.data)), ts, marker})
}

// end is the index after the last packet.
func (b *burst) end() uint64 { return b.first + uint64(len(b.packets)) }

func (b *burst) payload(i int) []byte {
	k := &b.packets[i]
	return b.data[k.off:k.end:k.end]
}

func (b *burst) retain() {
	if b.refs.Add(1) <= 1 {
		panic("fanout: retain of a released burst")
	}
}

func (b *burst) release() {
	switch n := b.refs.Add(-1); {
	case n > 0:
		return
	case n < 0:
		panic("fanout: release of a released burst")
	}
	data, packets := b.data[:0], b.packets[:0]
	if cap(data) > maxPooledBurstBytes {
		data = nil
	}
	b.first, b.pts, b.random = 0, 0, false
	b.captured, b.arrived, b.at = time.Time{}, time.Time{}, time.Time{}
	b.data, b.packets = data, packets
	burstPool.Put(b)
}
