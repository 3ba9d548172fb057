package junction

import "math"

// Package math promises no bits: some processors compute its functions with fused or vector instructions. These are
// polynomials of our own, good to 1e-9, for angles of a few turns.

// SinCos returns sine and cosine of an angle in radians.
func SinCos(a float64) (sin, cos float64) {
	k := math.Floor(float64(a*(2/math.Pi)) + 0.5)
	r := a - float64(k*(math.Pi/2))
	r2 := r * r
	s := poly(r2, 1, -1.0/6, 1.0/120, -1.0/5040, 1.0/362880, -1.0/39916800) * r
	c := poly(r2, 1, -1.0/2, 1.0/24, -1.0/720, 1.0/40320, -1.0/3628800, 1.0/479001600)
	switch int64(k) & 3 {
	case 0:
		return s, c
	case 1:
		return c, -s
	case 2:
		return -s, -c
	default:
		return -c, s
	}
}

// Atan2 returns the angle of (x, y) in radians, in (-π, π].
func Atan2(y, x float64) float64 {
	ax, ay := math.Abs(x), math.Abs(y)
	if ax == 0 && ay == 0 {
		return 0
	}
	swap := ay > ax
	if swap {
		ax, ay = ay, ax
	}
	// atan(t) = atan(c) + atan((t-c)/(1+tc)), which keeps the series short.
	t := ay / ax
	base := 0.0
	for _, c := range [...]struct{ at, angle float64 }{{0.75, 0.6435011087932844}, {0.5, 0.4636476090008061}, {0.25, 0.24497866312686414}} {
		if t > c.at-0.125 {
			t = (t - c.at) / (1 + float64(t*c.at))
			base = c.angle
			break
		}
	}
	t2 := t * t
	a := base + float64(poly(t2, 1, -1.0/3, 1.0/5, -1.0/7, 1.0/9, -1.0/11)*t)
	if swap {
		a = math.Pi/2 - a
	}
	if x < 0 {
		a = math.Pi - a
	}
	if y < 0 {
		a = -a
	}
	return a
}

func poly(x float64, c ...float64) float64 {
	v := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		v = float64(v*x) + c[i]
	}
	return v
}
