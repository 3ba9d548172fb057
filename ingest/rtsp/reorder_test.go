package rtsp

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// step is a packet that comes after so many milliseconds.
type step struct {
	after int
	seq   uint16
}

// reordered plays packets and returns those that come out, each with the time in milliseconds.
func reordered(steps []step) (seqs []uint16, at []int) {
	var r reorder
	begin := time.Unix(1_790_000_000, 0)
	pop := func(now time.Time) {
		for p := r.pop(now); p != nil; p = r.pop(now) {
			seqs, at = append(seqs, p.SequenceNumber), append(at, int(now.Sub(begin).Milliseconds()))
		}
	}
	for i, s := range steps {
		now := begin.Add(time.Duration(s.after) * time.Millisecond)
		r.push(&rtp.Packet{Header: rtp.Header{SequenceNumber: s.seq}}, now)
		pop(now)
		for d := r.deadline(); !d.IsZero() && (i == len(steps)-1 || d.Before(begin.Add(time.Duration(steps[i+1].after)*time.Millisecond))); d = r.deadline() {
			pop(d)
		}
	}
	return seqs, at
}

func TestReorder(t *testing.T) {
	for name, tc := range map[string]struct {
		in   []step
		want []uint16
		at   []int
	}{
		"what is in order passes at once":        {[]step{{0, 1}, {1, 2}, {2, 3}}, []uint16{1, 2, 3}, []int{0, 1, 2}},
		"two that are swapped are put right":     {[]step{{0, 1}, {1, 3}, {2, 2}, {3, 4}}, []uint16{1, 2, 3, 4}, []int{0, 2, 2, 3}},
		"one that is lost is waited for a while": {[]step{{0, 1}, {40, 3}, {80, 4}, {120, 5}}, []uint16{1, 3, 4, 5}, []int{0, 100, 100, 120}},
		"two that are lost apart":                {[]step{{0, 1}, {10, 3}, {20, 5}, {30, 6}}, []uint16{1, 3, 5, 6}, []int{0, 70, 80, 80}},
		"one that comes too late is not taken":   {[]step{{0, 1}, {10, 3}, {90, 2}, {91, 4}}, []uint16{1, 3, 4}, []int{0, 70, 91}},
		"one that comes twice is taken once":     {[]step{{0, 1}, {1, 1}, {2, 3}, {3, 3}, {4, 2}}, []uint16{1, 2, 3}, []int{0, 4, 4}},
		"the number wraps":                       {[]step{{0, 65534}, {1, 0}, {2, 65535}, {3, 1}}, []uint16{65534, 65535, 0, 1}, []int{0, 2, 2, 3}},
		"a sender that begins anew":              {[]step{{0, 1}, {1, 30000}, {2, 30001}}, []uint16{1, 30000, 30001}, []int{0, 1, 2}},
		"a sender that begins anew, behind":      {[]step{{0, 30000}, {1, 5}, {2, 6}}, []uint16{30000, 5, 6}, []int{0, 1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, at := reordered(tc.in); !slices.Equal(got, tc.want) || !slices.Equal(at, tc.at) {
				t.Errorf("got %v at %v, want %v at %v", got, at, tc.want, tc.at)
			}
		})
	}
}

func TestReorderNeverWaitsLongerNorStepsBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		var steps []step
		came := map[uint16]int{}
		for n := range 300 {
			if random.IntN(10) == 0 {
				continue
			}
			s := step{n*5 + random.IntN(40), uint16(65400 + n)}
			came[s.seq] = s.after
			steps = append(steps, s)
		}
		slices.SortStableFunc(steps, func(a, b step) int { return a.after - b.after })
		got, at := reordered(steps)
		for i, seq := range got {
			if i > 0 && int16(seq-got[i-1]) <= 0 {
				t.Fatalf("%d after %d", seq, got[i-1])
			}
			if waited := at[i] - came[seq]; waited > 60 {
				t.Fatalf("%d waited %d ms", seq, waited)
			}
		}
	}
}
