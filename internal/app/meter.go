package app

import (
	"time"

	"vantage/media"
)

// Rates of a hub are averaged over rateWindow; the saving of a rendition over savingWindow.
const (
	sampleInterval = time.Second
	rateWindow     = 3
	savingWindow   = 30
)

// meter turns a hub's counts into rates. The feed's lock guards it.
type meter struct {
	samples [savingWindow + 1]sample // ring; the newest at n-1
	n       int
}

type sample struct {
	at              time.Time
	bytes, pictures uint64
}

// add takes the hub's counts of this moment.
func (m *meter) add(now time.Time, s media.HubStats) {
	m.samples[m.n%len(m.samples)] = sample{now, s.Bytes, s.Pictures}
	m.n++
}

// rate returns the bitrate in bit/s and the pictures per second over the newest intervals seconds, 0 while too young.
func (m *meter) rate(intervals int) (bps, fps float64) {
	intervals = min(intervals, m.n-1, len(m.samples)-1)
	if intervals < 1 {
		return 0, 0
	}
	last := m.samples[(m.n-1)%len(m.samples)]
	first := m.samples[(m.n-1-intervals)%len(m.samples)]
	d := last.at.Sub(first.at).Seconds()
	if d <= 0 {
		return 0, 0
	}
	return float64(last.bytes-first.bytes) * 8 / d, float64(last.pictures-first.pictures) / d
}

// liveFor is how many of the newest intervals had pictures without a break.
func (m *meter) liveFor() int {
	n := 0
	for n < min(m.n-1, len(m.samples)-1) {
		newer := m.samples[(m.n-1-n)%len(m.samples)]
		older := m.samples[(m.n-2-n)%len(m.samples)]
		if newer.pictures == older.pictures {
			break
		}
		n++
	}
	return n
}

// saving is the part of the baseline's bytes that m did without, over the time that both were live; ok is false before a
// few seconds of that.
func (m *meter) saving(baseline *meter) (ratio float64, window time.Duration, ok bool) {
	const least = 5
	n := min(m.liveFor(), baseline.liveFor())
	if n < least {
		return 0, 0, false
	}
	bps, _ := m.rate(n)
	base, _ := baseline.rate(n)
	if base <= 0 {
		return 0, 0, false
	}
	return 1 - bps/base, time.Duration(n) * sampleInterval, true
}
