package api

import "vantage/transcode"

// DoctorReport is what was found of the machine.
type DoctorReport struct {
	Encoders []transcode.ProbeResult `json:"encoders" nullable:"false" doc:"what a short encode showed of each encoder"`
	Checks   []Check                 `json:"checks" nullable:"false"`
}

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name" example:"ffmpeg"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail" doc:"what was found"`
	Hint   string `json:"hint,omitempty" doc:"what can be done about it"`
}
