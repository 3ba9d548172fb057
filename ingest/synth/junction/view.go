package junction

// View is a place for a camera.
type View struct {
	Name             string
	Position, Target Vec
	HFOVDeg          float64 // horizontal field of view
}

// Views are the cameras of the junction, on masts at its corners.
var Views = []View{
	{"south-west", Vec{-19, -21, 9}, Vec{2.5, 3, 0}, 62},
	{"north-east", Vec{14, 27, 8.5}, Vec{-3, -4, 0}, 62},
	{"east", Vec{34, -14.5, 7.5}, Vec{4, -1, 0}, 58},
}

// ViewByName returns one of [Views].
func ViewByName(name string) (View, bool) {
	for _, v := range Views {
		if v.Name == name {
			return v, true
		}
	}
	return View{}, false
}

// Camera is a camera at the place with pictures of a size.
func (v View) Camera(widthPx, heightPx int) *Camera {
	return NewCamera(v.Position, v.Target, v.HFOVDeg, widthPx, heightPx)
}
