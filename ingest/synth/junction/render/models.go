package render

import (
	"math"

	"vantage/ingest/synth/junction"
)

// pedestrianKinds is the number of ways to be dressed.
const pedestrianKinds = 3

// models are all meshes, made once.
type models struct {
	cars              [len(carShapes)]*mesh
	van, truck, bus   *mesh
	motorcycle        *mesh
	cyclists          [cyclePoses]*mesh
	walkers           [pedestrianKinds][walkPoses + 1]*mesh
	carSize           [len(carShapes)]junction.Vec
	vanSize, lorry    junction.Vec
	busSize, bikeSize junction.Vec
}

func newModels() *models {
	m := &models{van: van(), truck: truck(), bus: bus(), motorcycle: motorcycle()}
	for i := range carShapes {
		s := &carShapes[i]
		m.cars[i] = car(s)
		m.carSize[i] = junction.Vec{X: s.length, Y: s.width, Z: s.height}
	}
	for i := range m.cyclists {
		m.cyclists[i] = cyclist(i)
	}
	for k := range m.walkers {
		for i := range m.walkers[k] {
			m.walkers[k][i] = pedestrian(i, k)
		}
	}
	m.vanSize, m.lorry = junction.Vec{X: 5.3, Y: 2.0, Z: 2.35}, junction.Vec{X: 8.2, Y: 2.45, Z: 3.4}
	m.busSize, m.bikeSize = junction.Vec{X: 11.8, Y: 2.5, Z: 3.05}, junction.Vec{X: 2.1, Y: 0.8, Z: 1.6}
	return m
}

// of returns an object's mesh and how it is stretched.
func (m *models) of(o *junction.Object) (*mesh, junction.Vec) {
	size := junction.Vec{X: o.LengthM, Y: o.WidthM, Z: o.HeightM}
	by := func(n junction.Vec) junction.Vec {
		return junction.Vec{X: size.X / n.X, Y: size.Y / n.Y, Z: size.Z / n.Z}
	}
	switch o.Class {
	case junction.Van:
		return m.van, by(m.vanSize)
	case junction.Truck:
		return m.truck, by(m.lorry)
	case junction.Bus:
		return m.bus, by(m.busSize)
	case junction.Motorcycle:
		return m.motorcycle, by(m.bikeSize)
	case junction.Cyclist:
		return m.cyclists[int(math.Floor(o.Phase/crankM*cyclePoses))%cyclePoses], junction.Vec{X: 1, Y: 1, Z: o.HeightM / 1.75}
	case junction.Pedestrian:
		kind := o.Look % pedestrianKinds
		pose := int(math.Floor(o.Phase/strideM*walkPoses)) % walkPoses
		if o.SpeedMPS < 0.25 {
			pose = walkPoses
		}
		k := o.HeightM / 1.75
		return m.walkers[kind][pose], junction.Vec{X: k, Y: k, Z: k}
	default:
		shape := junction.Hash(o.Look) % uint64(len(carShapes))
		if o.HeightM > 1.56 {
			shape = 2
		} else if shape == 2 {
			shape = 0
		}
		return m.cars[shape], by(m.carSize[shape])
	}
}
