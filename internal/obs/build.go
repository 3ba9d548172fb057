package obs

import (
	"runtime"
	"runtime/debug"
)

// Build says what is running.
type Build struct {
	Version  string // of the release, "dev" for none
	Revision string // of the source, with "+dirty" when it was changed; "" when unknown
	Go       string // of the toolchain
}

// ReadBuild returns what the toolchain recorded. A release passes its version; "" takes that of the module.
func ReadBuild(version string) Build {
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
