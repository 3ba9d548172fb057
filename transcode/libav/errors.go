package libav

import (
	"errors"
	"fmt"
)

// ErrClosed is returned by whatever is used after its Close.
var ErrClosed = errors.New("libav: closed")

// OpenError is why a codec could not be opened.
type OpenError struct {
	Codec  string // libav's name: "h264_nvenc"
	Reason string // what libav logged meanwhile, one line; may be empty
	Err    error  // libav's error code
}

func (e *OpenError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("open %s: %v", e.Codec, e.Err)
	}
	return fmt.Sprintf("open %s: %s (%v)", e.Codec, e.Reason, e.Err)
}

func (e *OpenError) Unwrap() error { return e.Err }
