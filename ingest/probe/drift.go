package probe

import (
	"math"
	"time"
)

// minDriftSamples is how many units the error of a slope can be told from.
const minDriftSamples = 20

// drift is the regression of a track's time line, less the time that has passed, over that time. Time stamps that run at our pace
// have slope 0 but for the jitter of the network. The zero value is ready.
type drift struct {
	n                float64
	x, y, xx, xy, yy float64
}

// add takes a unit: when it came and what its time stamp says, both since the first.
func (d *drift) add(wall, line time.Duration) {
	x, y := wall.Seconds(), (line - wall).Seconds()
	d.n++
	d.x += x
	d.y += y
	d.xx += x * x
	d.xy += x * y
	d.yy += y * y
}

// ppm is the slope in parts per million, 0 where it is less than three times its standard error: a few seconds of a jittery network
// tell nothing of a crystal.
func (d *drift) ppm() float64 {
	if d.n < minDriftSamples {
		return 0
	}
	sxx := d.xx - d.x*d.x/d.n
	sxy := d.xy - d.x*d.y/d.n
	syy := d.yy - d.y*d.y/d.n
	if sxx <= 0 {
		return 0
	}
	slope := sxy / sxx
	residual := max(syy-slope*sxy, 0)
	if math.Abs(slope) < 3*math.Sqrt(residual/(d.n-2)/sxx) {
		return 0
	}
	return slope * 1e6
}
