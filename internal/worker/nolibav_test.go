//go:build !cgo || nolibav

package worker_test

import "vantage/internal/worker"

// libavBackends are not in this build.
var libavBackends worker.Backends
