package app

import (
	"context"
	"net/http"

	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/httpx"
	"vantage/internal/obs"
)

// Reload implements [api.Reloader].
func (a *App) Reload(context.Context) (api.ReloadReport, error) {
	if a.o.File == "" {
		return api.ReloadReport{}, hint.New(httpx.Errorf(http.StatusConflict, "the server runs without a configuration file"),
			"start it with 'vantage serve -c vantage.yaml'")
	}
	cfg, err := config.Load(a.o.File)
	if err != nil {
		return api.ReloadReport{}, err
	}
	if a.o.Level != nil {
		level, err := obs.ParseLevel(cfg.Log.Level)
		if err != nil {
			return api.ReloadReport{}, err
		}
		a.o.Level.Set(level)
	}
	changes := a.roster.apply(cfg)
	a.log.Info("configuration reloaded", "added", len(changes.Added), "removed", len(changes.Removed), "changed", len(changes.Changed),
		"need_restart", changes.Restart)
	return api.NewReloadReport(changes, cfg.Warnings()), nil
}

// apply makes cfg the configuration in force. Streams that did not change are not touched.
func (r *roster) apply(cfg *config.Config) config.Changes {
	r.editing.Lock()
	defer r.editing.Unlock()
	r.mu.Lock()
	changes := config.Diff(r.cfg, cfg)
	r.cfg = cfg
	r.mu.Unlock()
	for _, id := range changes.Removed {
		r.remove(id, errRemoved)
	}
	for _, id := range changes.Added {
		r.replace(id, fromConfig, cfg.Streams[id])
	}
	for _, c := range changes.Changed {
		r.replace(c.ID, fromConfig, cfg.Streams[c.ID])
	}
	return changes
}
