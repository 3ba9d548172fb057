package render

import (
	"vantage/ingest/synth/junction"
)

// material is what a surface of a road user is made of.
type material uint8

// The materials. Paint and cloth get their colour from the object.
const (
	matPaint material = iota
	matPaint2
	matGlass
	matBlack
	matTyre
	matRim
	matRimDark
	matArch
	matHeadlight
	matTail
	matIndicatorLeft
	matIndicatorRight
	matPlate
	matMetal
	matCoat
	matTrousers
	matSkin
	matHair
	matShoe
	matBag
	matCargo
	matInterior
	matSign
)

// palette is the colours of one object.
type palette struct {
	paint, paint2, coat, trousers, skin, hair, bag, cargo rgb
	braking, left, right                                  bool // lamps that are lit
}

var (
	// The usual colours of cars, by frequency: greys, black, white, blue, red, few others.
	paints = []rgb{
		{0.56, 0.57, 0.58}, {0.56, 0.57, 0.58}, {0.30, 0.31, 0.32}, {0.10, 0.105, 0.11}, {0.030, 0.030, 0.034}, {0.030, 0.030, 0.034},
		{0.74, 0.74, 0.72}, {0.74, 0.74, 0.72}, {0.045, 0.085, 0.22}, {0.06, 0.16, 0.34}, {0.36, 0.035, 0.035}, {0.24, 0.02, 0.03},
		{0.07, 0.14, 0.09}, {0.42, 0.36, 0.26}, {0.50, 0.20, 0.03}, {0.16, 0.11, 0.08},
	}
	coats = []rgb{
		{0.04, 0.05, 0.09}, {0.35, 0.06, 0.06}, {0.08, 0.08, 0.08}, {0.46, 0.44, 0.40}, {0.10, 0.18, 0.12}, {0.12, 0.22, 0.42},
		{0.52, 0.40, 0.10}, {0.30, 0.28, 0.26}, {0.55, 0.55, 0.56}, {0.30, 0.12, 0.26}, {0.62, 0.24, 0.06},
	}
	trousers = []rgb{{0.035, 0.045, 0.08}, {0.06, 0.08, 0.15}, {0.05, 0.05, 0.05}, {0.22, 0.19, 0.14}, {0.14, 0.14, 0.15}, {0.10, 0.13, 0.20}}
	skins    = []rgb{{0.52, 0.36, 0.27}, {0.44, 0.28, 0.20}, {0.30, 0.18, 0.12}, {0.58, 0.42, 0.33}, {0.16, 0.09, 0.06}}
	hairs    = []rgb{{0.03, 0.022, 0.018}, {0.07, 0.045, 0.03}, {0.20, 0.14, 0.07}, {0.36, 0.34, 0.32}, {0.012, 0.011, 0.011}}
	liveries = []rgb{{0.60, 0.06, 0.05}, {0.70, 0.52, 0.05}, {0.05, 0.22, 0.42}, {0.10, 0.34, 0.20}}
)

// newPalette draws colours from an object's look.
func newPalette(o *junction.Object) palette {
	pick := func(list []rgb, salt uint64) rgb {
		h := junction.Hash(o.Look + salt*0x9E3779B97F4A7C15)
		c := list[h%uint64(len(list))]
		k := 0.85 + float64(float64(h>>40)/(1<<24)*0.3)
		return c.mul(k)
	}
	p := palette{
		paint: pick(paints, 1), paint2: pick(coats, 2), coat: pick(coats, 3), trousers: pick(trousers, 4), skin: pick(skins, 5), hair: pick(hairs, 6),
		bag: pick(coats, 7), cargo: rgb{0.62, 0.62, 0.60}.lerp(pick(liveries, 8), float64(junction.Hash(o.Look+9)%3)*0.45),
	}
	switch o.Class {
	case junction.Bus:
		p.paint, p.paint2 = pick(liveries, 1), rgb{0.62, 0.62, 0.60}
	case junction.Van:
		if junction.Hash(o.Look+10)%2 == 0 {
			p.paint = rgb{0.68, 0.68, 0.66}
		}
	case junction.Cyclist, junction.Motorcycle:
		p.hair = pick(coats, 11) // the helmet
	}
	return p
}

// shade is the light that a surface point sends to the camera. view points from the camera to it, unit length; lit says how much of the sun
// reaches the object.
func (p *palette) shade(m material, n, view junction.Vec, lit float64) rgb {
	switch m {
	case matPaint, matPaint2, matCargo:
		c := p.paint
		if m == matPaint2 {
			c = p.paint2
		} else if m == matCargo {
			c = p.cargo
		}
		out := c.times(diffuse(n, lit))
		if m == matCargo {
			return out
		}
		r := reflectDir(view, n)
		return out.mad(sky(r), float64(0.75*fresnel(view, n))+0.03).mad(sunRGB, glint(r)*lit)
	case matGlass:
		r := reflectDir(view, n)
		k := fresnel(view, n)
		return rgb{0.018, 0.021, 0.024}.mad(sky(r), 0.10+float64(0.85*k)).mad(sunRGB, 0.8*glint(r)*lit)
	case matHeadlight:
		return rgb{0.55, 0.57, 0.60}.times(diffuse(n, lit)).add(rgb{0.35, 0.35, 0.33})
	case matTail:
		if p.braking {
			return rgb{1.5, 0.10, 0.07}
		}
		return rgb{0.30, 0.018, 0.015}.times(diffuse(n, lit)).add(rgb{0.05, 0.002, 0.002})
	case matIndicatorLeft:
		return p.indicator(p.left, n, lit)
	case matIndicatorRight:
		return p.indicator(p.right, n, lit)
	case matSign:
		return rgb{1.1, 0.62, 0.10}
	}
	return p.matt(m).times(diffuse(n, lit))
}

func (p *palette) indicator(on bool, n junction.Vec, lit float64) rgb {
	if on {
		return rgb{1.6, 0.70, 0.05}
	}
	return rgb{0.40, 0.16, 0.03}.times(diffuse(n, lit))
}

// matt is the reflectance of the materials that only scatter.
func (p *palette) matt(m material) rgb {
	switch m {
	case matBlack:
		return rgb{0.022, 0.022, 0.024}
	case matTyre:
		return rgb{0.026, 0.026, 0.027}
	case matRim:
		return rgb{0.38, 0.38, 0.39}
	case matRimDark:
		return rgb{0.10, 0.10, 0.105}
	case matArch, matInterior:
		return rgb{0.008, 0.008, 0.009}
	case matPlate:
		return rgb{0.62, 0.62, 0.56}
	case matMetal:
		return rgb{0.20, 0.20, 0.21}
	case matCoat:
		return p.coat
	case matTrousers:
		return p.trousers
	case matSkin:
		return p.skin
	case matHair:
		return p.hair
	case matShoe:
		return rgb{0.03, 0.028, 0.026}
	case matBag:
		return p.bag
	default:
		return rgb{0.5, 0, 0.5}
	}
}
