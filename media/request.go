package media

import (
	"sync"
	"time"
)

// KeyFrameInterval is the shortest time between two key frames asked of one publisher, however many subscribers ask.
const KeyFrameInterval = 500 * time.Millisecond

// Request is what a subscriber asks of the publisher. Zero fields ask nothing.
type Request struct {
	// KeyFrame asks for a random-access unit as soon as possible (a PLI or a forced IDR).
	KeyFrame bool

	// BitrateBPS is the bitrate in bit/s that the subscriber can take; the least of all subscribers' is delivered. A
	// negative value withdraws an earlier wish.
	BitrateBPS int
}

// Demand merges the requests of many subscribers for one publisher: a mailbox of the latest wishes. Key-frame wishes are
// delivered at most once per [KeyFrameInterval].
type Demand struct {
	mu      sync.Mutex
	wake    chan struct{} // capacity 1
	key     bool
	lastKey time.Time
	timer   *time.Timer
	bitrate int // latest merged; delivered when it differs from sent
	sent    int
}

// NewDemand returns an empty mailbox.
func NewDemand() *Demand { return &Demand{wake: make(chan struct{}, 1)} }

// C becomes readable when Take has something to say.
func (d *Demand) C() <-chan struct{} { return d.wake }

// RequestKeyFrame asks for a key frame; wishes within KeyFrameInterval of the last delivery are merged and delayed.
func (d *Demand) RequestKeyFrame() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.key {
		return
	}
	d.key = true
	if wait := KeyFrameInterval - time.Since(d.lastKey); wait > 0 && !d.lastKey.IsZero() {
		d.timer = time.AfterFunc(wait, func() { signal(d.wake) })
		return
	}
	signal(d.wake)
}

// SetBitrate replaces the merged bitrate wish; 0 withdraws it.
func (d *Demand) SetBitrate(bps int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bitrate = bps
	if bps != d.sent {
		signal(d.wake)
	}
}

// Bitrate is the merged bitrate wish that stands, taken or not; 0 is none. A publisher that begins again on the same hub
// starts from it.
func (d *Demand) Bitrate() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.bitrate
}

// Take returns what is wished and not taken yet; ok is false when there is nothing. A BitrateBPS of -1 says that nobody
// limits the bitrate any more.
func (d *Demand) Take() (r Request, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.key && (d.lastKey.IsZero() || time.Since(d.lastKey) >= KeyFrameInterval) {
		d.key, d.lastKey = false, time.Now()
		r.KeyFrame, ok = true, true
	}
	if d.bitrate != d.sent {
		d.sent = d.bitrate
		r.BitrateBPS, ok = d.bitrate, true
		if d.bitrate == 0 {
			r.BitrateBPS = -1
		}
	}
	return r, ok
}

// Stop forgets a key-frame wish that waits for its time; the mailbox stays usable.
func (d *Demand) Stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer, d.key = nil, false
	}
}
