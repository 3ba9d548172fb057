package config

// Publish says which streams may come from publishers (RTSP RECORD, WHIP).
type Publish struct {
	// AnyName lets publishers bring streams under names that are not configured; without it only streams with an
	// empty source url can be published to. Default true.
	AnyName bool `yaml:"any_name"`
}
