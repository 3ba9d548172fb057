package junction

import "math"

// Vec is a point or a direction: metres, x east, y north, z up, in a right-handed frame whose origin is the middle of the
// junction on the road surface.
//
// Every product that meets a sum is rounded on its own by a conversion (Go specification, "Floating-point operators"),
// so that no compiler fuses the two, also not through inlined calls, and pictures are the same on every processor. The same holds in
// all the packages below; a test with GOAMD64=v3, where the compiler fuses, would tell.
type Vec struct{ X, Y, Z float64 }

// Add is v+o.
func (v Vec) Add(o Vec) Vec {
	return Vec{float64(v.X) + float64(o.X), float64(v.Y) + float64(o.Y), float64(v.Z) + float64(o.Z)}
}

// Sub is v-o.
func (v Vec) Sub(o Vec) Vec {
	return Vec{float64(v.X) - float64(o.X), float64(v.Y) - float64(o.Y), float64(v.Z) - float64(o.Z)}
}

// Mul is v scaled by k.
func (v Vec) Mul(k float64) Vec {
	return Vec{float64(v.X * k), float64(v.Y * k), float64(v.Z * k)}
}

// Mad is v+o*k.
func (v Vec) Mad(o Vec, k float64) Vec {
	return Vec{float64(v.X) + float64(o.X*k), float64(v.Y) + float64(o.Y*k), float64(v.Z) + float64(o.Z*k)}
}

// Dot is the scalar product.
func (v Vec) Dot(o Vec) float64 { return float64(v.X*o.X) + float64(v.Y*o.Y) + float64(v.Z*o.Z) }

// Cross is the vector product.
func (v Vec) Cross(o Vec) Vec {
	return Vec{
		float64(v.Y*o.Z) - float64(v.Z*o.Y),
		float64(v.Z*o.X) - float64(v.X*o.Z),
		float64(v.X*o.Y) - float64(v.Y*o.X),
	}
}

// Len is the length in metres.
func (v Vec) Len() float64 { return math.Sqrt(v.Dot(v)) }

// Unit is v with length 1; the zero vector stays.
func (v Vec) Unit() Vec {
	l := v.Len()
	if l == 0 {
		return v
	}
	return Vec{v.X / l, v.Y / l, v.Z / l}
}

// Lerp is the point at k of the way from v to o.
func (v Vec) Lerp(o Vec, k float64) Vec { return v.Mad(o.Sub(v), k) }

// Left is the horizontal direction at a right angle to the left of v.
func (v Vec) Left() Vec { return Vec{-v.Y, v.X, 0} }
