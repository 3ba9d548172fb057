package synth

import (
	"vantage/ingest/synth/junction"
	"vantage/ingest/synth/junction/render"
	"vantage/ingest/synth/junction/sim"
	"vantage/media"
)

// JunctionPicture is the animated road junction. Two of the same seed and frame rate show the same traffic, from
// whatever view: several cameras at one junction.
type JunctionPicture struct {
	spec     Spec
	camera   *junction.Camera
	renderer *render.Renderer
	sim      *sim.Sim
	world    *junction.World
	seen     []junction.Seen
	next     int // the frame that the simulation gives next
}

// NewJunction draws the backdrop and lets the traffic warm up, which takes about a second.
func NewJunction(s Spec) *JunctionPicture {
	c := s.View.Camera(s.Size.WidthPx, s.Size.HeightPx)
	return &JunctionPicture{spec: s, camera: c, renderer: render.New(c, s.Seed), sim: sim.New(s.Seed, s.FPS)}
}

// Next implements [Picture]. Frames that are left out are simulated, not drawn; going back starts afresh.
func (j *JunctionPicture) Next(n int, dst *media.Frame) {
	if n < j.next-1 {
		j.sim, j.next = sim.New(j.spec.Seed, j.spec.FPS), 0
	}
	for j.next <= n {
		j.world = j.sim.Step()
		j.next++
	}
	j.seen = j.renderer.Draw(j.world, dst)
}

// Truth is the ground truth of the frame that Next drew last.
func (j *JunctionPicture) Truth() junction.Truth { return junction.NewTruth(j.world, j.seen) }

// Camera is the camera's truth, which never changes.
func (j *JunctionPicture) Camera() junction.CameraTruth {
	return junction.NewCameraTruth(j.spec.View, j.camera, j.spec.FPS, j.spec.Seed)
}
