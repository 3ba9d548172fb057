package junction

// Class is what an object is.
type Class string

// The classes of road users.
const (
	Car        Class = "car"
	Van        Class = "van"
	Truck      Class = "truck"
	Bus        Class = "bus"
	Motorcycle Class = "motorcycle"
	Cyclist    Class = "cyclist"
	Pedestrian Class = "pedestrian"
)

// Indicator is which turn signal blinks.
type Indicator int8

// The indicators.
const (
	IndicateNone  Indicator = 0
	IndicateLeft  Indicator = 1
	IndicateRight Indicator = -1
)

// Object is one road user at an instant.
type Object struct {
	ID    int
	Class Class

	// Position is the middle of the object's footprint, on the ground.
	Position Vec

	// Heading is the unit vector that the object faces, horizontal.
	Heading Vec

	SpeedMPS                 float64
	LengthM, WidthM, HeightM float64

	// Look picks colours and details of the model.
	Look uint64

	// Phase advances with the way covered: wheels, pedals and legs. Metres.
	Phase float64

	Braking   bool
	Indicator Indicator
}

// Corners are the footprint's, counter-clockwise from the rear right.
func (o *Object) Corners() [4]Vec {
	f, l := o.Heading.Mul(o.LengthM/2), o.Heading.Left().Mul(o.WidthM/2)
	return [4]Vec{
		o.Position.Sub(f).Sub(l), o.Position.Add(f).Sub(l), o.Position.Add(f).Add(l), o.Position.Sub(f).Add(l),
	}
}

// Overlaps reports whether the footprints of two objects intersect (separating axes).
func (o *Object) Overlaps(p *Object) bool {
	a, b := o.Corners(), p.Corners()
	for _, axis := range [...]Vec{o.Heading, o.Heading.Left(), p.Heading, p.Heading.Left()} {
		a0, a1 := extent(a, axis)
		b0, b1 := extent(b, axis)
		if a1 <= b0 || b1 <= a0 {
			return false
		}
	}
	return true
}

func extent(c [4]Vec, axis Vec) (lo, hi float64) {
	lo = c[0].Dot(axis)
	hi = lo
	for _, p := range c[1:] {
		d := p.Dot(axis)
		lo, hi = min(lo, d), max(hi, d)
	}
	return lo, hi
}
