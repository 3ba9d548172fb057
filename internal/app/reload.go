package app

import (
	"context"
	"errors"
	"net/http"

	"vantage/internal/api"
	"vantage/internal/config"
	"vantage/internal/hint"
	"vantage/internal/httpx"
	"vantage/media"
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
	changes, err := a.roster.apply(cfg)
	a.log.Info("configuration reloaded", "added", len(changes.Added), "removed", len(changes.Removed), "changed", len(changes.Changed),
		"need_restart", changes.Restart, "err", err)
	return api.NewReloadReport(changes, cfg.Warnings()), err
}

// apply makes cfg the configuration in force. Streams that did not change are not touched.
func (r *roster) apply(cfg *config.Config) (config.Changes, error) {
	r.mu.Lock()
	changes := config.Diff(r.cfg, cfg)
	r.cfg = cfg
	r.mu.Unlock()
	var errs []error
	for _, id := range changes.Removed {
		r.remove(id, errRemoved)
	}
	replace := func(id media.StreamID) {
		if _, err := r.replace(id, fromConfig, cfg.Streams[id]); err != nil {
			errs = append(errs, err)
		}
	}
	for _, id := range changes.Added {
		replace(id)
	}
	for _, c := range changes.Changed {
		replace(c.ID)
	}
	return changes, errors.Join(errs...)
}
