package junction

import "math"

// Camera is a pinhole camera without distortion on a mast.
//
// Image coordinates are pixels, u to the right and v down, with (0, 0) in the upper left corner of the upper left pixel, whose
// centre therefore is (0.5, 0.5). Pixels are square and the principal point is the middle of the picture.
type Camera struct {
	Position  Vec     // of the centre of projection
	YawRad    float64 // direction of view in the plane, counter-clockwise from east
	PitchRad  float64 // below the horizon
	HFOVRad   float64 // horizontal field of view
	WidthPx   int
	HeightPx  int
	FocalPx   float64 // derived: focal length in pixels
	right     Vec
	down      Vec
	forward   Vec
	translate Vec // -R·position
}

// NewCamera returns a camera at a position that looks at a target.
func NewCamera(position, target Vec, hfovDeg float64, widthPx, heightPx int) *Camera {
	d := target.Sub(position)
	c := &Camera{
		Position: position, YawRad: Atan2(d.Y, d.X), PitchRad: Atan2(-d.Z, math.Sqrt(float64(d.X*d.X)+float64(d.Y*d.Y))),
		HFOVRad: hfovDeg * (math.Pi / 180), WidthPx: widthPx, HeightPx: heightPx,
	}
	s, k := SinCos(c.HFOVRad / 2)
	c.FocalPx = float64(widthPx) / 2 * k / s
	sy, cy := SinCos(c.YawRad)
	sp, cp := SinCos(c.PitchRad)
	c.forward = Vec{cp * cy, cp * sy, -sp}
	c.right = Vec{sy, -cy, 0}
	c.down = c.forward.Cross(c.right)
	c.translate = Vec{-c.right.Dot(position), -c.down.Dot(position), -c.forward.Dot(position)}
	return c
}

// ToCamera returns p in the camera's frame: x right, y down, z ahead.
func (c *Camera) ToCamera(p Vec) Vec {
	d := p.Sub(c.Position)
	return Vec{c.right.Dot(d), c.down.Dot(d), c.forward.Dot(d)}
}

// Project returns the image point of p and its depth in metres; ok is false behind the camera.
func (c *Camera) Project(p Vec) (u, v, depth float64, ok bool) {
	q := c.ToCamera(p)
	if q.Z <= 0 {
		return 0, 0, q.Z, false
	}
	u = float64(float64(c.WidthPx)/2) + float64(c.FocalPx*q.X/q.Z)
	v = float64(float64(c.HeightPx)/2) + float64(c.FocalPx*q.Y/q.Z)
	return u, v, q.Z, true
}

// Ray returns the direction, not normalised, of the light that falls on image point (u, v). Its component along the
// optical axis is 1, so that Position + Ray*depth is the point at that depth.
func (c *Camera) Ray(u, v float64) Vec {
	x := (u - float64(float64(c.WidthPx)/2)) / c.FocalPx
	y := (v - float64(float64(c.HeightPx)/2)) / c.FocalPx
	return c.forward.Mad(c.right, x).Mad(c.down, y)
}

// Matrix is the projection P = K·[R|t], row-major 3x4: s·(u, v, 1) = P·(X, Y, Z, 1), s is the depth in metres.
func (c *Camera) Matrix() [12]float64 {
	f, cx, cy := c.FocalPx, float64(c.WidthPx)/2, float64(c.HeightPx)/2
	var m [12]float64
	rows := [3][4]float64{
		{c.right.X, c.right.Y, c.right.Z, c.translate.X},
		{c.down.X, c.down.Y, c.down.Z, c.translate.Y},
		{c.forward.X, c.forward.Y, c.forward.Z, c.translate.Z},
	}
	for j := range 4 {
		m[j] = float64(f*rows[0][j]) + float64(cx*rows[2][j])
		m[4+j] = float64(f*rows[1][j]) + float64(cy*rows[2][j])
		m[8+j] = rows[2][j]
	}
	return m
}

// Homography maps the road plane to the image, row-major 3x3: s·(u, v, 1) = H·(X, Y, 1) for Z = 0.
func (c *Camera) Homography() [9]float64 {
	m := c.Matrix()
	return [9]float64{m[0], m[1], m[3], m[4], m[5], m[7], m[8], m[9], m[11]}
}

// Inverse is the inverse of a homography: from the image to the road plane.
func Inverse(h [9]float64) [9]float64 {
	cof := func(a, b, c, d int) float64 { return float64(h[a]*h[d]) - float64(h[b]*h[c]) }
	m := [9]float64{
		cof(4, 5, 7, 8), -cof(1, 2, 7, 8), cof(1, 2, 4, 5),
		-cof(3, 5, 6, 8), cof(0, 2, 6, 8), -cof(0, 2, 3, 5),
		cof(3, 4, 6, 7), -cof(0, 1, 6, 7), cof(0, 1, 3, 4),
	}
	det := float64(h[0]*m[0]) + float64(h[1]*m[3]) + float64(h[2]*m[6])
	for i := range m {
		m[i] /= det
	}
	return m
}
