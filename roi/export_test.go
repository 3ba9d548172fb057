package roi

import "time"

// Fuse lets tests drive the fusion alone: it gives the offsets after maps of trust 1, one every step.
func Fuse(cols, rows int, strength float64, step time.Duration, maps [][]float32, each func([]int8)) {
	var u fusion
	u.resize(cols, rows)
	for _, m := range maps {
		u.begin()
		u.add(cue{m, cols, rows, 1})
		u.end(step)
		var count [levels]int
		for _, l := range u.level {
			count[l]++
		}
		qp := budget(strength, u.certainty, count)
		offsets := make([]int8, len(u.level))
		for i, l := range u.level {
			offsets[i] = qp[l]
		}
		each(offsets)
	}
}

// Budget is the spread of quality over the levels, coldest first.
func Budget(strength, certainty float64, cold, hot int) (coldest, hottest int8) {
	qp := budget(strength, certainty, [levels]int{0: cold, levels - 1: hot})
	return qp[0], qp[levels-1]
}
