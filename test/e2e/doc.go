// Package e2e tests the shipped binary as people meet it: real FFmpeg processes as cameras, the real server, and headless Chromium in front.
//
//	go test ./test/e2e                                  all of it, 20 s of pictures per measurement
//	go test ./test/e2e -run Latency -v -play 60s        acceptance figures
//	go test ./test/e2e -run Screenshots -docs ../../docs/img
//
// The cameras paint frame number and wall clock into every picture (ingest/synth/stamp), and the page reads them back from a canvas, so that
// order, freezes and glass-to-glass latency are seen and not only that bytes came. All clocks are that of this machine.
//
// VANTAGE_BIN names the binary; without it one is built, console included, once per run. CHROMIUM names the browser. Where a tool is missing the tests are
// skipped and say which; with VANTAGE_E2E=must, as `make e2e` sets it, they fail instead. With -short all are skipped.
//
// The browser is driven by node and playwright-core (from web/node_modules): each test runs one scenario of browser/, hands it parameters as JSON
// and reads its findings back as JSON. Screenshots and the server's log are kept in t.ArtifactDir.
//
// # Goroutines
//
// A server, a camera and a scenario are processes that end with their test.
package e2e
