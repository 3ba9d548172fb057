package obs

import (
	"runtime"
	"runtime/debug"
)

// version is set by the linker for a release: -ldflags "-X vantage/internal/obs.version=1.2.3".
var version string

// Build says what is running.
type Build struct {
	Version  string // of the release, "dev" for none
	Revision string // of the source, with "+dirty" when it was changed; "" when unknown
	Go       string // of the toolchain
}

// ReadBuild returns what the linker was told and the toolchain recorded.
func ReadBuild() Build {
	b := Build{Version: version, Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		if b.Version == "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		dirty := ""
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				b.Revision = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = "+dirty"
			}
		}
		if b.Revision != "" {
			b.Revision += dirty
		}
	}
	if b.Version == "" {
		b.Version = "dev"
	}
	return b
}
