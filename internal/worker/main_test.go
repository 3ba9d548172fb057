package worker_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"go.uber.org/goleak"

	"vantage/internal/worker"
)

// childEnv makes the test binary a worker with the backends that it names.
const childEnv = "VANTAGE_TEST_WORKER"

func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		if err := serve(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func serve(name string) error {
	b := map[string]worker.Backends{"fake": fakeBackends(nil), "libav": libavBackends}[name]
	c, err := worker.Inherited()
	if err != nil {
		return err
	}
	return worker.Serve(context.Background(), c, b, slog.New(slog.NewJSONHandler(os.Stderr, nil)))
}
