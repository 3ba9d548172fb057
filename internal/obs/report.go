package obs

import (
	"vantage/internal/hint"
	"vantage/internal/redact"
)

// Check is the outcome of one check.
type Check struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	Hint  string `json:"hint,omitempty"`
}

// Report is the body of /readyz.
type Report struct {
	Ready  bool             `json:"ready"`
	Reason string           `json:"reason,omitempty"` // why not, when draining
	Checks map[string]Check `json:"checks"`
}

func checkOf(err error) Check {
	if err == nil {
		return Check{OK: true}
	}
	return Check{Error: redact.Text(err.Error()), Hint: hint.Of(err)}
}
