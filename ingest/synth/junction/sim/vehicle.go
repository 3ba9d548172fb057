package sim

import (
	"math"

	"vantage/ingest/synth/junction"
)

// vehicle is anything on wheels. s is the arc length of its front on its route.
type vehicle struct {
	id      int
	class   junction.Class
	route   int
	s, v, a float64
	moved   float64

	length, width, height float64
	wish                  float64 // free speed, m/s
	headway               float64 // s
	accel, brake          float64 // comfortable, m/s²
	look                  uint64
	patience              float64 // time waited at green, s
	granted               bool    // holds the right of way through the junction
}

func (c *vehicle) rear() float64 { return c.s - c.length }

// minGap is the distance of stopped vehicles, metres.
const minGap = 1.8

// maxBrake is the hardest braking, m/s².
const maxBrake = 8.0

// follow is the acceleration of the intelligent driver model towards an obstacle at gap metres that moves with speed lead.
func (c *vehicle) follow(limit, gap, lead float64) float64 {
	ratio := c.v / limit
	ratio *= ratio
	free := 1 - float64(ratio*ratio)
	wish := minGap + max(0, float64(c.v*c.headway)+c.v*(c.v-lead)/(2*math.Sqrt(c.accel*c.brake)))
	r := wish / max(gap, 0.1)
	return max(float64(c.accel*(free-float64(r*r))), -maxBrake)
}

// object is the vehicle as the world sees it. The axles are on the route, so that long vehicles turn as they do.
func (c *vehicle) object(r *route) junction.Object {
	overhang, base := float64(0.2*c.length), float64(0.6*c.length)
	front := r.at(c.s - overhang)
	rear := r.at(c.s - overhang - base)
	heading := front.Sub(rear).Unit()
	o := junction.Object{
		ID: c.id, Class: c.class, Position: rear.Mad(heading, float64(c.length/2)-overhang), Heading: heading,
		SpeedMPS: c.v, LengthM: c.length, WidthM: c.width, HeightM: c.height, Look: c.look, Phase: c.moved,
		Braking: c.a < -0.7 || c.v < 0.3,
	}
	if c.s > r.stop-45 && c.rear() < r.clear {
		o.Indicator = r.turn
	}
	return o
}

// newVehicle draws a vehicle of a class for a route.
func newVehicle(id int, class junction.Class, routeIndex int, rnd *junction.Rand) *vehicle {
	c := &vehicle{id: id, class: class, route: routeIndex, look: rnd.Uint64(), headway: rnd.Range(1.0, 1.6), brake: 2.2}
	switch class {
	case junction.Van:
		c.length, c.width, c.height, c.accel, c.wish = rnd.Range(5.0, 5.6), 2.0, 2.35, 1.5, rnd.Range(11.5, 14)
	case junction.Truck:
		c.length, c.width, c.height, c.accel, c.wish = rnd.Range(7.6, 9), 2.45, 3.4, 0.9, rnd.Range(11, 13)
	case junction.Bus:
		c.length, c.width, c.height, c.accel, c.wish = 11.8, 2.5, 3.05, 1.0, rnd.Range(11, 13)
	case junction.Motorcycle:
		c.length, c.width, c.height, c.accel, c.wish = 2.1, 0.8, 1.6, 2.4, rnd.Range(12.5, 15)
	case junction.Cyclist:
		c.length, c.width, c.height, c.accel, c.wish = 1.8, 0.6, 1.75, 0.9, rnd.Range(4.2, 6.5)
	default:
		c.length, c.width, c.height, c.accel, c.wish = rnd.Range(4.0, 4.8), rnd.Range(1.74, 1.86), rnd.Range(1.42, 1.62), 1.8, rnd.Range(12, 15)
	}
	c.v = c.wish
	return c
}
