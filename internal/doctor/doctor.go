package doctor

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/media"
	"vantage/transcode"
)

// Options say what is examined.
type Options struct {
	Config *config.Config

	// Encoders are the results of the short encodes, which need FFmpeg and so are the caller's to make. FFmpeg is the
	// libraries' version, "" in a build without them.
	Encoders []transcode.ProbeResult
	FFmpeg   string

	// Ports tries every listener; a server that runs leaves it out, since it holds them itself.
	Ports bool
}

// Examine looks at everything. It takes a few milliseconds.
func Examine(ctx context.Context, o Options) api.DoctorReport {
	checks := []api.Check{checkFFmpeg(o.FFmpeg), checkEncoders(o.Encoders), checkGPU("/dev"), checkCPU()}
	if o.Ports {
		checks = append(checks, checkPorts(ctx, o.Config)...)
	}
	checks = append(checks, checkState(o.Config.StatePath()), checkFiles(), checkClock())
	return api.DoctorReport{Encoders: o.Encoders, Checks: checks}
}

// Healthy reports whether no check found a problem.
func Healthy(r api.DoctorReport) bool {
	return !slices.ContainsFunc(r.Checks, func(c api.Check) bool { return !c.OK })
}

func checkFFmpeg(version string) api.Check {
	if version == "" {
		return api.Check{Name: "ffmpeg", Detail: "this build has no FFmpeg: streams are passed on as they come", Hint: "build with cgo and the FFmpeg libraries (make build)"}
	}
	return api.Check{Name: "ffmpeg", OK: true, Detail: version}
}

// checkEncoders wants one encoder whose output every browser plays.
func checkEncoders(results []transcode.ProbeResult) api.Check {
	var works []string
	h264 := false
	for _, r := range results {
		if r.Works {
			works = append(works, r.Encoder)
			h264 = h264 || r.Codec == media.H264
		}
	}
	c := api.Check{Name: "encoders", OK: h264, Detail: fmt.Sprintf("%d of %d work: %s", len(works), len(results), strings.Join(works, ", "))}
	if len(works) == 0 {
		c.Detail = fmt.Sprintf("none of %d works", len(results))
	}
	if !h264 {
		c.Hint = "install an FFmpeg with libx264, which every browser can play"
	}
	return c
}

// checkGPU only tells what is there: a server without one is a good server.
func checkGPU(dev string) api.Check {
	var found []string
	for _, pattern := range []string{"nvidia[0-9]*", "dri/renderD*"} {
		names, err := filepath.Glob(filepath.Join(dev, pattern))
		if err != nil {
			panic("doctor: bad pattern " + pattern)
		}
		found = append(found, names...)
	}
	if len(found) == 0 {
		return api.Check{Name: "gpu", OK: true, Detail: "none: pictures are encoded by the CPU"}
	}
	for _, name := range found {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			return api.Check{Name: "gpu", Detail: err.Error(), Hint: "let the user that runs vantage open it: add it to the groups video and render"}
		}
		_ = f.Close()
	}
	return api.Check{Name: "gpu", OK: true, Detail: strings.Join(found, ", ")}
}

func checkCPU() api.Check {
	return api.Check{Name: "cpu", OK: true, Detail: fmt.Sprintf("%d cores, %s", runtime.GOMAXPROCS(0), runtime.GOARCH)}
}

// checkPorts tries each listener of the configuration.
func checkPorts(ctx context.Context, c *config.Config) []api.Check {
	var checks []api.Check
	var lc net.ListenConfig
	for _, l := range []struct{ name, network, addr string }{
		{"http", "tcp", c.HTTP.Listen}, {"admin", "tcp", c.Admin.Listen}, {"rtsp", "tcp", c.RTSP.Listen},
		{"webrtc udp", "udp", c.WebRTC.UDPListen}, {"webrtc tcp", "tcp", c.WebRTC.TCPListen},
	} {
		if l.addr == "" {
			continue
		}
		check := api.Check{Name: l.name + " port", OK: true, Detail: l.addr + " is free"}
		var err error
		if l.network == "tcp" {
			var listener net.Listener
			if listener, err = lc.Listen(ctx, l.network, l.addr); err == nil {
				err = listener.Close()
			}
		} else {
			var conn net.PacketConn
			if conn, err = lc.ListenPacket(ctx, l.network, l.addr); err == nil {
				err = conn.Close()
			}
		}
		if err != nil {
			check.OK, check.Detail = false, err.Error()
			check.Hint = "stop what listens there ('ss -tulpn' shows it; it may be a vantage that runs), or set another port"
		}
		checks = append(checks, check)
	}
	return checks
}

// checkState tries to write where the state goes.
func checkState(dir string) api.Check {
	bad := func(err error) api.Check {
		return api.Check{Name: "state", Detail: err.Error(), Hint: "make the directory writable for the user that runs vantage, or set state_dir"}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return bad(err)
	}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return bad(err)
	}
	_ = f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return bad(err)
	}
	return api.Check{Name: "state", OK: true, Detail: dir + " is writable"}
}
