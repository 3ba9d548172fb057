package junction

import "math"

// The junction: a main road along x with two lanes and a cycle lane each way, a minor road along y with one lane each
// way, right-hand traffic. All in metres.
const (
	LaneM      = 3.25 // width of a main lane
	CycleLaneM = 1.75
	MainHalfM  = 2*LaneM + CycleLaneM // kerb of the main road, |y|
	MinorHalfM = 3.5                  // kerb of the minor road, |x|
	CornerM    = 5.0                  // radius of the kerb at the corners
	SidewalkM  = 3.2
	KerbM      = 0.12 // height of the sidewalk above the road

	// Crossings are bands across an arm, given by the distance of their edges from the middle of the junction.
	MainCrossingNearM  = 9.7 // |x|
	MainCrossingFarM   = 13.2
	MinorCrossingNearM = 14.2 // |y|
	MinorCrossingFarM  = 17.7
	MainStopM          = 14.6 // |x| of the stop lines
	MinorStopM         = 19.1 // |y|

	MainArmM  = 170.0 // length of the arms from the middle
	MinorArmM = 130.0
)

// Surface is what the ground is made of.
type Surface uint8

// The surfaces.
const (
	Road Surface = iota
	Sidewalk
	Verge
)

// SurfaceAt says what lies at a point of the plane.
func SurfaceAt(x, y float64) Surface {
	ax, ay := math.Abs(x), math.Abs(y)
	if ay < MainHalfM || ax < MinorHalfM {
		return Road
	}
	const cx, cy = MinorHalfM + CornerM, MainHalfM + CornerM
	if ax < cx && ay < cy {
		dx, dy := ax-cx, ay-cy
		if float64(dx*dx)+float64(dy*dy) > CornerM*CornerM {
			return Road
		}
		return Sidewalk
	}
	if ay < MainHalfM+SidewalkM || ax < MinorHalfM+SidewalkM || ax < 15 && ay < 20 {
		return Sidewalk
	}
	return Verge
}

// GroundZ is the height of the ground at a point, metres.
func GroundZ(x, y float64) float64 {
	if SurfaceAt(x, y) == Road {
		return 0
	}
	return KerbM
}
