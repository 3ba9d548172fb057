package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"vantage/internal/app"
	"vantage/internal/config"
	"vantage/internal/obs"
	"vantage/internal/worker"
	"vantage/transcode/libav"
)

// serveFlags are those of the commands that run a server.
type serveFlags struct {
	Config string `short:"c" help:"Configuration file; without one the defaults serve this machine." placeholder:"FILE" type:"path"`
}

// load reads the configuration and tells its warnings.
func (f serveFlags) load(t *terminal) (*config.Config, error) {
	cfg := config.Default()
	if f.Config != "" {
		loaded, err := loadFile(f.Config)
		if err != nil {
			return nil, err
		}
		cfg = loaded
	}
	for _, w := range cfg.Warnings() {
		t.warn(w)
	}
	return cfg, nil
}

type serveCmd struct{ serveFlags }

func (c *serveCmd) Run(ctx context.Context, t *terminal) error {
	cfg, err := c.load(t)
	if err != nil {
		return err
	}
	a, err := newApp(cfg, c.Config, t)
	if err != nil {
		return err
	}
	t.note("console at %s", a.URL())
	return runApp(ctx, a, t)
}

// newApp builds the server as this binary can run it.
func newApp(cfg *config.Config, file string, t *terminal) (*app.App, error) {
	at, err := obs.ParseLevel(cfg.Log.Level)
	if err != nil {
		return nil, err
	}
	level := new(slog.LevelVar)
	level.Set(at)
	log := obs.NewLogger(t.err, cfg.Log.Format, level)
	o := app.Options{Log: log, Level: level, File: file, Build: obs.ReadBuild(), FFmpeg: libav.Version()}
	if libav.Available {
		o.Start, o.Probe = worker.Command(worker.Self), probeEncoders
		if !cfg.Workers.Enabled {
			o.Start = worker.InProcess(app.Backends)
		}
	}
	return app.New(cfg, o)
}

// runApp serves until the context ends; a second signal ends the process at once, and SIGHUP reloads.
func runApp(ctx context.Context, a *app.App, t *terminal) error {
	context.AfterFunc(ctx, func() {
		again := make(chan os.Signal, 1)
		signal.Notify(again, os.Interrupt, syscall.SIGTERM)
		<-again
		os.Exit(exitFailed)
	})
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	go func() { // ends with the process
		for range hup {
			if _, err := a.Reload(ctx); err != nil {
				t.tell(err)
			}
		}
	}()
	return a.Run(ctx)
}
