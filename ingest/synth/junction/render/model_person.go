package render

import (
	"math"

	"vantage/ingest/synth/junction"
)

// People are built for a pose; a few poses per step are made once and shared.

// walkPoses is the number of poses of one double step.
const walkPoses = 16

// strideM is the way of one double step, metres.
const strideM = 1.45

// pedestrian builds a person of 1.75 m in one pose of walking; pose walkPoses stands. kind varies clothes.
func pedestrian(pose, kind int) *mesh {
	b := &builder{}
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	swing := func(offset float64) float64 {
		if pose == walkPoses {
			return 0
		}
		s, _ := junction.SinCos(float64(2*math.Pi*float64(pose)/walkPoses) + offset)
		return s
	}
	bob := 0.0
	if pose != walkPoses {
		_, c := junction.SinCos(4 * math.Pi * float64(pose) / walkPoses)
		bob = float64(0.015 * c)
	}
	hip := 0.92 + bob
	for _, side := range []float64{-1, 1} {
		phase := 0.0
		if side < 0 {
			phase = math.Pi
		}
		// Leg: the knee bends while the foot comes forward.
		s := swing(phase)
		lift := float64(max(0, swing(phase+math.Pi/2)) * 0.12)
		knee := v(float64(0.22*s)+0.03+float64(lift*0.8), side*0.10, 0.49+bob)
		foot := v(float64(0.40*s)-float64(lift*1.1), side*0.10, 0.08+lift)
		b.tube(matTrousers, v(0, side*0.09, hip), knee, 0.095, 0.068, 7)
		b.tube(matTrousers, knee, foot, 0.068, 0.048, 7)
		b.box(matShoe, foot.Sub(v(0.08, 0.045, 0.08)), foot.Add(v(0.17, 0.045, 0.0)))
		// Arm: against the leg of its side.
		a := -s
		shoulder := v(0, side*0.20, 1.42+bob)
		elbow := v(float64(0.16*a)-0.02, side*0.25, 1.15+bob)
		hand := v(float64(0.30*a)+0.06, side*0.24, 0.92+bob+float64(0.05*max(a, 0)))
		b.tube(matCoat, shoulder, elbow, 0.062, 0.05, 6)
		b.tube(matCoat, elbow, hand, 0.05, 0.038, 6)
		b.ball(matSkin, hand, v(0.045, 0.04, 0.055), 3, 5)
	}
	ring := func(z, x, y, dx float64) []junction.Vec {
		out := make([]junction.Vec, 0, 11)
		for i := range 11 {
			s, c := junction.SinCos(2 * math.Pi * float64(i%10) / 10)
			out = append(out, v(dx+float64(x*c), y*s, z+bob))
		}
		return out
	}
	low := 0.84
	if kind == 1 { // a long coat
		low = 0.62
	}
	torso := [][]junction.Vec{ring(low, 0.14, 0.19, 0), ring(0.98, 0.13, 0.18, 0), ring(1.12, 0.125, 0.17, 0.005), ring(1.32, 0.135, 0.205, 0.01), ring(1.43, 0.105, 0.19, 0.005), ring(1.49, 0.06, 0.08, 0.005)}
	b.smoothly()
	for i := range len(torso) - 1 {
		for j := range 10 {
			b.patch(matCoat, b.group, torso[i][j], torso[i][j+1], torso[i+1][j+1], torso[i+1][j])
		}
	}
	b.tube(matSkin, v(0.005, 0, 1.47+bob), v(0.015, 0, 1.56+bob), 0.055, 0.052, 7)
	b.ball(matSkin, v(0.02, 0, 1.63+bob), v(0.095, 0.078, 0.12), 6, 9)
	b.ball(matHair, v(-0.012, 0, 1.66+bob), v(0.095, 0.086, 0.10), 5, 9)
	switch kind {
	case 2: // a rucksack
		b.box(matBag, v(-0.30, -0.15, 1.05+bob), v(-0.12, 0.15, 1.45+bob))
	case 1: // a bag
		b.box(matBag, v(-0.12, 0.27, 0.72+bob), v(0.16, 0.35, 0.98+bob))
	}
	return b.build()
}

// wheel is a thin wheel of a cycle with spokes that show its turn.
func wheel(b *builder, x, r, width, turn float64, spokes int) {
	v := func(p, z float64) junction.Vec { return junction.Vec{X: p, Z: z} }
	const n = 18
	at := func(i int, radius float64) junction.Vec {
		s, c := junction.SinCos(turn + 2*math.Pi*float64(i)/n)
		return v(x+float64(radius*c), r+float64(radius*s))
	}
	for i := range n {
		b.tube(matTyre, at(i, r-width), at(i+1, r-width), width, width, 4)
	}
	for i := range spokes {
		b.tube(matMetal, v(x, r), at(i*n/spokes, r-width), 0.009, 0.009, 3)
	}
}

// cyclePoses is the number of poses of one turn of the pedals.
const cyclePoses = 12

// crankM is the way of one turn of the pedals, metres.
const crankM = 4.4

// cyclist builds a cyclist in one pose, 1.8 m long and 1.75 m high.
func cyclist(pose int) *mesh {
	b := &builder{}
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	turn := -2 * math.Pi * float64(pose) / cyclePoses
	wheel(b, -0.54, 0.35, 0.028, turn*2, 6)
	wheel(b, 0.52, 0.35, 0.028, turn*2, 6)
	bottom, seat, head := v(-0.10, 0, 0.29), v(-0.24, 0, 0.90), v(0.36, 0, 0.88)
	tube := func(a, c junction.Vec, r float64) { b.tube(matPaint2, a, c, r, r, 5) }
	tube(bottom, seat, 0.022)
	tube(bottom, head, 0.024)
	tube(v(-0.22, 0, 0.82), head, 0.022)
	tube(v(-0.54, 0, 0.35), bottom, 0.016)
	tube(v(-0.54, 0, 0.35), v(-0.23, 0, 0.85), 0.014)
	tube(v(0.52, 0, 0.35), v(0.34, 0, 1.0), 0.02)
	b.box(matBlack, v(-0.38, -0.07, 0.92), v(-0.12, 0.07, 0.97))
	b.tube(matBlack, v(0.34, -0.28, 1.03), v(0.34, 0.28, 1.03), 0.016, 0.016, 5)
	hip := v(-0.22, 0, 1.0)
	for _, side := range []float64{-1, 1} {
		a := turn
		if side < 0 {
			a += math.Pi
		}
		s, c := junction.SinCos(a)
		foot := v(-0.10+float64(0.16*c), side*0.12, 0.31+float64(0.16*s))
		b.tube(matMetal, v(-0.10, side*0.06, 0.29), v(foot.X, side*0.08, foot.Z-0.02), 0.014, 0.014, 4)
		knee := jointAhead(v(hip.X, side*0.10, hip.Z), foot, 0.44, 0.44)
		b.tube(matTrousers, v(hip.X, side*0.09, hip.Z), knee, 0.09, 0.062, 7)
		b.tube(matTrousers, knee, foot, 0.062, 0.042, 6)
		b.box(matShoe, foot.Sub(v(0.10, 0.04, 0.06)), foot.Add(v(0.14, 0.04, 0.02)))
		shoulder, hand := v(0.04, side*0.19, 1.42), v(0.35, side*0.25, 1.06)
		elbow := v(0.16, side*0.26, 1.18)
		b.tube(matCoat, shoulder, elbow, 0.058, 0.046, 6)
		b.tube(matCoat, elbow, hand, 0.046, 0.036, 6)
		b.ball(matSkin, hand, v(0.045, 0.04, 0.04), 3, 5)
	}
	b.tube(matCoat, v(-0.24, 0, 0.96), v(-0.08, 0, 1.25), 0.155, 0.165, 9)
	b.tube(matCoat, v(-0.08, 0, 1.25), v(0.06, 0, 1.46), 0.165, 0.10, 9)
	rider(b, v(0.13, 0, 1.60))
	return b.build()
}

// rider is a head with a helmet.
func rider(b *builder, at junction.Vec) {
	b.ball(matSkin, at, junction.Vec{X: 0.09, Y: 0.075, Z: 0.115}, 6, 8)
	b.ball(matHair, at.Add(junction.Vec{X: -0.01, Z: 0.035}), junction.Vec{X: 0.125, Y: 0.10, Z: 0.10}, 5, 9)
}

// jointAhead is the knee between hip and foot, of the two possible ones the one further ahead.
func jointAhead(hip, foot junction.Vec, thigh, shin float64) junction.Vec {
	d := foot.Sub(hip)
	l := min(d.Len(), (thigh+shin)*0.999)
	along := (float64(l*l) + float64(thigh*thigh) - float64(shin*shin)) / (2 * l)
	up := math.Sqrt(max(0, float64(thigh*thigh)-float64(along*along)))
	dir := d.Unit()
	side := junction.Vec{X: -dir.Z, Z: dir.X}
	if side.X < 0 {
		side = side.Mul(-1)
	}
	return hip.Mad(dir, along).Mad(side, up)
}

// motorcycle builds a motorcycle with its rider, 2.1 m long and 1.6 m high.
func motorcycle() *mesh {
	b := &builder{}
	v := func(x, y, z float64) junction.Vec { return junction.Vec{X: x, Y: y, Z: z} }
	wheel(b, -0.70, 0.31, 0.065, 0, 5)
	wheel(b, 0.72, 0.31, 0.055, 0, 5)
	b.tube(matMetal, v(0.72, 0.09, 0.31), v(0.42, 0.09, 0.92), 0.03, 0.03, 5)
	b.tube(matMetal, v(0.72, -0.09, 0.31), v(0.42, -0.09, 0.92), 0.03, 0.03, 5)
	b.box(matMetal, v(-0.28, -0.15, 0.28), v(0.30, 0.15, 0.60))
	b.ball(matPaint, v(0.14, 0, 0.80), v(0.33, 0.16, 0.17), 6, 9)
	b.ball(matPaint, v(-0.62, 0, 0.80), v(0.34, 0.13, 0.10), 5, 8)
	b.box(matBlack, v(-0.62, -0.14, 0.80), v(-0.08, 0.14, 0.87))
	b.ball(matPaint, v(0.56, 0, 0.86), v(0.16, 0.17, 0.20), 5, 8)
	ahead(b, matHeadlight, 0.72, 0.70, -0.09, 0.09, 0.80, 0.95)
	behind(b, matTail, -0.97, -0.96, -0.09, 0.09, 0.76, 0.86)
	b.tube(matMetal, v(-0.95, -0.19, 0.42), v(-0.1, -0.17, 0.34), 0.055, 0.045, 7)
	b.tube(matBlack, v(0.40, -0.34, 1.0), v(0.40, 0.34, 1.0), 0.02, 0.02, 5)
	for _, side := range []float64{-1, 1} {
		hip := v(-0.28, side*0.12, 0.92)
		knee, foot := v(0.14, side*0.25, 0.74), v(-0.12, side*0.22, 0.34)
		b.tube(matTrousers, hip, knee, 0.095, 0.075, 7)
		b.tube(matTrousers, knee, foot, 0.07, 0.05, 6)
		b.box(matShoe, foot.Sub(v(0.08, 0.05, 0.06)), foot.Add(v(0.18, 0.05, 0.04)))
		shoulder, elbow, hand := v(-0.06, side*0.21, 1.33), v(0.12, side*0.30, 1.10), v(0.40, side*0.28, 1.02)
		b.tube(matCoat, shoulder, elbow, 0.07, 0.056, 6)
		b.tube(matCoat, elbow, hand, 0.056, 0.045, 6)
	}
	b.tube(matCoat, v(-0.30, 0, 0.88), v(-0.18, 0, 1.15), 0.17, 0.18, 9)
	b.tube(matCoat, v(-0.18, 0, 1.15), v(-0.04, 0, 1.40), 0.18, 0.11, 9)
	b.ball(matHair, v(0.03, 0, 1.50), v(0.135, 0.115, 0.13), 6, 9)
	b.ball(matGlass, v(0.07, 0, 1.50), v(0.105, 0.09, 0.055), 4, 8)
	return b.build()
}
