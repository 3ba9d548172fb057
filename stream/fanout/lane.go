package fanout

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// laneBacklog bounds the bursts that wait for a lane. It is reached only when the machine cannot keep up.
const laneBacklog = 256

// job is a burst to send to a lane's viewers of a feed.
type job struct {
	feed  *feed
	burst *burst
}

// lane sends bursts to its share of the viewers, one after the other.
type lane struct {
	fan   *Fan
	index int
	wake  chan struct{} // capacity 1

	header rtp.Header // of the packet being sent

	mu      sync.Mutex
	jobs    []job
	outputs map[*feed][]*output // slices are replaced, never changed
	streams int
}

func newLane(f *Fan, index int) *lane {
	return &lane{fan: f, index: index, wake: make(chan struct{}, 1), outputs: make(map[*feed][]*output)}
}

func (l *lane) add(o *output) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outputs[o.feed] = append(slices.Clip(l.outputs[o.feed]), o)
	l.streams++
	o.feed.members[l.index].Add(1)
}

func (l *lane) remove(o *output) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.outputs[o.feed]
	i := slices.Index(old, o)
	if i < 0 {
		return
	}
	if len(old) == 1 {
		delete(l.outputs, o.feed)
	} else {
		l.outputs[o.feed] = slices.Concat(old[:i], old[i+1:])
	}
	l.streams--
	o.feed.members[l.index].Add(-1)
}

// load is the number of streams that the lane carries.
func (l *lane) load() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.streams
}

func (l *lane) watchers(f *feed) []*output {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.outputs[f]
}

// push never blocks. When too much waits, the burst is skipped: its viewers see a loss, which the ring can mend.
func (l *lane) push(f *feed, b *burst) {
	l.mu.Lock()
	full := len(l.jobs) >= laneBacklog
	if !full {
		b.retain()
		l.jobs = append(l.jobs, job{f, b})
	}
	l.mu.Unlock()
	if full {
		l.fan.metrics.droppedBursts.Inc()
		return
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *lane) run(ctx context.Context) {
	var batch []job
	for {
		l.mu.Lock()
		batch, l.jobs = l.jobs, batch[:0]
		l.mu.Unlock()
		for _, j := range batch {
			l.send(j)
			j.burst.release()
		}
		clear(batch)
		if len(batch) > 0 {
			continue
		}
		select {
		case <-l.wake:
		case <-ctx.Done():
			return
		}
	}
}

// drop releases what waits, once the lane does not run any more.
func (l *lane) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, j := range l.jobs {
		j.burst.release()
	}
	l.jobs = nil
}

// send walks the viewers of a burst.
func (l *lane) send(j job) {
	now := time.Now()
	packets, bytes := 0, 0
	for _, o := range l.watchers(j.feed) {
		n, size := o.send(j.burst, &l.header, now)
		packets, bytes = packets+n, bytes+size
	}
	if packets == 0 {
		return
	}
	l.fan.metrics.sent(j, packets, bytes)
}
