//go:build race

package media_test

const raceEnabled = true // the race detector makes sync.Pool drop values at random
