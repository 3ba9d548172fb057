package whip

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// event is one step of a reorder test: a packet comes in, or (0) just time passes.
type event struct {
	at  int // milliseconds
	seq uint16
}

func TestReorder(t *testing.T) {
	for name, tc := range map[string]struct {
		events []event
		want   string // "at:seq", with ! in front of a sequence number that follows a gap
		asks   string
		lost   uint64
	}{
		"what comes in order goes out at once": {
			[]event{{0, 10}, {1, 11}, {2, 12}}, "0:10 1:11 2:12", "", 0,
		},
		"an overtaken packet is waited for": {
			[]event{{0, 10}, {1, 12}, {3, 11}}, "0:10 3:11 3:12", "", 0,
		},
		"a missing one is asked for after 5 ms and again each 40": {
			[]event{{0, 10}, {1, 12}, {6, 0}, {30, 0}, {46, 0}, {60, 11}}, "0:10 60:11 60:12", "6:11 46:11", 0,
		},
		"and given up after 100 ms": {
			[]event{{0, 10}, {1, 13}, {100, 0}, {101, 0}}, "0:10 101:!13", "100:11 100:12", 2,
		},
		"duplicates and late ones are dropped": {
			[]event{{0, 10}, {1, 10}, {2, 11}, {3, 9}}, "0:10 2:11", "", 0,
		},
		"sequence numbers wrap": {
			[]event{{0, 65534}, {1, 0}, {2, 65535}, {3, 1}}, "0:65534 2:65535 2:0 3:1", "", 0,
		},
		"a new sequence begins anew": {
			[]event{{0, 10}, {1, 30000}, {2, 30001}}, "0:10 1:30000 2:30001", "", 1,
		},
		"a gap in front of another gap is told once each": {
			[]event{{0, 1}, {0, 3}, {50, 5}, {100, 0}, {150, 0}}, "0:1 100:!3 150:!5", "50:2 100:4", 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := reorder{maxWait: 100 * time.Millisecond, nack: true}
			base := time.Unix(0, 0)
			var out, asks []string
			for i, e := range tc.events {
				now := base.Add(time.Duration(e.at) * time.Millisecond)
				if e.seq != 0 || i > 0 && tc.events[i-1].seq == 65534 {
					r.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: e.seq}}, now)
				}
				for {
					p, gap := r.pop(now)
					if p == nil {
						break
					}
					mark := ""
					if gap {
						mark = "!"
					}
					out = append(out, fmt.Sprintf("%d:%s%d", e.at, mark, p.SequenceNumber))
				}
				for _, seq := range r.missing(nil, now) {
					asks = append(asks, fmt.Sprintf("%d:%d", e.at, seq))
				}
			}
			if got := fmt.Sprint(out); got != "["+tc.want+"]" {
				t.Errorf("out: got %s, want [%s]", got, tc.want)
			}
			if got := fmt.Sprint(asks); got != "["+tc.asks+"]" {
				t.Errorf("asked: got %s, want [%s]", got, tc.asks)
			}
			if r.lost != tc.lost {
				t.Errorf("lost: got %d, want %d", r.lost, tc.lost)
			}
		})
	}
}

// Whatever comes, what goes out is in order, no packet twice, and none waits longer than the bound.
func TestReorderProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		r := reorder{maxWait: 50 * time.Millisecond, nack: true}
		now := time.Unix(0, 0)
		arrived := map[uint16]time.Time{}
		start := uint16(rng.Uint32())
		var in []uint16
		for i := range 300 {
			if rng.IntN(10) > 0 {
				in = append(in, start+uint16(i))
			}
		}
		for i := range in { // displaced by up to 8 places
			j := min(i+rng.IntN(8), len(in)-1)
			in[i], in[j] = in[j], in[i]
		}
		var out []uint16
		for _, seq := range in {
			now = now.Add(time.Millisecond)
			if r.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: seq}}, now) {
				arrived[seq] = now
			}
			for p, _ := r.pop(now); p != nil; p, _ = r.pop(now) {
				out = append(out, p.SequenceNumber)
				if wait := now.Sub(arrived[p.SequenceNumber]); wait > 52*time.Millisecond {
					t.Fatalf("packet %d waited %v", p.SequenceNumber, wait)
				}
			}
			r.missing(nil, now)
			if d := r.deadline(); !d.IsZero() && d.Before(now) {
				t.Fatalf("deadline %v is long past at %v", d, now)
			}
		}
		if !slices.IsSortedFunc(out, func(a, b uint16) int { return int(int16(a - b)) }) {
			t.Fatalf("out of order: %v", out)
		}
	}
}

func BenchmarkReorder(b *testing.B) {
	r := reorder{maxWait: 100 * time.Millisecond, nack: true}
	p := &rtp.Packet{}
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		p.SequenceNumber++
		r.push(p, now)
		r.pop(now)
		r.missing(nil, now)
		r.deadline()
	}
}
