package ingesttest_test

import (
	"testing"

	"go.uber.org/goleak"

	"vantage/ingest"
	"vantage/ingest/ingesttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformanceOfTheFake(t *testing.T) {
	ingesttest.Run(t, func(*testing.T) ingest.Source { return new(ingesttest.Fake) })
}
