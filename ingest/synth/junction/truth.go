package junction

import (
	"encoding/json"
	"image"
	"io"
	"math"
)

// Truth is all there is to know about one frame: one line of a truth file.
type Truth struct {
	Frame    int               `json:"frame"`   // from 0
	Seconds  float64           `json:"seconds"` // since frame 0
	Daylight float64           `json:"daylight"`
	Signals  map[string]string `json:"signals"` // by group: red, red-amber, green or amber; written in order of their names
	Objects  []ObjectTruth     `json:"objects"` // in order of age
}

// ObjectTruth is one road user in a frame, also when the camera does not see it: then it has no box.
type ObjectTruth struct {
	ID    int   `json:"id"`
	Class Class `json:"class"`

	// Box is left, top, right and bottom (exclusive) of what is seen, pixels.
	Box *[4]int `json:"box,omitempty"`

	// Full is the box of the whole object, hidden parts included; it may reach out of the picture.
	Full *[4]int `json:"full,omitempty"`

	Occlusion  float64 `json:"occlusion,omitempty"`  // share hidden by others, 0 to 1
	Truncation float64 `json:"truncation,omitempty"` // share of Full outside the picture

	Position [3]float64 `json:"position"` // middle of the footprint, metres
	Heading  float64    `json:"heading"`  // radians, counter-clockwise from east
	Speed    float64    `json:"speed"`    // m/s
	Size     [3]float64 `json:"size"`     // length, width, height, metres

	Braking   bool   `json:"braking,omitempty"`
	Indicator string `json:"indicator,omitempty"` // left or right
}

// NewTruth joins the state of the world with what a camera sees of it.
func NewTruth(w *World, seen []Seen) Truth {
	t := Truth{Frame: w.Frame, Seconds: round(w.Seconds, 6), Daylight: round(w.Daylight, 4), Signals: map[string]string{}}
	for g := range GroupCount {
		t.Signals[g.String()] = w.Signals[g].String()
	}
	views := make([]*Seen, len(w.Objects))
	for i := range seen {
		views[seen[i].Object] = &seen[i]
	}
	for i := range w.Objects {
		o := &w.Objects[i]
		ot := ObjectTruth{
			ID: o.ID, Class: o.Class, Position: [3]float64{round(o.Position.X, 3), round(o.Position.Y, 3), round(o.Position.Z, 3)},
			Heading: round(Atan2(o.Heading.Y, o.Heading.X), 4), Speed: round(o.SpeedMPS, 3),
			Size: [3]float64{round(o.LengthM, 3), round(o.WidthM, 3), round(o.HeightM, 3)}, Braking: o.Braking,
		}
		switch o.Indicator {
		case IndicateLeft:
			ot.Indicator = "left"
		case IndicateRight:
			ot.Indicator = "right"
		}
		if s := views[i]; s != nil {
			ot.Full, ot.Occlusion, ot.Truncation = box(s.Full), round(s.Occlusion, 3), round(s.Truncation, 3)
			if !s.Box.Empty() {
				ot.Box = box(s.Box)
			}
		}
		t.Objects = append(t.Objects, ot)
	}
	return t
}

func box(r image.Rectangle) *[4]int { return &[4]int{r.Min.X, r.Min.Y, r.Max.X, r.Max.Y} }

func round(v float64, digits int) float64 {
	scale := 1.0
	for range digits {
		scale *= 10
	}
	return math.Floor(float64(v*scale)+0.5) / scale
}

// TruthWriter writes truth as JSON Lines.
type TruthWriter struct{ e *json.Encoder }

// NewTruthWriter returns a writer that writes one line per frame to w.
func NewTruthWriter(w io.Writer) *TruthWriter { return &TruthWriter{json.NewEncoder(w)} }

// Write writes one frame.
func (w *TruthWriter) Write(t Truth) error { return w.e.Encode(t) }

// CameraTruth is a camera with its exact mapping between the road and the picture, as written to a file.
type CameraTruth struct {
	View       string      `json:"view"`
	WidthPx    int         `json:"width"`
	HeightPx   int         `json:"height"`
	FPS        float64     `json:"fps"`
	Seed       uint64      `json:"seed"`
	Position   [3]float64  `json:"position"`        // metres
	Yaw        float64     `json:"yaw"`             // radians, counter-clockwise from east
	Pitch      float64     `json:"pitch"`           // radians below the horizon
	HFOVDeg    float64     `json:"hfov_deg"`        // horizontal field of view
	FocalPx    float64     `json:"focal_px"`        // both directions
	Principal  [2]float64  `json:"principal"`       // pixels
	Projection [12]float64 `json:"projection"`      // row-major 3x4, world to image
	ToImage    [9]float64  `json:"road_to_image"`   // row-major 3x3, (x, y, 1) at z = 0 to (u, v, 1) up to scale
	ToRoad     [9]float64  `json:"image_to_road"`   // its inverse
	PixelsFrom string      `json:"pixel_origin"`    // what (0, 0) is
	Frame      string      `json:"world_frame"`     // what the axes are
	SidewalkM  float64     `json:"sidewalk_height"` // metres above the road
}

// NewCameraTruth describes a camera.
func NewCameraTruth(v View, c *Camera, fps float64, seed uint64) CameraTruth {
	h := c.Homography()
	return CameraTruth{
		View: v.Name, WidthPx: c.WidthPx, HeightPx: c.HeightPx, FPS: fps, Seed: seed,
		Position: [3]float64{c.Position.X, c.Position.Y, c.Position.Z}, Yaw: c.YawRad, Pitch: c.PitchRad, HFOVDeg: v.HFOVDeg,
		FocalPx: c.FocalPx, Principal: [2]float64{float64(c.WidthPx) / 2, float64(c.HeightPx) / 2},
		Projection: c.Matrix(), ToImage: h, ToRoad: Inverse(h),
		PixelsFrom: "upper left corner of the upper left pixel", Frame: "metres; x east along the main road, y north, z up; origin in the middle of the junction",
		SidewalkM: KerbM,
	}
}
