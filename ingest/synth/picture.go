package synth

import "vantage/media"

// Picture draws a moving picture.
type Picture interface {
	// Next draws picture n, from 0, into dst, which is I420 of the spec's size and not passed on yet. Numbers rise; some may
	// be left out.
	Next(n int, dst *media.Frame)
}
