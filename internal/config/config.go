package config

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"vantage/internal/rtc"
	"vantage/media"
	"vantage/transcode"
)

//go:generate go test -run ^TestGenerated$ . -update

// Config is all that a person can set. Make one with [Default], [Load] or [Parse].
type Config struct {
	// StateDir holds what must survive a restart, such as the cameras added in the console; empty is $STATE_DIRECTORY
	// (set by systemd), else $XDG_STATE_HOME/vantage, else ~/.local/state/vantage. Default empty.
	StateDir string `yaml:"state_dir"`

	// ShutdownTimeout is how long all stages of a shutdown may take together, 1s to 5m. Default 10s.
	ShutdownTimeout time.Duration `yaml:"shutdown_timeout"`

	// Log is what is written to standard error.
	Log Log `yaml:"log"`

	// HTTP is the listener of the console, of WHIP and WHEP, and of the API.
	HTTP HTTP `yaml:"http"`

	// Admin is the listener of metrics and profiles.
	Admin Admin `yaml:"admin"`

	// RTSP is the server that cameras publish to and players play from.
	RTSP RTSP `yaml:"rtsp"`

	// WebRTC is how browsers' media reach the server.
	WebRTC rtc.Config `yaml:"webrtc"`

	// Publish says which streams may come from publishers.
	Publish Publish `yaml:"publish"`

	// Auth says who may publish and play.
	Auth Auth `yaml:"auth"`

	// Workers are the processes that decode, analyse and encode.
	Workers Workers `yaml:"workers"`

	// Defaults is what every stream begins with, including those added in the console.
	Defaults Stream `yaml:"defaults"`

	// Streams by name: 1 to 63 characters of a-z, 0-9 and '-'. Default none.
	Streams map[media.StreamID]Stream `yaml:"streams"`

	warnings []Warning // of the reading
	file     string
	lines    map[string]int // where each field was written
}

// Default returns the configuration of a server without a configuration file: everything works, for this machine only.
func Default() *Config {
	return &Config{
		ShutdownTimeout: 10 * time.Second,
		Log:             Log{Level: "info", Format: "text"},
		HTTP:            HTTP{Listen: "127.0.0.1:8080", AllowedOrigins: []string{"*"}},
		Admin:           Admin{Listen: "127.0.0.1:9090"},
		RTSP:            RTSP{Listen: "127.0.0.1:8554", UDPListen: "127.0.0.1:8000"},
		WebRTC:          rtc.Default(),
		Publish:         Publish{AnyName: true},
		Workers:         Workers{Enabled: true, CrashLimit: 5, CrashWindow: time.Minute},
		Defaults:        DefaultStream(),
	}
}

// Clone returns a copy that shares nothing with c.
func (c *Config) Clone() *Config {
	d := *c
	v := deepCopy(reflect.ValueOf(d)).Interface().(Config)
	v.warnings, v.lines = slices.Clone(c.warnings), maps.Clone(c.lines)
	return &v
}

// StatePath is the directory of StateDir, with the platform's place filled in.
func (c *Config) StatePath() string {
	if c.StateDir != "" {
		return c.StateDir
	}
	if dir := os.Getenv("STATE_DIRECTORY"); dir != "" {
		return dir
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "vantage")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = os.TempDir()
	}
	return filepath.Join(home, ".local", "state", "vantage")
}

// prototypes are the values that new map and list elements begin with.
func (c *Config) prototypes() map[reflect.Type]func() reflect.Value {
	return map[reflect.Type]func() reflect.Value{
		reflect.TypeFor[Stream]():                    func() reflect.Value { return deepCopy(reflect.ValueOf(c.Defaults)) },
		reflect.TypeFor[transcode.RenditionConfig](): func() reflect.Value { return reflect.ValueOf(transcode.Default()) },
		reflect.TypeFor[Grant]():                     func() reflect.Value { return reflect.ValueOf(DefaultGrant()) },
	}
}
