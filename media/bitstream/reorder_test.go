package bitstream

import "testing"

func TestReorderWatch(t *testing.T) {
	counts := func(bits uint8, c ...int) (out []pictureOrder) {
		for _, v := range c {
			out = append(out, pictureOrder{count: uint32(v) & (1<<bits - 1), bits: bits})
		}
		return out
	}
	var wrapping, steady []int
	for i := range 100 {
		wrapping = append(wrapping, 2*i)
		steady = append(steady, i)
	}
	for name, tc := range map[string]struct {
		in   []pictureOrder
		want bool
	}{
		"rising counts are in order":                 {counts(8, steady...), false},
		"counts that wrap are in order":              {counts(4, wrapping...), false},
		"B-frames step back again and again":         {counts(6, 0, 8, 4, 2, 6, 16, 12, 10, 14), true},
		"one B-frame between references":             {counts(6, 0, 4, 2, 8, 6, 12, 10), true},
		"a loss that looks like a step back is none": {counts(4, 0, 2, 4, 14, 16, 18, 20, 22, 24), false},
		"a repeated count is no step back":           {counts(4, 0, 1, 1, 2, 2, 3, 3), false},
		"two losses far apart are none": {
			counts(4, append(append([]int{0, 2, 12}, wrapping[7:60]...), 118+10, 130, 132)...), false,
		},
		"B slices where counts say nothing": {[]pictureOrder{{}, {bSlice: true}, {}, {bSlice: true}}, true},
		"B slices with rising counts are low-delay": {
			[]pictureOrder{{bits: 8}, {bits: 8, count: 1, bSlice: true}, {bits: 8, count: 2, bSlice: true}, {bits: 8, count: 3, bSlice: true}}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var w reorderWatch
			got := false
			for i, o := range tc.in {
				got = w.observe(o, i == 0)
			}
			if got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestParameterSetsAreKeptByNumber(t *testing.T) {
	syntax := h264Syntax{}
	// ue(v) of 0, 1, 2: 1, 010, 011. A PPS begins with its number and that of its SPS.
	pps0, pps1, pps1b := []byte{0x68, 0b11_100000}, []byte{0x68, 0b010_1_1000}, []byte{0x68, 0b010_1_1100}
	list, err := parameterSets(nil).with([][]byte{pps0, pps1}, false, syntax.parseSet)
	if err != nil || len(list) != 2 {
		t.Fatalf("got %d sets, %v", len(list), err)
	}
	t.Run("another with the same number replaces", func(t *testing.T) {
		next, err := list.with([][]byte{pps1b}, false, syntax.parseSet)
		if err != nil || len(next) != 2 || !next.has(pps1b) || next.has(pps1) {
			t.Errorf("got %v, %v", next, err)
		}
		if !list.has(pps1) {
			t.Error("the old list changed")
		}
	})
	t.Run("a sequence that begins anew forgets the rest", func(t *testing.T) {
		if list.same([][]byte{pps0}, true) {
			t.Error("a shorter list counts as the same")
		}
		next, err := list.with([][]byte{pps0}, true, syntax.parseSet)
		if err != nil || len(next) != 1 {
			t.Errorf("got %v, %v", next, err)
		}
	})
	t.Run("there is an end to them", func(t *testing.T) {
		if _, err := list.with([][]byte{make([]byte, maxParameterSetBytes+1)}, false, syntax.parseSet); err == nil {
			t.Error("a huge one is taken")
		}
	})
}

func TestPlausibleRate(t *testing.T) {
	for name, tc := range map[string]struct{ in, want float64 }{
		"NTSC is rounded":       {30000.0 / 1001, 29.97},
		"whole":                 {25, 25},
		"zero":                  {0, 0},
		"absurd":                {90000, 0},
		"not a number":          {nan(), 0},
		"slower than anything ": {0.0001, 0},
	} {
		if got := plausibleRate(tc.in); got != tc.want {
			t.Errorf("%s: got %v, want %v", name, got, tc.want)
		}
	}
}

func nan() float64 { var z float64; return z / z }
