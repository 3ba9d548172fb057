package config

// nearest returns the word closest to s, or "" when none is close enough to have been meant.
func nearest(s string, words []string) string {
	best, least := "", max(1, min(len(s)/2, 3))+1
	for _, w := range words {
		if d := editDistance(s, w, least); d < least {
			best, least = w, d
		}
	}
	return best
}

// maxWord bounds the cost of comparing: no key is longer.
const maxWord = 64

// editDistance counts the insertions, deletions, replacements and swaps of neighbours between two words (optimal string
// alignment). It returns limit when there are at least so many.
func editDistance(a, b string, limit int) int {
	if len(a) > maxWord || len(b) > maxWord || len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var rows [3][maxWord + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
