package render

import (
	"image"
	"math"

	"vantage/ingest/synth/junction"
	"vantage/ingest/synth/junction/render/raster"
)

// lampColors are those of a lamp that is lit, from red down.
var (
	lampLit  = [...]rgb{{1.9, 0.12, 0.08}, {1.8, 0.95, 0.08}, {0.15, 1.6, 0.75}}
	lampDark = [...]rgb{{0.07, 0.012, 0.010}, {0.06, 0.04, 0.010}, {0.010, 0.05, 0.03}}
)

const (
	lampSides = 12
)

// markLamps marks the tiles of the signal heads that look at the camera.
func (r *Renderer) markLamps() {
	for i := range heads {
		h := &heads[i]
		if !r.faces(h) {
			continue
		}
		u, v, depth, ok := r.camera.Project(h.at)
		if !ok || depth < 2 {
			continue
		}
		reach := int(r.camera.FocalPx*0.6/depth) + 2
		x, y := int(u), int(v)
		if box := image.Rect(x-reach, y-reach, x+reach, y+reach); r.tiles.touches(box) {
			r.tiles.mark(box)
		}
	}
}

func (r *Renderer) faces(h *head) bool {
	return r.camera.Position.Sub(h.at).Dot(h.facing) > 0
}

// drawLamps draws the lamps of all signals.
func (r *Renderer) drawLamps(lights [junction.GroupCount]junction.Light) {
	for i := range heads {
		h := &heads[i]
		if !r.faces(h) {
			continue
		}
		for k, z := range h.lamps() {
			color := k
			if h.walk && k == 1 {
				color = 2
			}
			c := lampDark[color]
			if on(lights[h.group], color) {
				c = lampLit[color]
			}
			r.lamp(h.at.Mad(h.facing, 0.012).Add(junction.Vec{Z: z}), h.facing, c)
		}
	}
}

// on reports whether the lamp of a colour (red, amber, green) is lit.
func on(l junction.Light, color int) bool {
	switch l {
	case junction.Red:
		return color == 0
	case junction.RedAmber:
		return color <= 1
	case junction.Amber:
		return color == 1
	default:
		return color == 2
	}
}

// lamp draws a disc that is brightest in its middle.
func (r *Renderer) lamp(at, facing junction.Vec, c rgb) {
	middle, ok := project(r.camera, at)
	if !ok {
		return
	}
	set := func(v *raster.Vertex, k float64) {
		v.R, v.G, v.B = tone(c.r*k), tone(c.g*k), tone(c.b*k)
	}
	set(&middle, 1)
	side := facing.Left()
	var rim [lampSides + 1]raster.Vertex
	for i := range rim {
		s, k := junction.SinCos(2 * math.Pi * float64(i%lampSides) / lampSides)
		p := at.Mad(side, lampRadius*k)
		p.Z += float64(lampRadius * s)
		if rim[i], ok = project(r.camera, p); !ok {
			return
		}
		set(&rim[i], 0.72)
	}
	for i := range lampSides {
		r.work.Smooth(&middle, &rim[i], &rim[i+1], 0)
	}
}
