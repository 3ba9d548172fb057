package pipeline

import "time"

// RenditionState says where an output stands.
type RenditionState string

// The states of an output.
const (
	Off      RenditionState = "off"      // nobody watches
	Starting RenditionState = "starting" // no picture yet
	Live     RenditionState = "live"
	Failed   RenditionState = "failed" // see Err; tried again from time to time
)

// RenditionStats are one output's counts since it became active.
type RenditionStats struct {
	State         RenditionState
	Encoder       string // backend in use
	WidthPx       int
	HeightPx      int
	Frames        uint64
	Bytes         uint64
	KeyFrames     uint64
	FramesDropped uint64        // the encoder was too slow
	EncodeTime    time.Duration // sum over Frames: scaling and encoding
	Err           string
	Hint          string
}

// Stats is a snapshot of the graph.
type Stats struct {
	FramesDecoded uint64
	DecodeErrors  uint64
	DecodeTime    time.Duration // sum
	Plans         uint64        // region plans used
	Renditions    map[string]RenditionStats
}
