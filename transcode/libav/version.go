//go:build cgo && !nolibav

package libav

// #include <libavutil/avutil.h>
import "C"

// Version is that of the FFmpeg libraries that the program runs with, for example "5.1.6-0+deb12u1".
func Version() string { return C.GoString(C.av_version_info()) }
