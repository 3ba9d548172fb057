package worker

import (
	"time"

	"vantage/internal/pipeline"
)

// State says where a stream's worker stands.
type State string

// The states of a worker.
const (
	Off      State = "off"      // nothing is active
	Starting State = "starting" // the process is on its way
	Running  State = "running"
	Broken   State = "broken" // the circuit is open: viewers get the source's own units where they can take them
)

// Status is a snapshot of a worker. It is immutable.
type Status struct {
	State   State
	Since   time.Time
	PID     int // 0 when there is none
	Crashes int // since the stream was added
	Err     error
	Stats   pipeline.Stats // of the present process, once a second
}
