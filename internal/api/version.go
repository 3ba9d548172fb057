package api

// Version says what is running.
type Version struct {
	Version  string `json:"version"`
	Revision string `json:"revision" doc:"of the source; empty when unknown"`
	Go       string `json:"go" doc:"version of the Go toolchain"`
	FFmpeg   string `json:"ffmpeg" doc:"version of the FFmpeg libraries; empty in a build without them"`
	RTSPPort int    `json:"rtsp_port,omitempty" doc:"port of the RTSP server, so that a page can tell its address; absent when that is off"`
}
