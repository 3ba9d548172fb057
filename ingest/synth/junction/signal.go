package junction

// Light is what a signal shows.
type Light uint8

// The lights. Pedestrians have no amber.
const (
	Red Light = iota
	RedAmber
	Green
	Amber
)

func (l Light) String() string {
	return [...]string{"red", "red-amber", "green", "amber"}[l]
}

// MarshalText writes the light's name.
func (l Light) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Group names signals that always show the same.
type Group uint8

// The groups of signals.
const (
	MainThrough Group = iota // main road, straight on and right
	MainLeft                 // main road, left
	Minor                    // minor road, all directions
	WalkMinor                // pedestrians across the minor road
	WalkMain                 // pedestrians across the main road
	GroupCount
)

func (g Group) String() string {
	return [...]string{"main", "main-left", "minor", "walk-minor", "walk-main"}[g]
}

// MarshalText writes the group's name.
func (g Group) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// World is the state of the junction at an instant: what the simulation makes and the renderer draws.
type World struct {
	Frame   int
	Seconds float64 // since frame 0
	Objects []Object
	Signals [GroupCount]Light

	// Daylight is the brightness of the scene relative to the mean, about 0.85 to 1.1.
	Daylight float64
}
