package render

import (
	"math"

	"vantage/ingest/synth/junction"
	"vantage/ingest/synth/junction/render/raster"
)

// rgb is light or a reflectance, linear, 1 is white paper in the sun.
type rgb struct{ r, g, b float64 }

func (c rgb) mul(k float64) rgb {
	return rgb{float64(c.r * k), float64(c.g * k), float64(c.b * k)}
}
func (c rgb) add(o rgb) rgb {
	return rgb{float64(c.r) + float64(o.r), float64(c.g) + float64(o.g), float64(c.b) + float64(o.b)}
}
func (c rgb) times(o rgb) rgb {
	return rgb{float64(c.r * o.r), float64(c.g * o.g), float64(c.b * o.b)}
}
func (c rgb) mad(o rgb, k float64) rgb {
	return rgb{float64(c.r) + float64(o.r*k), float64(c.g) + float64(o.g*k), float64(c.b) + float64(o.b*k)}
}
func (c rgb) lerp(o rgb, k float64) rgb {
	return c.mad(rgb{float64(o.r) - float64(c.r), float64(o.g) - float64(c.g), float64(o.b) - float64(c.b)}, k)
}

// The light of an early afternoon with thin high clouds.
var (
	toSun   = junction.Vec{X: -0.50, Y: 0.28, Z: 0.66}.Unit()
	sunRGB  = rgb{1.42, 1.29, 1.08}
	skyRGB  = rgb{0.33, 0.39, 0.48} // from above, without the sun
	soilRGB = rgb{0.15, 0.14, 0.12} // from below
	hazeRGB = rgb{0.66, 0.71, 0.77}
)

// hazeM is the distance at which haze takes half of what is seen, metres.
const hazeM = 520.0

// diffuse is the light that a matt surface of normal n sends out per reflectance. lit is the share of the sun that reaches it.
func diffuse(n junction.Vec, lit float64) rgb {
	up := 0.5 + float64(0.5*n.Z)
	l := skyRGB.mul(up).mad(soilRGB, 1-up)
	if k := n.Dot(toSun); k > 0 && lit > 0 {
		l = l.mad(sunRGB, k*lit)
	}
	return l
}

// sky is the light of the sky (or, below the horizon, of what is on the ground) from a direction.
func sky(d junction.Vec) rgb {
	if d.Z < 0 {
		return rgb{0.17, 0.17, 0.165}.lerp(rgb{0.45, 0.47, 0.48}, max(0, 1+float64(6*d.Z)))
	}
	horizon, zenith := rgb{0.80, 0.84, 0.88}, rgb{0.36, 0.52, 0.78}
	k := min(1, float64(d.Z*1.6))
	c := horizon.lerp(zenith, float64(k*(2-k)))
	if s := d.Dot(toSun); s > 0 {
		s2 := s * s
		s4 := s2 * s2
		c = c.mad(sunRGB, float64(0.35*s4*s4))
	}
	return c
}

// reflectDir is the direction in which the view towards a surface goes on after reflection.
func reflectDir(view, n junction.Vec) junction.Vec { return view.Mad(n, -2*view.Dot(n)) }

// fresnel is the share that a smooth surface of glass or lacquer reflects (Schlick).
func fresnel(view, n junction.Vec) float64 {
	c := 1 - min(1, math.Abs(view.Dot(n)))
	c2 := c * c
	return 0.04 + float64(0.96*c2*c2*c)
}

// glint is the sun's mirror image on a smooth surface.
func glint(r junction.Vec) float64 {
	k := r.Dot(toSun)
	if k < 0.9 {
		return 0
	}
	for range 7 {
		k *= k
	}
	return 1.6 * k
}

// tone maps linear light to a picture value, 0 to 255: gamma 2 with a soft shoulder.
func tone(v float64) float64 {
	s := math.Sqrt(max(v, 0) * 1.02)
	if s > 0.7 {
		s = 0.7 + (s-0.7)/(1+float64(1.3*(s-0.7)))
	}
	s = float64(s*1.06) - 0.018
	return float64(min(max(s, 0), 1) * 255)
}

func encode(c rgb) uint32 {
	return raster.RGB(uint32(tone(c.r)+0.5), uint32(tone(c.g)+0.5), uint32(tone(c.b)+0.5))
}

// haze mixes the air between into a colour seen at a distance.
func haze(c rgb, distance float64) rgb {
	k := distance / (distance + hazeM)
	return c.lerp(hazeRGB, k*k*1.6)
}
