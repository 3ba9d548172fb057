// Package config is the configuration of the whole server: one [Config] made of the packages' own Config types, read
// strictly from YAML onto the defaults.
//
//	c, err := config.Load("vantage.yaml")
//	for _, m := range config.Mistakes(err) {
//		fmt.Println(m, m.Hint) // vantage.yaml:7: streams.gate: unknown key "sorce"    did you mean "source"?
//	}
//	for _, w := range c.Warnings() {
//		log.Warn(w.String(), "hint", w.Hint)
//	}
//
// A stream begins as a copy of the defaults section, which begins as a copy of the packages' defaults; what is not written
// keeps its value, so no field needs to be a pointer. A mistake does not end the reading: all are told at once, each with
// its line and, for an unknown key, the nearest known one. ${NAME} is replaced by the environment variable, and a
// secret called x may be read from a file by x_file.
//
// The commented sample, the JSON Schema and docs/config.md are generated from the doc comments of the composed types by
// "go generate"; a test holds them true.
//
// # Ownership
//
// A Config is a plain value that its reader may keep; who changes a map or a slice of it works on a [Config.Clone].
//
// # Goroutines
//
// The package starts none. A Config that nobody changes is safe to share.
//
// # Standards
//
// YAML 1.2 without tags, JSON (RFC 8259), JSON Schema 2020-12, user information in URLs (RFC 3986 §3.2.1).
package config
