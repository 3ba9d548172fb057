package synth

import (
	"fmt"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"vantage/ingest/synth/junction"
	"vantage/ingest/synth/stamp"
	"vantage/internal/hint"
	"vantage/media"
)

// Kind is what is drawn.
type Kind string

// The kinds of pictures.
const (
	Stamp    Kind = "stamp"
	Junction Kind = "junction"
)

// What a spec may ask for.
const (
	MaxWidthPx, MaxHeightPx = 3840, 2160
	MinFPS, MaxFPS          = 1, 120
)

// Spec is a synth:// URL.
type Spec struct {
	Kind Kind
	Size media.Size // default 1280x720
	FPS  float64    // default 25
	Seed uint64     // of the junction, default 1
	View junction.View
}

// Parse reads a synth:// URL.
func Parse(raw string) (Spec, error) {
	s := Spec{Size: media.Size{WidthPx: 1280, HeightPx: 720}, FPS: 25, Seed: 1, View: junction.Views[0]}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "synth" {
		return Spec{}, hint.New(fmt.Errorf("synth: %q is not a synth:// URL", raw), "write synth://stamp or synth://junction")
	}
	s.Kind = Kind(u.Host)
	if s.Kind != Stamp && s.Kind != Junction || u.Path != "" && u.Path != "/" {
		return Spec{}, hint.New(fmt.Errorf("synth: no picture named %q", u.Host+u.Path), "write synth://stamp or synth://junction")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Spec{}, fmt.Errorf("synth: %q: %w", raw, err)
	}
	keys := make([]string, 0, len(query))
	for k := range query {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		if err := s.set(k, query.Get(k)); err != nil {
			return Spec{}, fmt.Errorf("synth: %s: %w", k, err)
		}
	}
	return s, s.validate()
}

func (s *Spec) set(key, value string) (err error) {
	switch key {
	case "size":
		return s.Size.UnmarshalText([]byte(value))
	case "fps":
		s.FPS, err = strconv.ParseFloat(value, 64)
		return err
	}
	if s.Kind == Junction {
		switch key {
		case "seed":
			s.Seed, err = strconv.ParseUint(value, 10, 64)
			return err
		case "view":
			v, ok := junction.ViewByName(value)
			if !ok {
				return hint.New(fmt.Errorf("no view named %q", value), "take one of "+viewNames())
			}
			s.View = v
			return nil
		}
		return hint.New(fmt.Errorf("unknown parameter"), "size, fps, seed and view are known")
	}
	return hint.New(fmt.Errorf("unknown parameter"), "size and fps are known")
}

func (s *Spec) validate() error {
	w, h := s.Size.WidthPx, s.Size.HeightPx
	if w < stamp.MinWidthPx || h < stamp.MinHeightPx || w > MaxWidthPx || h > MaxHeightPx || w%2 != 0 || h%2 != 0 {
		return fmt.Errorf("synth: size %v: want even sides, %dx%d to %dx%d", s.Size, stamp.MinWidthPx, stamp.MinHeightPx, MaxWidthPx, MaxHeightPx)
	}
	if !(s.FPS >= MinFPS && s.FPS <= MaxFPS) {
		return fmt.Errorf("synth: fps %v: want %d to %d", s.FPS, MinFPS, MaxFPS)
	}
	return nil
}

// Picture makes what the spec asks for. A junction takes about a second.
func (s Spec) Picture() Picture {
	if s.Kind == Junction {
		return NewJunction(s)
	}
	return NewStamped(s)
}

func viewNames() string {
	names := make([]string, 0, len(junction.Views))
	for _, v := range junction.Views {
		names = append(names, v.Name)
	}
	return strings.Join(names, ", ")
}
