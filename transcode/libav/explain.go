package libav

import (
	"errors"
	"strings"
)

// explanations turns what libav logs into words for a person. The first match wins.
var explanations = []struct{ contains, reason, remedy string }{
	{"libcuda.so", "no NVIDIA driver: cannot load libcuda.so.1", "install NVIDIA's driver; in a container, pass the GPU through with the video capability"},
	{"libnvidia-encode", "the NVIDIA driver comes without NVENC: cannot load libnvidia-encode.so.1",
		"install the driver's encode library; in a container, add the driver capability video"},
	{"minimum required Nvidia driver", "the NVIDIA driver is too old for this FFmpeg", "update the NVIDIA driver"},
	{"No capable devices found", "the NVIDIA GPU has no encoder for this codec", "use another encoder"},
	{"OpenEncodeSessionEx failed", "the GPU gives no more encoding sessions", "consumer GPUs allow few at once: lower the number of renditions"},
	{"MFX session", "no Intel Quick Sync: the media runtime found no GPU", "install intel-media-va-driver and libmfx or oneVPL; the user needs access to /dev/dri"},
	{"No VA display found", "no VA-API device: there is no /dev/dri/renderD128, or no access to it",
		"install the GPU's VA-API driver and add the user to the group render"},
	{"open h264_vaapi: Generic error", "no VA-API device: there is no /dev/dri/renderD128, or no access to it",
		"install the GPU's VA-API driver and add the user to the group render"},
	{"Failed to initialise VAAPI", "the VA-API driver does not start", "'vainfo' tells what the driver lacks"},
}

// explain returns why an encoder does not work, and what can be done about it.
func explain(err error) (reason, remedy string) {
	text := err.Error()
	if open, ok := errors.AsType[*OpenError](err); ok && open.Reason != "" {
		text = open.Reason
	}
	for _, e := range explanations {
		if strings.Contains(text, e.contains) {
			return e.reason, e.remedy
		}
	}
	return text, ""
}
