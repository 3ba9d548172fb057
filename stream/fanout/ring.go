package fanout

import (
	"sort"
	"sync"
	"time"
)

// Bounds of a ring: a packet that is lost twice over a path of 300 ms is still there, and a second of 30 Mbit/s fits.
const (
	ringAge     = 1500 * time.Millisecond
	ringPackets = 4096
)

// ring holds the last bursts of a feed.
type ring struct {
	mu      sync.RWMutex
	bursts  []*burst // in order, without gaps between their indices
	packets int
	next    uint64 // index of the next packet
}

// append numbers b, keeps a reference on it and lets go of what is old. Room is made in front, so that the slice's memory is
// reused.
func (r *ring) append(b *burst, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b.first, b.at = r.next, now
	r.next += uint64(len(b.packets))
	b.retain()
	r.bursts = append(r.bursts, b)
	r.packets += len(b.packets)
	old := 0
	for old < len(r.bursts)-1 && (r.packets > ringPackets || now.Sub(r.bursts[old].at) > ringAge) {
		r.packets -= len(r.bursts[old].packets)
		r.bursts[old].release()
		old++
	}
	if old > 0 {
		n := copy(r.bursts, r.bursts[old:])
		clear(r.bursts[n:])
		r.bursts = r.bursts[:n]
	}
}

// find returns the burst that holds the packet of the index, with a reference for the caller, and the packet's place in it; nil when
// it has gone or has not come.
func (r *ring) find(index uint64) (*burst, int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	i := sort.Search(len(r.bursts), func(i int) bool { return r.bursts[i].end() > index })
	if i == len(r.bursts) || r.bursts[i].first > index {
		return nil, 0
	}
	b := r.bursts[i]
	b.retain()
	return b, int(index - b.first)
}

// drop lets go of everything.
func (r *ring) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.bursts {
		b.release()
	}
	clear(r.bursts)
	r.bursts, r.packets = r.bursts[:0], 0
}
