package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"vantage/internal/app"
	"vantage/internal/worker"
)

// workerCmd is the child process of a stream; the server starts it.
type workerCmd struct{}

func (c *workerCmd) Run(t *terminal) error {
	// The server ends its children by their sockets, in order; a signal to the whole group must not come first.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	conn, err := worker.Inherited()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(t.err, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return worker.Serve(context.Background(), conn, app.Backends, log)
}
