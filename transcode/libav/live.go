package libav

import "sync/atomic"

// What is allocated in C and not freed yet, and what the garbage collector found forgotten.
var liveFrames, livePackets, forgotten atomic.Int64

// Live returns the number of AVFrames and AVPackets that are alive in the process: for leak tests and for metrics. Frames that
// codecs hold inside are not counted.
func Live() (frames, packets int64) { return liveFrames.Load(), livePackets.Load() }

// Forgotten counts the codecs, scalers and pictures that became garbage without having been closed or released. Each is
// a bug and memory lost until the process ends: freeing it from the collector would hide the bug, and free pictures that an
// encoder may still read.
func Forgotten() int64 { return forgotten.Load() }
