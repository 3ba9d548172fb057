package file

import (
	"context"
	"time"

	"vantage/media"
)

// player puts the units of pass after pass on one time line and publishes them when they are due.
type player struct {
	pub    media.Publisher
	start  time.Time     // of the time line
	offset time.Duration // of this pass on it
	lanes  map[*media.Track]*lane
	known  []*media.Track // as published
	length time.Duration  // of this pass so far
}

// lane is one track in one pass.
type lane struct {
	out  *media.Track
	last int64 // DTS in the file
	step int64 // between the last two
	any  bool
}

// begin announces a pass's tracks: those of the pass before where nothing changed, as it only does when somebody replaced
// the file.
func (p *player) begin(tracks []*media.Track) {
	p.lanes = make(map[*media.Track]*lane, len(tracks))
	out := make([]*media.Track, len(tracks))
	changed := len(tracks) != len(p.known)
	for i, t := range tracks {
		out[i] = t
		for _, k := range p.known {
			if k.ID != t.ID {
				continue
			}
			if k.SameParams(t) {
				out[i] = k
				break
			}
			n := *t
			n.Epoch = k.Epoch + 1
			out[i] = &n
		}
		p.lanes[t] = &lane{out: out[i]}
		changed = changed || i < len(p.known) && p.known[i] != out[i]
	}
	p.known = out
	if changed {
		p.pub.SetTracks(out)
	}
}

// play waits until u is due and publishes it.
func (p *player) play(ctx context.Context, u *media.Unit) error {
	l := p.lanes[u.Track]
	if l == nil {
		return nil // not announced
	}
	rate := l.out.ClockRate
	if l.any && u.DTS > l.last {
		l.step = u.DTS - l.last
	}
	l.last, l.any = max(l.last, u.DTS), true
	p.length = max(p.length, media.Duration(l.last+l.step, rate))

	due := p.start.Add(p.offset + media.Duration(u.DTS, rate))
	now := time.Now()
	switch late := now.Sub(due); {
	case late > maxLate:
		p.start = p.start.Add(late)
		due = now
	case late < 0:
		t := time.NewTimer(-late)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	shift := media.Ticks(p.offset, rate)
	u.Track = l.out
	u.PTS, u.DTS = u.PTS+shift, u.DTS+shift
	u.Captured, u.Arrived = due.Round(0), time.Now()
	p.pub.Publish(u)
	return nil
}

// end closes a pass: the next one goes on after its last unit.
func (p *player) end() {
	p.offset += p.length
	p.length = 0
}
