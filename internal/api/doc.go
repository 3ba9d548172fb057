// Package api is the HTTP API under /v1: its operations, its JSON types, and the small interfaces through which the server
// answers it.
//
//	a, err := api.New(api.Options{Backend: server, AdminToken: cfg.HTTP.AdminToken.Reveal(), Version: "1.0.0"})
//	if err != nil {
//		return err
//	}
//	mux := http.NewServeMux()
//	a.Register(mux) // /v1/…, /openapi.json and /docs
//
// Errors are problems (RFC 9457) with a remedy in "hint" wherever there is one. A backend may return an *httpx.Problem, an error of
// package ingest or a configuration mistake; each becomes the status that fits. What changes the server, or makes it reach out to
// another machine, answers only requests from this machine, or with the administrator's token.
//
// The OpenAPI document is checked in as docs/api/openapi.json; a test holds it equal to what is served. Fields are only
// ever added.
//
// # Ownership
//
// Values that a backend returns are not changed. A [Watch] is closed by the handler that asked for it.
//
// # Goroutines
//
// The package starts none; each request is answered on its own goroutine, and an event stream waits there.
//
// # Standards
//
// OpenAPI 3.1, RFC 9457 (problem details), Server-sent events (WHATWG HTML §9.2).
package api
