package roi_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"vantage/roi"
)

const (
	gridCols = 20
	gridRows = 12
	step     = 80 * time.Millisecond
)

func flat(v float32) []float32 {
	m := make([]float32, gridCols*gridRows)
	for i := range m {
		m[i] = v
	}
	return m
}

// spot is a map with a hot square in the middle.
func spot(v float32) []float32 {
	m := flat(0)
	for y := 5; y < 8; y++ {
		for x := 9; x < 12; x++ {
			m[y*gridCols+x] = v
		}
	}
	return m
}

const middle = 6*gridCols + 10

func TestRegionIsFineAtOnceAndLetsGoSlowly(t *testing.T) {
	var maps [][]float32
	for range 20 {
		maps = append(maps, flat(0))
	}
	maps = append(maps, spot(1), spot(1))
	for range 20 {
		maps = append(maps, flat(0))
	}
	n, fineFor := 0, 0
	var last []int8
	roi.Fuse(gridCols, gridRows, 0.5, step, maps, func(o []int8) {
		if n == 20 && o[middle] != -3 {
			t.Errorf("offset %d on the first picture with an object, want -3", o[middle])
		}
		if n > 21 && o[middle] <= 0 {
			fineFor++
		}
		n, last = n+1, o
	})
	if held := time.Duration(fineFor) * step; held < 100*time.Millisecond || held > time.Second {
		t.Errorf("the region outlived its object by %v, want some hundred milliseconds", held)
	}
	if last[middle] != 5 {
		t.Errorf("offset %d long after the object has gone, want 5", last[middle])
	}
}

func TestBordersAreSoft(t *testing.T) {
	roi.Fuse(gridCols, gridRows, 0.5, time.Minute, [][]float32{spot(1), spot(1), spot(1)}, func(o []int8) {
		edge := o[6*gridCols+8]
		if edge <= o[middle] || edge >= o[0] {
			t.Errorf("offset %d at the border, want it between %d and %d", edge, o[middle], o[0])
		}
	})
}

func TestNoisyImportanceDoesNotFlicker(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, level := range []float32{0, 0.17, 0.33, 0.5, 0.67, 0.83, 1} {
		var maps [][]float32
		for range 200 {
			m := flat(level)
			for i := range m {
				m[i] = min(max(m[i]+float32(r.NormFloat64())*0.03, 0), 1)
			}
			maps = append(maps, m)
		}
		flips, blocks, n := 0, 0, 0
		var before []int8
		roi.Fuse(gridCols, gridRows, 0.5, step, maps, func(o []int8) {
			if n++; n > 50 { // once the trust has settled
				for i := range o {
					blocks++
					if o[i] != before[i] {
						flips++
					}
				}
			}
			before = o
		})
		if rate := float64(flips) / float64(blocks); rate > 0.005 {
			t.Errorf("importance %v with noise: %.2f %% of the blocks change from picture to picture, want at most 0.5 %%", level, 100*rate)
		}
	}
}

func TestBudget(t *testing.T) {
	for name, c := range map[string]struct {
		strength, certainty float64
		cold, hot           int
		coldest, hottest    int8
	}{
		"default strength":                                     {0.5, 1, 90, 10, 5, -3},
		"full strength":                                        {1, 1, 90, 10, 10, -6},
		"no strength is an even picture":                       {0, 1, 90, 10, 0, 0},
		"a picture of regions only stays even":                 {0.5, 1, 0, 100, 5, 0},
		"the background is spared when nothing is certain":     {0.5, 0, 90, 10, 0, 0},
		"large regions get what the background can pay":        {0.5, 1, 20, 80, 5, -1},
		"an empty picture is all background":                   {0.5, 1, 100, 0, 5, -3},
		"half a certainty takes half as much from background":  {0.5, 0.5, 90, 10, 3, -3},
		"a small region is not worth more than the finest one": {0.5, 1, 9999, 1, 5, -3},
	} {
		t.Run(name, func(t *testing.T) {
			coldest, hottest := roi.Budget(c.strength, c.certainty, c.cold, c.hot)
			if coldest != c.coldest || hottest != c.hottest {
				t.Errorf("offsets %d to %d, want %d to %d", coldest, hottest, c.coldest, c.hottest)
			}
		})
	}
}
