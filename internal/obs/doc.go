// Package obs is how the running server is observed: its log, metrics, health and profiles.
//
//	var level slog.LevelVar
//	log := obs.NewLogger(os.Stderr, "json", &level)
//	reg := obs.NewRegistry(obs.ReadBuild())
//	health := obs.NewHealth()
//	health.Add("rtsp", func(context.Context) error { return server.Err() })
//	admin := obs.AdminHandler(reg, health)
//
// Whatever goes into the log passes [Mask] on its way, so that a password in a camera's address does not reach a disk because
// some library quoted it in an error.
//
// # Ownership
//
// The caller owns the registry and passes it to the packages' NewMetrics. Nothing here is global.
//
// # Goroutines
//
// The package starts none, but for one for each health check while a request waits for it. All types are safe for
// concurrent use.
//
// # Standards
//
// Prometheus text exposition and OpenMetrics.
package obs
