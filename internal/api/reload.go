package api

import (
	"vantage/internal/config"
	"vantage/media"
)

// ReloadReport is what a reload of the configuration changed.
type ReloadReport struct {
	Added    []media.StreamID `json:"added" nullable:"false" doc:"streams"`
	Removed  []media.StreamID `json:"removed" nullable:"false" doc:"streams"`
	Changed  []StreamChange   `json:"changed" nullable:"false" doc:"streams; all others went on without a gap"`
	Live     []string         `json:"live" nullable:"false" doc:"other fields that changed and took effect"`
	Restart  []string         `json:"restart" nullable:"false" doc:"fields that changed and take effect only after a restart"`
	Warnings []ConfigWarning  `json:"warnings" nullable:"false" doc:"what works and should be changed"`
}

// StreamChange says what changed in a stream.
type StreamChange struct {
	Name       media.StreamID `json:"name"`
	Source     bool           `json:"source" doc:"it was connected anew"`
	ROI        bool           `json:"roi"`
	Renditions []string       `json:"renditions" nullable:"false" doc:"added, removed or changed"`
}

// ConfigWarning is about something in the configuration file.
type ConfigWarning struct {
	Path    string `json:"path,omitempty"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// NewReloadReport words what [config.Diff] and [config.Config.Warnings] found.
func NewReloadReport(c config.Changes, warnings []config.Warning) ReloadReport {
	r := ReloadReport{
		Added: list(c.Added), Removed: list(c.Removed), Live: list(c.Live), Restart: list(c.Restart),
		Changed: []StreamChange{}, Warnings: []ConfigWarning{},
	}
	for _, s := range c.Changed {
		r.Changed = append(r.Changed, StreamChange{s.ID, s.Source, s.ROI, list(s.Renditions)})
	}
	for _, w := range warnings {
		r.Warnings = append(r.Warnings, ConfigWarning{w.Path, w.Line, w.Msg, w.Hint})
	}
	return r
}

// list makes no list an empty one, which JSON tells apart.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
