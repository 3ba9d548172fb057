//go:build cgo && !nolibav

package libav

import "runtime"

// Available says whether this binary was built with FFmpeg.
const Available = true

// guard counts its owner as forgotten if that becomes garbage before disarm is called.
type guard struct{ cleanup runtime.Cleanup }

func arm[T any](owner *T) guard {
	return guard{runtime.AddCleanup(owner, func(struct{}) { forgotten.Add(1) }, struct{}{})}
}

func (g guard) disarm() { g.cleanup.Stop() }
