package sim

import "vantage/ingest/synth/junction"

// The signal plan, seconds of a fixed cycle. Left turns of the main road go with the oncoming traffic, giving way, and
// have some seconds of their own after it. Pedestrians across the main road, who need longest, start before the minor road's
// traffic.
const (
	redAmberS     = 1.0
	amberS        = 3.0
	mainEndS      = 30.0 // end of green, main road
	leftEndS      = 37.0
	walkMainS     = 42.0
	walkMainEndS  = 47.0
	minorOnS      = 54.0
	minorEndS     = 76.0
	cycleS        = 82.0
	walkMinorS    = 0.0 // with the main road's traffic
	walkMinorEndS = 7.0
)

// lights returns what the signals show at a time of the cycle.
func lights(t float64) (l [junction.GroupCount]junction.Light) {
	l[junction.MainThrough] = phase(t, 0, mainEndS)
	l[junction.MainLeft] = phase(t, 0, leftEndS)
	l[junction.Minor] = phase(t, minorOnS, minorEndS)
	if t >= walkMinorS && t < walkMinorEndS {
		l[junction.WalkMinor] = junction.Green
	}
	if t >= walkMainS && t < walkMainEndS {
		l[junction.WalkMain] = junction.Green
	}
	return l
}

// phase is the light of a group that is green from on to off; it shows red and amber together before, amber after.
func phase(t, on, off float64) junction.Light {
	switch {
	case t >= on && t < off:
		return junction.Green
	case t >= off && t < off+amberS:
		return junction.Amber
	case t >= on-redAmberS && t < on, t >= on-redAmberS+cycleS:
		return junction.RedAmber
	default:
		return junction.Red
	}
}
